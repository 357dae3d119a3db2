// The ways to pay of a profile, each a token of the provider: a name is all that is shown of it.

import { html } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { clicking, field, select, submitting } from "./form.js";

const PATH = "/profile/payment-methods";

export function payments(page, state, again) {
  const add = submitting(page, async ({ way, label }, form) => {
    const [method, token] = way.split(":");
    await call("shop", PATH, { method: "POST", body: { method, token, label }, as: "member" });
    form.reset();
    await again();
    toast(t("The way to pay was saved."));
  });
  return html`<section class="card" aria-labelledby="payments"><h2 id="payments">${t("Ways to pay")}</h2>
    <ul class="entries">${state.me.payment_methods.map((each) => html`<li><p>${each.label}</p>
      <p class="row"><button class="quiet" @click=${clicking(page, () => remove(each, again))}>${t("Remove")}
        <span class="hidden">${each.label}</span></button></p></li>`)}</ul>
    <details><summary>${t("Add a way to pay")}</summary><form @submit=${add}>
      ${select({ name: "way", label: t("Kind"), options: [["card:tok_visa", t("Test card, Visa")], ["card:tok_mastercard", t("Test card, Mastercard")], ["paypal:tok_paypal", t("PayPal, as a test")]] })}
      ${field({ name: "label", label: t("What do you call it?"), maxlength: 60, hint: t("Never a card's number.") })}
      <button class="quiet">${t("Save")}</button></form></details>
  </section>`;
}

async function remove({ payment_method_id }, again) {
  await call("shop", `${PATH}/${payment_method_id}`, { method: "DELETE", as: "member" });
  await again();
  toast(t("The way to pay was removed."));
}
