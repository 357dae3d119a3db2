import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { call } from "../http.js";
import { number, t } from "../i18n.js";
import { field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import * as profile from "../profile.js";
import { go } from "../router.js";

// Somebody counts a product. What was sold while they counted is not undone: the shop then asks them to look again.
export default async function stock(page) {
  if (!(await profile.isStaff())) return go("#/sign-in");
  page.title(t("Stock"));
  const state = { product: page.query.get("product"), level: null, products: [] };
  const read = async () => {
    [state.level, state.name] = await Promise.all([levelOf(state.product, page.signal), nameOf(state.product, page.signal)]);
  };
  const find = submitting(page, async ({ q }) => {
    state.products = (await call("shop", "/products", { query: { q, limit: 20 }, signal: page.signal })).products;
    state.found = true;
  });
  if (state.product) await page.attempt(read);
  page.show(() => html`<h1 tabindex="-1">${t("Stock")}</h1>
    ${notice(page.problem)}
    ${state.product && state.level ? counting(page, state, read) : nothing}
    <h2>${t("Find a product")}</h2>
    <form class="narrow" @submit=${find}>${field({ name: "q", label: t("Words of its name"), maxlength: 100 })}<button>${t("Search")}</button></form>
    ${state.found && !state.products.length ? html`<p>${t("Nothing was found. Try fewer or other words.")}</p>` : nothing}
    <ul class="entries">${state.products.map((each) => html`<li class="row spread">
      <a href=${`#/staff/stock?${new URLSearchParams({ product: each.product_id })}`}><bdi>${each.name}</bdi></a> <span class="soft">${each.product_id}</span></li>`)}</ul>
    <p><a href="#/staff">${t("Back office")}</a></p>`);
}

// A product that is no longer sold is still on its shelf.
async function nameOf(product, signal) {
  try {
    return (await call("shop", `/products/${encodeURIComponent(product)}`, { signal })).name;
  } catch (error) {
    if (error.status !== 404) throw error;
    return product;
  }
}

async function levelOf(product, signal) {
  try {
    return await call("checkout", `/warehouse/stock/${encodeURIComponent(product)}`, { as: "member", signal });
  } catch (error) {
    if (error.status !== 404) throw error;
    return { available: null };
  }
}

function counting(page, state, read) {
  const { level, product } = state;
  const count = submitting(page, async ({ available, available_from, backorder_by }) => {
    const days = { ...(available_from ? { available_from } : {}), ...(backorder_by ? { backorder_by } : {}) };
    const body = { available: Number(available), before: level.available, ...days };
    try {
      state.level = await call("checkout", `/warehouse/stock/${encodeURIComponent(product)}`, { method: "PUT", body, as: "member" });
      toast(t("The stock is saved."));
    } catch (error) {
      if (error.status === 409) await read();
      throw error;
    }
  });
  return html`<h2><bdi>${state.name}</bdi></h2>
    <p class="soft">${product}</p>
    <dl class="specifications">${[[t("On the shelf"), level.available], [t("Promised, still here"), level.reserved], [t("Promised, yet to come"), level.backordered]]
      .map(([name, pieces]) => html`<div><dt>${name}</dt><dd>${number(pieces ?? 0)}</dd></div>`)}</dl>
    <form class="narrow" @submit=${count}>
      ${field({ name: "available", label: t("Pieces on the shelf"), type: "number", min: 0, max: 1000000, inputmode: "numeric", value: String(level.available ?? 0) })}
      ${field({ name: "available_from", label: t("Sold ahead until"), type: "date", required: false, value: level.available_from ?? "" })}
      ${field({ name: "backorder_by", label: t("More comes by"), type: "date", required: false, value: level.backorder_by ?? "", hint: t("With a day here, people may order more than there is.") })}
      <button class="main">${t("Save")}</button></form>`;
}
