// Prices in the shopper's currency. The catalog's stay exact in its own; pricing converts them at the day's rate.

import { call } from "./http.js";
import { offers } from "./config.js";
import { money } from "./i18n.js";
import * as storage from "./storage.js";

const AT_ONCE = 100;
let known = []; // currencies that pricing converts into
let base = null;
const converted = new Map(); // "EUR product" -> { price_minor, currency }

export const currencies = () => known;

// Which currency quotes and orders are in; undefined leaves it the catalog's.
export function chosen() {
  const wanted = storage.get("currency");
  return wanted && wanted !== base && known.includes(wanted) ? wanted : undefined;
}

export const shown = () => chosen() ?? base;

export const choose = (currency) => storage.set("currency", currency);

// Pricing without rates answers 404: then there is one currency and nothing to choose.
export async function load() {
  if (!offers("pricing")) return;
  try {
    const table = await call("pricing", "/currencies");
    base = table.base;
    known = [...new Set([base, ...table.currencies.map((each) => each.currency)])];
  } catch (error) {
    if (error.status !== 404) throw error;
  }
}

// Asks for the converted prices of products that are about to be shown, and answers the products.
export async function convert(products) {
  const currency = chosen();
  const missing = products.map((each) => each.product_id).filter((id) => !converted.has(`${currency} ${id}`));
  for (let start = 0; currency && start < missing.length; start += AT_ONCE) {
    const query = { ids: missing.slice(start, start + AT_ONCE).join(","), currency };
    const answer = await call("pricing", "/prices", { query });
    for (const each of answer.prices) converted.set(`${currency} ${each.product_id}`, { ...each, currency });
  }
  return products;
}

const conversionOf = (item) => converted.get(`${chosen()} ${item.product_id}`);

export function price(product) {
  const { price_minor, currency } = conversionOf(product) ?? product;
  return money(price_minor, currency);
}

// What lines of one currency come to. A converted price is rounded once; so many of it are exact, as in the order.
export function sum(lines) {
  const minor = (line) => (conversionOf(line) ? conversionOf(line).price_minor * line.quantity : Number(line.value_minor));
  return money(lines.reduce((total, line) => total + minor(line), 0), conversionOf(lines[0])?.currency ?? lines[0].currency);
}
