import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import * as cart from "../cart.js";
import { offers } from "../config.js";
import { money, t } from "../i18n.js";
import { banners } from "../parts/banners.js";
import { picture } from "../parts/picture.js";
import { notice } from "../parts/problem.js";
import * as prices from "../prices.js";
import { path } from "../router.js";

export default async function shoppingCart(page) {
  page.title(t("Your cart"));
  await prices.convert((await cart.read()).lines);
  const shown = banners(page, "cart");
  page.show(() => {
    const content = cart.current();
    return html`<h1 tabindex="-1">${t("Your cart")}</h1>
      ${notice(page.problem)}
      ${shown}
      ${content.lines.length ? full(page, content) : empty()}`;
  });
}

function empty() {
  return html`<p>${t("Your cart is empty.")}</p>
    <p><a class="button" href="#/">${t("Look around")}</a></p>`;
}

function full(page, content) {
  const lines = content.lines.map((line) => ({ ...line, currency: content.currency }));
  return html`${changes(content)}
    <ul class="lines">${lines.map((line) => html`<li>${row(page, content, line)}</li>`)}</ul>
    <div class="sum">
      <p>${t("Goods")} <strong>${prices.sum(lines)}</strong></p>
      <p class="soft">${t("Discount, shipping and tax follow at the checkout.")}</p>
      <p class="row"><a class="button quiet" href="#/">${t("Go on shopping")}</a>
        ${offers("checkout") ? html`<a class="button main" href="#/checkout">${t("To the checkout")}</a>` : nothing}</p>
    </div>`;
}

function row(page, content, line) {
  const name = line.product_name;
  const change = (event) => page.attempt(async () => {
    const quantity = Math.min(Math.max(Math.trunc(Number(event.target.value)) || 1, 1), 99);
    event.target.value = quantity;
    await cart.put(line.product_id, quantity);
    toast(t("%(name)s: %(num)s in your cart", { name, num: quantity }));
  });
  const remove = () => page.attempt(async () => {
    await cart.remove(line.product_id);
    toast(t("%(name)s was removed.", { name }));
    document.querySelector("h1").focus();
  });
  const gone = content.no_longer_sold.includes(line.product_id);
  return html`<div class="line">
    ${picture({ ...line, name })}
    <div>
      <h2><a href=${path("product", line.product_id)}>${name}</a></h2>
      <p class="soft">${prices.price(line)}</p>
      ${gone ? html`<p class="warning">${t("No longer sold: please remove it.")}</p>` : nothing}
    </div>
    <label>${t("Quantity")} <span class="hidden">${name}</span>
      <input type="number" min="1" max="99" inputmode="numeric" .value=${String(line.quantity)} @change=${change} /></label>
    <p class="value">${prices.sum([line])}</p>
    <button class="quiet" @click=${remove}>${t("Remove")} <span class="hidden">${name}</span></button>
  </div>`;
}

// What the shopper saw when it was put in, and what it is now.
function changes(content) {
  if (!content.price_changes.length) return nothing;
  const names = Object.fromEntries(content.lines.map((line) => [line.product_id, line.product_name]));
  return html`<section class="note" aria-label=${t("Changed prices")}>
    <h2>${t("Prices have changed since you put these in")}</h2>
    <ul>${content.price_changes.map((each) => html`<li>${t("%(name)s: %(was)s before, %(now)s now", {
      name: names[each.product_id],
      was: money(each.was_minor, content.currency),
      now: money(each.now_minor, content.currency),
    })}</li>`)}</ul></section>`;
}
