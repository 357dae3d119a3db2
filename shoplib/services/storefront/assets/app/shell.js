// What every page has around it: the header with search and navigation, the footer, the question about analytics.

import { html, nothing, render } from "../vendor/lit-html.js";
import * as cart from "./cart.js";
import { tree } from "./categories.js";
import * as config from "./config.js";
import { offers } from "./config.js";
import * as i18n from "./i18n.js";
import { t } from "./i18n.js";
import * as prices from "./prices.js";
import * as profile from "./profile.js";
import * as router from "./router.js";
import { path } from "./router.js";
import * as session from "./session.js";
import * as visit from "./visit.js";
import * as wishes from "./wishes.js";
import { word } from "./words.js";

let categories = [];
let staff = false;

export function start() {
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  addEventListener("hashchange", refresh);
  refresh();
  if (offers("shop")) tree().then((found) => { categories = found; refresh(); }, () => {});
  prices.load().then(() => { refresh(); if (prices.chosen()) router.again(); }, () => {});
}

// Who has come or gone: the back office is for the staff alone.
export async function meet() {
  staff = false;
  refresh();
  staff = await profile.isStaff().catch(() => false);
  refresh();
}

export function refresh() {
  render(header(), document.getElementById("header"));
  render(footer(), document.getElementById("footer"));
  render(question(), document.getElementById("consent"));
}

function header() {
  return html`<div class="bar">
      <a class="brand" href="#/"><img src="icon.svg" alt="" width="32" height="32" /> ${t("Shop")}</a>
      ${offers("shop") ? searching() : nothing}
      <nav class="own" aria-label=${t("Yours")}><ul>
        ${staff ? html`<li>${link("#/staff", t("Back office"))}</li>` : nothing}
        ${wishes.offered() ? html`<li>${link("#/wishlist", t("Wishlist"))}</li>` : nothing}
        ${offers("shop") ? html`<li>${account()}</li><li>${basket()}</li>` : nothing}
      </ul></nav>
    </div>
    ${categories.length ? html`<nav class="categories" aria-label=${t("Categories")}><ul>
      ${categories.map((each) => html`<li>${link(path("category", each.path), word(each.name))}</li>`)}
    </ul></nav>` : nothing}`;
}

function searching() {
  const submit = (event) => {
    event.preventDefault();
    const words = new FormData(event.currentTarget).get("q").trim();
    if (words) router.go(`#/search?${new URLSearchParams({ q: words })}`);
  };
  return html`<form class="search" role="search" aria-label=${t("The shop")} @submit=${submit}>
    <label class="hidden" for="q">${t("Search the shop")}</label>
    <input id="q" name="q" type="search" placeholder=${t("Search")} maxlength="100" autocomplete="off" />
    <button>${t("Search")}</button>
  </form>`;
}

function account() {
  return session.signedIn() ? link("#/account", t("Your account")) : link("#/sign-in", t("Sign in"));
}

function basket() {
  const pieces = cart.pieces();
  const label = i18n.tn("Cart, %(num)s piece", "Cart, %(num)s pieces", pieces);
  return html`<a class="basket" href="#/cart"><span class="hidden">${label}</span><span aria-hidden="true">${t("Cart")}
    <span class="count">${i18n.number(pieces)}</span></span></a>`;
}

function link(href, text) {
  const here = decodeURI(router.place()) === decodeURI(href);
  return html`<a href=${href} aria-current=${here ? "page" : nothing}>${text}</a>`;
}

function footer() {
  return html`<div class="foot">
    <nav aria-label=${t("More")}><ul>
      ${offers("content") || offers("support") ? html`<li><a href="#/help">${t("Help")}</a></li>` : nothing}
      ${offers("delivery") ? html`<li><a href="#/track">${t("Follow a parcel")}</a></li>` : nothing}
      <li><a href="#/privacy">${t("Your data")}</a></li>
      ${config.isLocal() ? html`<li><a href="#/mailbox">${t("Mailbox")}</a></li>` : nothing}
    </ul></nav>
    <div class="choices">${languages()} ${currencies()}</div>
    <p class="soft">${t("A shop to learn from: nobody is charged, and nothing is shipped.")}</p>
  </div>`;
}

function languages() {
  const known = config.languages();
  if (known.length < 2) return nothing;
  const change = async (event) => {
    await i18n.choose(event.target.value);
    refresh();
    router.again();
  };
  return html`<label>${t("Language")} <select @change=${change}>
    ${known.map((code) => html`<option value=${code} lang=${code} ?selected=${code === i18n.language()}>
      ${i18n.LANGUAGES[code] ?? code}</option>`)}
  </select></label>`;
}

function currencies() {
  if (prices.currencies().length < 2) return nothing;
  const change = (event) => {
    prices.choose(event.target.value);
    refresh();
    router.again();
  };
  return html`<label>${t("Currency")} <select @change=${change}>
    ${prices.currencies().map((code) => html`<option ?selected=${code === prices.shown()}>${code}</option>`)}
  </select></label>`;
}

function question() {
  if (!offers("events") || visit.consent()) return nothing;
  const decide = (yes) => () => {
    visit.decide(yes);
    refresh();
  };
  return html`<section class="consent" aria-label=${t("Analytics")}>
    <p>${t("May we count which pages you visit, to make the shop better? Nothing goes to anybody else.")}
      <a href="#/privacy">${t("More about your data")}</a></p>
    <div class="row"><button class="quiet" @click=${decide(false)}>${t("No, thank you")}</button>
      <button class="quiet" @click=${decide(true)}>${t("Yes, you may")}</button></div>
  </section>`;
}
