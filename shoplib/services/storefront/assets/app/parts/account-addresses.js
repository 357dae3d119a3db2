// The addresses of a profile.

import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { call } from "../http.js";
import { country, t } from "../i18n.js";
import { countryCode } from "../profile.js";
import { guess } from "../places.js";
import { address, addressOf } from "./address.js";
import { clicking, submitting, tick, values } from "./form.js";

const PATH = "/profile/addresses";

export function addresses(page, state, again) {
  const open = (known) => () => { state.edited = known; page.refresh(); };
  return html`<section class="card" aria-labelledby="addresses"><h2 id="addresses">${t("Addresses")}</h2>
    <ul class="entries">${state.me.addresses.map((each) => html`<li>
      <p class="lines-kept">${[each.recipient, each.street, [each.postcode, each.city].filter(Boolean).join(" "), country(countryCode(each.country) ?? "") || each.country].join("\n")}</p>
      <p class="row">${each.is_default ? html`<span class="badge">${t("the usual one")}</span>` : nothing}
        <button class="quiet" @click=${open({ ...each, country: countryCode(each.country) ?? guess() })}>${t("Change")} <span class="hidden">${each.street}</span></button>
        <button class="quiet" @click=${clicking(page, () => remove(each, again))}>${t("Remove")} <span class="hidden">${each.street}</span></button></p>
    </li>`)}</ul>
    ${state.edited ? editing(page, state, again) : html`<p>
      <button class="quiet" @click=${open({ country: guess() })}>${t("Add an address")}</button></p>`}
  </section>`;
}

async function remove({ address_id }, again) {
  await call("shop", `${PATH}/${address_id}`, { method: "DELETE", as: "member" });
  await again();
  toast(t("The address was removed."));
}

function editing(page, state, again) {
  const id = state.edited.address_id;
  const save = submitting(page, async (form) => {
    const body = { ...addressOf(form), is_default: form.is_default === "on" };
    await call("shop", id ? `${PATH}/${id}` : PATH, { method: id ? "PUT" : "POST", body, as: "member" });
    state.edited = null;
    await again();
    toast(t("The address was saved."));
  });
  const changed = (event) => {
    Object.assign(state.edited, addressOf(values(event.target.form)));
    page.refresh();
  };
  return html`<form @submit=${save}>${address(state.edited, changed)}
    ${tick({ name: "is_default", label: t("This is my usual address"), checked: state.edited.is_default })}
    <p class="row"><button>${t("Save")}</button>
      <button class="quiet" type="button" @click=${() => { state.edited = null; page.refresh(); }}>${t("Leave it")}</button></p></form>`;
}
