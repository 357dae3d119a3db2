// The sizes, colours ... of a product: each variant is a product of its own, with its own address, price and stock.

import { html, nothing } from "../../vendor/lit-html.js";
import { path } from "../router.js";
import { word } from "../words.js";

export function variants(item) {
  if (!item.variants?.length) return nothing;
  return Object.entries(item.options).map(([name, values]) => html`<fieldset class="variants">
    <legend>${word(name)}</legend>
    <ul class="chips">${values.map((value) => html`<li>${choice(item, name, value)}</li>`)}</ul>
  </fieldset>`);
}

function choice(item, name, value) {
  const selected = item.selected_options ?? {};
  const found = nearest(item.variants, { ...selected, [name]: value }, name);
  if (!found) return html`<span class="chip none">${value}</span>`;
  const here = selected[name] === value;
  return html`<a href=${path("product", found.product_id)} aria-current=${here ? "true" : nothing}>${value}</a>`;
}

// The variant with this value that keeps most of what was chosen before.
function nearest(all, wanted, name) {
  const kept = (each) => Object.entries(wanted).filter(([key, value]) => each.options[key] === value).length;
  const fitting = all.filter((each) => each.options[name] === wanted[name]);
  return fitting.sort((one, other) => kept(other) - kept(one))[0];
}
