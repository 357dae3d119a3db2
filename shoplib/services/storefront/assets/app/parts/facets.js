// Facets of a search: each value a link to the search with it, or without it.

import { html, nothing } from "../../vendor/lit-html.js";
import { money, number, t } from "../i18n.js";
import { go } from "../router.js";
import { word } from "../words.js";

const ORDERS = ["relevance", "price", "-price", "newest", "name"];

export function facets(list, query) {
  return html`<details class="facets" ?open=${matchMedia("(min-width: 48rem)").matches}>
    <summary>${t("Filter")}</summary>
    ${list.map((facet) => (facet.field === "price" ? ranges(facet, query) : values(facet, query)))}
    ${list.some(chosen) ? html`<p><a href=${to(unfiltered(query))}>
      ${t("Remove all filters")}</a></p>` : nothing}
  </details>`;
}

export function sorting(query) {
  const names = {
    relevance: t("Best match"),
    price: t("Price, low to high"),
    "-price": t("Price, high to low"),
    newest: t("Newest first"),
    name: t("Name"),
  };
  const change = (event) => go(to(changed(query, (next) => next.set("sort", event.target.value))));
  return html`<label class="sorting">${t("Sort by")} <select @change=${change}>
    ${ORDERS.map((each) => html`<option value=${each} ?selected=${each === (query.get("sort") ?? "relevance")}>
      ${names[each]}</option>`)}
  </select></label>`;
}

const chosen = (facet) => (facet.values ?? facet.ranges).some((each) => each.selected);

function values({ field, name, values: all }, query) {
  if (!all.length) return nothing;
  return html`<section><h2>${word(name)}</h2><ul>${all.map((each) =>
    entry(field === "category" ? word(each.name) : each.name, each, to(changed(query, (next) => toggle(next, field, each)))))}</ul></section>`;
}

function ranges({ name, ranges: all }, query) {
  if (!all.length) return nothing;
  return html`<section><h2>${word(name)}</h2><ul>${all.map((each) =>
    entry(span(each), each, to(changed(query, (next) => bound(next, each)))))}</ul></section>`;
}

// Ranges are in the catalog's currency: the index knows no other prices.
function span({ min_minor, below_minor, currency = "GBP" }) {
  const from = money(min_minor ?? 0, currency);
  return below_minor === null ? t("from %(price)s", { price: from }) : `${from} – ${money(below_minor, currency)}`;
}

function entry(text, { selected, count }, href) {
  return html`<li><a href=${href} aria-current=${selected ? "true" : nothing}>${text}</a>
    <span class="soft">${number(count)}</span></li>`;
}

function toggle(next, field, { value, selected }) {
  const others = next.getAll(field).filter((each) => each !== value);
  next.delete(field);
  if (field !== "category") for (const each of others) next.append(field, each);
  if (!selected) next.append(field, value);
}

function bound(next, { min_minor, below_minor, selected }) {
  for (const [name, limit] of [["price_min", min_minor], ["price_below", below_minor]]) {
    next.delete(name);
    if (!selected && limit !== null) next.set(name, limit);
  }
}

function changed(query, change) {
  const next = new URLSearchParams(query);
  change(next);
  return next;
}

const unfiltered = (query) => new URLSearchParams([...query].filter(([name]) => name === "q" || name === "sort"));
const to = (query) => `#/search?${query}`;
