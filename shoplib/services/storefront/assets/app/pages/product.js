import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import * as cart from "../cart.js";
import { offers } from "../config.js";
import { call, ShopError } from "../http.js";
import { t } from "../i18n.js";
import { breadcrumb, stepsOf } from "../parts/breadcrumb.js";
import { submitting } from "../parts/form.js";
import { picture } from "../parts/picture.js";
import { banners } from "../parts/banners.js";
import { notice } from "../parts/problem.js";
import { related } from "../parts/related.js";
import { reviews } from "../parts/reviews.js";
import { availability, mayBuy } from "../parts/stock.js";
import { share } from "../parts/share.js";
import { tiles } from "../parts/tiles.js";
import { variants } from "../parts/variants.js";
import { wish } from "../parts/wish.js";
import * as prices from "../prices.js";
import { word } from "../words.js";

export default async function product(page, { id }) {
  const item = await call("shop", `/products/${encodeURIComponent(id)}`, { signal: page.signal });
  const [stock] = await Promise.all([stockOf(page, item), prices.convert([item, ...(item.variants ?? [])])]);
  const others = related(page, item);
  const said = reviews(page, item.product_id);
  const heart = wish(page, item.product_id);
  const shown = banners(page, "product");
  const steps = item.breadcrumb ?? stepsOf(item.category);
  page.title(item.name);
  page.show(() => html`
    ${breadcrumb(steps, item.name)}
    <article class="product">
      <div class="product-picture">${picture(item)}</div>
      <div>
        <h1 tabindex="-1">${item.name}</h1>
        ${item.brand ? html`<p class="soft">${item.brand}</p>` : nothing}
        <p class="price large">${prices.price(item)}</p>
        ${item.description ? html`<p>${item.description}</p>` : nothing}
        ${variants(item)}
        ${availability(stock)}
        ${notice(page.problem)}
        ${mustChoose(item) ? html`<p class="note">${t("Please choose one of the variants.")}</p>` : buying(page, item, stock)}
        <p class="row">${heart()} ${share(item)}</p>
        ${specifications(item)}
      </div>
    </article>
    ${shown}
    ${said()}
    ${others.length ? html`<section aria-labelledby="related">
      <h2 id="related">${t("Often bought together")}</h2>${tiles(others, 3)}</section>` : nothing}`);
}

const mustChoose = (item) => item.variants?.length > 0 && !item.variants.some((each) => each.product_id === item.product_id);

async function stockOf(page, item) {
  if (!offers("checkout") || mustChoose(item)) return null;
  try {
    return await call("checkout", `/stock/${encodeURIComponent(item.product_id)}`, { signal: page.signal });
  } catch (error) {
    if (error instanceof ShopError && error.status === 404) return null; // nobody has counted it
    throw error;
  }
}

function buying(page, item, stock) {
  if (!mayBuy(stock)) return nothing;
  const add = submitting(page, async ({ quantity }) => {
    await cart.add(item.product_id, Number(quantity));
    toast(t("%(name)s is in your cart.", { name: item.name }));
  });
  return html`<form class="buy" @submit=${add}>
    <label for="quantity">${t("Quantity")}</label>
    <input id="quantity" name="quantity" type="number" min="1" max="99" value="1" required inputmode="numeric" />
    <button class="main">${t("Add to cart")}</button>
  </form>`;
}

function specifications({ specifications: all }) {
  const entries = Object.entries(all ?? {});
  if (!entries.length) return nothing;
  return html`<h2>${t("Specifications")}</h2><dl class="specifications">
    ${entries.map(([name, text]) => html`<div><dt>${word(name)}</dt><dd>${text}</dd></div>`)}</dl>`;
}
