// Where a page stands in the shop.

import { html } from "../../vendor/lit-html.js";
import { t } from "../i18n.js";
import { path } from "../router.js";
import { word } from "../words.js";

// `steps` are { name, path } of categories; the last text is the page itself.
export function breadcrumb(steps, here) {
  return html`<nav class="breadcrumb" aria-label=${t("Breadcrumb")}><ol>
    <li><a href="#/">${t("Home")}</a></li>
    ${steps.map((step) => html`<li><a href=${path("category", step.path)}>${word(step.name)}</a></li>`)}
    <li><span aria-current="page">${here}</span></li>
  </ol></nav>`;
}

// The steps of a category's path, "Kitchen/Mugs".
export function stepsOf(category) {
  const names = category.split("/");
  return names.map((name, at) => ({ name, path: names.slice(0, at + 1).join("/") }));
}
