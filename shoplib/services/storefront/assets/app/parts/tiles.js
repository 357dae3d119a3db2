// Products in a grid, each a link to its page.

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../i18n.js";
import { price } from "../prices.js";
import { path } from "../router.js";
import { picture } from "./picture.js";

export function tiles(products, heading = 2) {
  return html`<ul class="tiles">${products.map((product) => html`<li>${tile(product, heading)}</li>`)}</ul>`;
}

function tile(product, heading) {
  const name = html`<a href=${path("product", product.product_id)}>${product.name}</a>`;
  return html`<article class="tile">
    ${picture(product)}
    ${heading === 2 ? html`<h2>${name}</h2>` : html`<h3>${name}</h3>`}
    <p class="price">${from(product) ? html`<span class="soft">${t("from")}</span> ` : nothing}${price(product)}</p>
  </article>`;
}

const from = (product) => product.max_price_minor !== undefined && product.max_price_minor !== product.price_minor;
