// Ways to pay, as tokens of the stand-in provider. No number of a card is ever asked for, so none can be sent anywhere.

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../i18n.js";
import { field } from "./form.js";

const WAYS = [
  ["card:tok_visa", () => t("Test card, Visa")],
  ["card:tok_mastercard", () => t("Test card, Mastercard")],
  ["paypal:tok_paypal", () => t("PayPal, as a test")],
  ["card:tok_declined", () => t("Test card that is declined")],
  ["gift_card", () => t("Gift card")],
];

export function paying(chosen, change, saved = []) {
  const own = saved.map((way) => [`saved:${way.payment_method_id}`, () => way.label]);
  return html`<fieldset class="choices-list"><legend>${t("How do you want to pay?")}</legend>
    <p class="hint">${t("Nobody is charged here: these stand for what a payment provider would hand back.")}</p>
    ${[...own, ...WAYS].map(([value, text]) => html`<label class="tick">
      <input type="radio" name="way" value=${value} required ?checked=${value === chosen} @change=${change} />
      ${text()}</label>`)}
    ${chosen === "gift_card" ? field({ name: "code", label: t("Code of the gift card"), maxlength: 100 }) : nothing}
  </fieldset>`;
}

export function paymentOf({ way, code }) {
  if (way === "gift_card") return { method: "gift_card", token: code };
  const [method, token] = way.split(":");
  return method === "saved" ? { saved: token } : { method, token };
}
