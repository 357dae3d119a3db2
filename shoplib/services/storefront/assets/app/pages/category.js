import { html, nothing } from "../../vendor/lit-html.js";
import { branch } from "../categories.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { breadcrumb, stepsOf } from "../parts/breadcrumb.js";
import { banners } from "../parts/banners.js";
import { clicking } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { tiles } from "../parts/tiles.js";
import * as prices from "../prices.js";
import { path } from "../router.js";
import { word } from "../words.js";

const SHOWN = 24;

export default async function category(page, { path: where }) {
  const steps = stepsOf(where);
  const here = word(steps.at(-1).name);
  page.title(here);
  let products = [];
  let cursor = null;
  const more = async () => {
    const query = { category: where, limit: SHOWN, cursor: cursor ?? "" };
    const answer = await call("shop", "/products", { query, signal: page.signal });
    products = [...products, ...(await prices.convert(answer.products))];
    cursor = answer.next_cursor;
  };
  const [found] = await Promise.all([branch(where), more()]);
  const shown = banners(page, "category");
  page.show(() => html`
    ${breadcrumb(steps.slice(0, -1), here)}
    <h1 tabindex="-1">${here}</h1>
    ${found?.children.length ? html`<nav aria-label=${t("Within %(category)s", { category: here })}>
      <ul class="chips">${found.children.map((each) =>
        html`<li><a href=${path("category", each.path)}>${word(each.name)}</a></li>`)}</ul></nav>` : nothing}
    ${notice(page.problem)}
    ${shown}
    ${products.length ? tiles(products) : html`<p>${t("There is nothing here at the moment.")}</p>`}
    ${cursor ? html`<p class="more"><button @click=${clicking(page, more)}>${t("Show more")}</button></p>` : nothing}`);
}
