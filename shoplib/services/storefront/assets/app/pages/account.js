import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import * as cart from "../cart.js";
import { offers } from "../config.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { addresses } from "../parts/account-addresses.js";
import { payments } from "../parts/account-payments.js";
import { banners } from "../parts/banners.js";
import { field, clicking, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import * as profile from "../profile.js";
import { go } from "../router.js";
import * as session from "../session.js";

export default async function account(page) {
  if (!session.signedIn()) return go("#/sign-in");
  page.title(t("Your account"));
  const state = { me: await profile.read(), edited: null };
  const again = async () => { state.me = await profile.read(); };
  const shown = banners(page, "account");
  page.show(() => html`<h1 tabindex="-1">${t("Your account")}</h1>
    ${notice(page.problem)}
    ${shown}
    ${verified(page, state.me)}
    <div class="cards">
      ${who(page, state, again)}
      ${offers("checkout") ? html`<section class="card" aria-labelledby="orders"><h2 id="orders">${t("Your orders")}</h2>
        <p><a class="button quiet" href="#/account/orders">${t("See your orders")}</a></p></section>` : nothing}
      ${addresses(page, state, again)}
      ${payments(page, state, again)}
      ${password(page)}
      ${data(page, state)}
    </div>`);
}

function verified(page, me) {
  if (me.email_verified) return nothing;
  const ask = clicking(page, async () => {
    await call("shop", "/profile/verification", { method: "POST", as: "member" });
    toast(t("A mail with a code is on its way."));
  });
  return html`<div class="note"><p>${t("Please confirm your email address with the code that we sent you.")}</p>
    <p class="row"><a class="button quiet" href="#/verify">${t("Enter the code")}</a>
      <button class="quiet" @click=${ask}>${t("Send another mail")}</button></p></div>`;
}

function who(page, state, again) {
  const change = submitting(page, async ({ name }) => {
    await call("shop", "/profile", { method: "PUT", body: { name }, as: "member" });
    await again();
    toast(t("Your name was changed."));
  });
  const leave = clicking(page, async () => {
    await session.signOut();
    cart.forget();
    go("#/");
  });
  const everywhere = clicking(page, async () => {
    await call("shop", "/profile/sessions", { method: "DELETE", as: "member" });
    session.drop();
    go("#/sign-in");
  });
  return html`<section class="card" aria-labelledby="who"><h2 id="who">${t("You")}</h2>
    <p>${state.me.email}</p>
    <form @submit=${change}>${field({ name: "name", label: t("Name"), autocomplete: "name", maxlength: 100, value: state.me.name })}
      <button class="quiet">${t("Save")}</button></form>
    <p class="row"><button class="quiet" @click=${leave}>${t("Sign out")}</button>
      <button class="quiet" @click=${everywhere}>${t("Sign out everywhere")}</button></p></section>`;
}

function password(page) {
  const change = submitting(page, async (body, form) => {
    session.keep(await call("shop", "/profile/password", { method: "PUT", body, as: "member" }));
    form.reset();
    toast(t("Your password was changed."));
  });
  return html`<section class="card" aria-labelledby="password"><h2 id="password">${t("Password")}</h2>
    <form @submit=${change}>
      ${field({ name: "current_password", label: t("Present password"), type: "password", autocomplete: "current-password", maxlength: 200 })}
      ${field({ name: "password", label: t("New password"), type: "password", autocomplete: "new-password", minlength: 8, maxlength: 200, hint: t("At least 8 characters.") })}
      <button class="quiet">${t("Change it")}</button></form></section>`;
}

function data(page, { me }) {
  const take = clicking(page, async () => {
    const content = await call("shop", "/profile/export", { as: "member" });
    const url = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: "application/json" }));
    Object.assign(document.createElement("a"), { href: url, download: "my-data.json" }).click();
    URL.revokeObjectURL(url);
  });
  const remove = submitting(page, async (body) => {
    await call("shop", "/profile", { method: "DELETE", body, as: "member" });
    session.drop();
    cart.forget();
    toast(t("Your account is gone."));
    go("#/");
  });
  return html`<section class="card" aria-labelledby="data"><h2 id="data">${t("Your data")}</h2>
    <p><button class="quiet" @click=${take}>${t("Take your data along")}</button></p>
    <details><summary>${t("Delete your account")}</summary>
      <form @submit=${remove}>
        <p>${t("The account of %(email)s goes for good, with its addresses and ways to pay.", { email: me.email })}</p>
        <div class="field"><label for="last-password">${t("Password")}</label>
          <input id="last-password" name="password" type="password" required autocomplete="current-password" maxlength="200" /></div>
        <button class="danger">${t("Delete it")}</button></form></details></section>`;
}
