// What a cart costs where it shall go: pricing says it; without pricing, what its goods cost.

import * as cart from "./cart.js";
import { offers } from "./config.js";
import { call } from "./http.js";
import { chosen } from "./prices.js";

const present = (form, names) => Object.fromEntries(names.filter((name) => form[name]).map((name) => [name, form[name]]));

// A checkout reads the destination from the address.
export const choicesOf = (form) => present(form, ["shipping_method", "promotion_code"]);

export async function quote(content, form, signal) {
  if (!offers("pricing")) return plain(content);
  const mine = await cart.opened();
  const currency = chosen() ? { currency: chosen() } : {};
  const body = { cart_id: mine.cart_id, ...present(form, ["country", "region", "postcode"]), ...choicesOf(form), ...currency };
  return call("pricing", "/quotes", { ...mine, method: "POST", body, signal });
}

function plain(content) {
  const { lines, currency, total_minor } = content;
  return { lines, currency, amount_minor: total_minor, discount_minor: 0, shipping_minor: 0, tax_minor: 0, total_minor };
}
