import { html, nothing } from "../../vendor/lit-html.js";
import * as cart from "../cart.js";
import { buy } from "../buying.js";
import { offers } from "../config.js";
import { day, money, t } from "../i18n.js";
import { address } from "../parts/address.js";
import { banners } from "../parts/banners.js";
import { field, submitting, values } from "../parts/form.js";
import { paying } from "../parts/paying.js";
import { notice, wordsOf } from "../parts/problem.js";
import { currencies } from "../prices.js";
import { goods, totals } from "../parts/totals.js";
import { guess, REGIONS } from "../places.js";
import * as profile from "../profile.js";
import { quote } from "../quoting.js";
import { go, path } from "../router.js";
import * as session from "../session.js";
import { word } from "../words.js";

export default async function checkout(page) {
  page.title(t("Checkout"));
  const content = await cart.read();
  if (!content.lines.length) return go("#/cart");
  const me = session.signedIn() ? await profile.read() : null;
  const known = me?.addresses.find((each) => each.is_default) ?? {};
  const state = {
    me,
    form: { email: me?.email ?? "", ...known, country: codeOf(known.country) ?? guess(), way: "card:tok_visa" },
    quote: null,
    refused: null,
  };
  await ask(page, state);
  const shown = banners(page, "checkout");
  page.show(() => html`<h1 tabindex="-1">${t("Checkout")}</h1>
    ${notice(page.problem)}
    ${shown}
    <form class="checkout" @submit=${submitting(page, (form) => place(page, state, form))}>
      <div>${who(state)} ${where(page, state)} ${how(page, state)}
        ${paying(state.form.way, (event) => { state.form.way = event.target.value; page.refresh(); }, takesMore() ? me?.payment_methods : [])}
      </div>
      <aside aria-label=${t("Your order")}>${summary(page, state)}</aside>
    </form>`);
}

// The checkout that takes currencies takes phone numbers and saved ways to pay, too; an older one would ignore them.
const takesMore = () => currencies().length > 0;

const codeOf = (name) => profile.countryCode(name);

function who({ me, form }) {
  const hint = t("The confirmation and the news of your order go there.");
  return html`<fieldset><legend>${t("Who are you?")}</legend>
    ${me ? nothing : html`<p class="hint">${t("You can buy as a guest.")} <a href="#/sign-in?to=checkout">${t("Sign in")}</a></p>`}
    ${field({ name: "email", label: t("Email"), type: "email", autocomplete: "email", maxlength: 254, value: form.email, hint })}
    ${takesMore() ? field({ name: "phone", label: t("Mobile phone"), type: "tel", autocomplete: "tel", required: false, value: form.phone ?? "", maxlength: 30, hint: t("With the country's prefix, as +44 …: we send a short message about each step.") }) : nothing}
  </fieldset>`;
}

function where(page, state) {
  return html`<fieldset><legend>${t("Where shall it go?")}</legend>
    ${address(state.form, (event) => changed(page, state, event))}</fieldset>`;
}

function how(page, state) {
  if (!state.quote?.shipping_methods) return nothing;
  return html`<fieldset class="choices-list"><legend>${t("How shall it travel?")}</legend>
    ${state.quote.shipping_methods.map((each) => html`<label class="tick">
      <input type="radio" name="shipping_method" value=${each.method} ?checked=${each.method === state.quote.shipping_method}
        @change=${(event) => changed(page, state, event)} />
      <span>${method(each.method)},
        ${Number(each.cost_minor) ? money(each.cost_minor, state.quote.currency) : t("free")}<br />
        <span class="soft">${t("with you by %(day)s", { day: day(each.delivery_by) })}</span></span></label>`)}
  </fieldset>`;
}

// Their names are small letters; another tariff's is shown as it is.
const method = (name) => word(name).replace(/^./, (letter) => letter.toUpperCase());

function summary(page, state) {
  const use = (event) => changed(page, state, event);
  return html`<h2>${t("Your order")}</h2>
    ${state.quote ? html`${goods(state.quote.lines, state.quote.currency)} ${totals(state.quote)}` : nothing}
    ${offers("pricing") ? html`<div class="code">
      ${field({ name: "promotion_code", label: t("Promotion code"), required: false, maxlength: 100, value: state.form.promotion_code ?? "", change: use })}
      <button class="quiet" type="button" @click=${use}>${t("Use it")}</button></div>` : nothing}
    <div role="status">${state.refused ? html`<p class=${state.refused === NO_REGION ? "hint" : "warning"}>${wordsOf(state.refused)}</p>` : nothing}</div>
    <button class="main wide">${state.quote ? t("Pay %(total)s", { total: money(state.quote.total_minor, state.quote.currency) }) : t("Pay")}</button>
    <p class="hint">${t("You see the whole price before you pay, and nothing else is charged.")}</p>`;
}

async function changed(page, state, event) {
  Object.assign(state.form, values(event.target.form));
  if (!(state.form.country in REGIONS)) delete state.form.region;
  page.refresh(); // the regions of another country
  await page.attempt(() => ask(page, state));
}

// Before it is chosen there is no price to ask for.
const NO_REGION = Object.assign(new Error("no region"), { code: "unknown_region", status: 400 });
const lacksRegion = ({ country, region }) => offers("pricing") && country in REGIONS && !region;

// The price of everything, or why there is none for these wishes.
async function ask(page, state) {
  state.refused = lacksRegion(state.form) ? NO_REGION : null;
  if (state.refused) return void (state.quote = null);
  try {
    state.quote = await quote(cart.current(), state.form, page.signal);
  } catch (error) {
    if (![400, 404, 409].includes(error.status)) throw error;
    state.refused = error;
    if (error.code === "unknown_region") state.quote = null;
    else if (state.form.promotion_code) state.quote = await quote(cart.current(), { ...state.form, promotion_code: "" }, page.signal);
  }
}

async function place(page, state, form) {
  Object.assign(state.form, form);
  if (state.refused) throw state.refused;
  try {
    const order = await buy(state.form, state.quote, Boolean(state.me));
    cart.forget();
    go(`${path("order", order.order_id)}?new=1`);
  } catch (error) {
    if (error.code === "price_changed") {
      state.quote = error.details.quote;
      error.message = t("The price has changed meanwhile. Please look at the new total and pay again.");
    }
    throw error;
  }
}
