import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { t } from "../i18n.js";
import { clicking } from "../parts/form.js";
import { picture } from "../parts/picture.js";
import { notice } from "../parts/problem.js";
import { availability } from "../parts/stock.js";
import * as prices from "../prices.js";
import { go, path } from "../router.js";
import * as session from "../session.js";
import * as wishes from "../wishes.js";

export default async function wishlist(page) {
  if (!session.signedIn()) return go("#/sign-in");
  page.title(t("Your wishlist"));
  const state = { list: await wishes.read(), address: "" };
  await prices.convert(state.list.items.filter((each) => each.is_sold));
  page.show(() => html`<h1 tabindex="-1">${t("Your wishlist")}</h1>
    ${notice(page.problem)}
    ${state.list.items.length ? html`<ul class="lines">${state.list.items.map((each) => html`<li>${row(page, state, each)}</li>`)}</ul>`
      : html`<p>${t("There is nothing on it yet.")}</p>`}
    ${sharing(page, state)}`);
}

function row(page, state, item) {
  const remove = clicking(page, async () => {
    state.list = await wishes.remove(item.product_id);
    toast(t("It was taken off your wishlist."));
  });
  return html`<div class="line">${picture(item)}
    <div><h2>${item.is_sold ? html`<a href=${path("product", item.product_id)}>${item.name}</a>` : item.name}</h2>
      ${item.is_sold ? availability(item.availability) : html`<p class="warning">${t("No longer sold")}</p>`}</div>
    <span></span>
    <p class="value">${item.price_minor === null ? nothing : prices.price(item)}</p>
    <button class="quiet" @click=${remove}>${t("Remove")} <span class="hidden">${item.name}</span></button></div>`;
}

// A link opens the list to whoever has it, until it is ended.
function sharing(page, state) {
  const share = clicking(page, async () => {
    const link = await wishes.share();
    state.address = `${location.href.split("#")[0]}${path("wishlists", link.token)}`;
    state.list = await wishes.read();
  });
  const end = clicking(page, async () => {
    await wishes.unshare();
    Object.assign(state, { address: "", list: await wishes.read() });
    toast(t("The link is ended."));
  });
  return html`<section aria-labelledby="share"><h2 id="share">${t("Show it to others")}</h2>
    <p>${t("A link shows your list to whoever has it. You can end it at any time; a new link ends the one before.")}</p>
    ${state.address ? html`<div class="field"><label for="link">${t("Your link")}</label>
      <input id="link" readonly .value=${state.address} @focus=${(event) => event.target.select()} /></div>` : nothing}
    <p class="row"><button class="quiet" @click=${share}>${state.list.link ? t("Make a new link") : t("Make a link")}</button>
      ${state.list.link ? html`<button class="quiet" @click=${end}>${t("End the link")}</button>` : nothing}</p></section>`;
}
