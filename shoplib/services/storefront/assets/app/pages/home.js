import { html, nothing } from "../../vendor/lit-html.js";
import { tree } from "../categories.js";
import { offers } from "../config.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { banners } from "../parts/banners.js";
import { picture } from "../parts/picture.js";
import { recommended } from "../parts/recommended.js";
import { tiles } from "../parts/tiles.js";
import * as prices from "../prices.js";
import { path } from "../router.js";
import { word } from "../words.js";

const ASKED = 100;
const SHOWN = 10;

export default async function home(page) {
  page.title("");
  if (!offers("shop")) return page.show(closed);
  const [categories, answer] = await Promise.all([
    tree(),
    call("shop", "/products", { query: { limit: ASKED }, signal: page.signal }),
  ]);
  const few = await prices.convert(mixed(answer.products));
  const shown = banners(page, "home");
  const own = recommended(page);
  page.show(() => html`
    <section class="hero">
      <div>
        <h1 tabindex="-1">${t("Things for the house, made to last")}</h1>
        <p>${t("From the kitchen to the garden, and a little for the holidays.")}</p>
        ${categories.length ? html`<p><a class="button" href=${path("category", categories[0].path)}>
          ${t("Start with %(category)s", { category: word(categories[0].name) })}</a></p>` : nothing}
      </div>
      <div class="hero-pictures" aria-hidden="true">${few.slice(2, 5).map(picture)}</div>
    </section>
    ${shown}
    ${own()}
    <section aria-labelledby="all-categories">
      <h2 id="all-categories">${t("Categories")}</h2>
      <ul class="doors">${categories.map((each) => html`<li><a href=${path("category", each.path)}>
        ${picture({ product_id: each.path, category: each.path })}<span>${word(each.name)}</span></a></li>`)}</ul>
    </section>
    <section aria-labelledby="a-few">
      <h2 id="a-few">${t("A few of our things")}</h2>
      ${tiles(few, 3)}
    </section>`);
}

// Some of every category, in turn.
function mixed(products) {
  const shelves = Object.values(Object.groupBy(products, (each) => each.category.split("/")[0]));
  const turns = [0, 1, 2, 3].flatMap((turn) => shelves.map((shelf) => shelf[turn]));
  return turns.filter(Boolean).slice(0, SHOWN);
}

function closed() {
  return html`<h1 tabindex="-1">${t("The shop is not open yet")}</h1>
    <p>${t("This page was deployed without the shop's APIs. Deploy the template rest, and this one with its ShopApiUrl.")}</p>`;
}
