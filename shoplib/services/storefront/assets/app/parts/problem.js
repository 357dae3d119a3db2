// What went wrong, in words, where the keyboard and a screen reader find it.

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../i18n.js";

// Messages of the APIs are in English; what shoppers meet most is said in their language.
const KNOWN = {
  invalid_credentials: () => t("Email address or password is wrong."),
  email_taken: () => t("This email address has an account already. Sign in, or ask for a new password."),
  no_such_product: () => t("This product is no longer sold."),
  no_such_order: () => t("There is no such order for you. It may take a moment until a new one is here."),
  no_such_parcel: () => t("There is no parcel with this number."),
  no_such_cart: () => t("Your cart has expired."),
  empty_cart: () => t("Your cart is empty."),
  unknown_region: () => t("Choose a state or province: the tax depends on it."),
  unknown_promotion: () => t("This code is not known."),
  payment_declined: () => t("The payment was declined. Nothing was charged; choose another way to pay."),
  out_of_stock: () => t("This is out of stock."),
  stock_changed: () => t("Somebody has bought or counted this meanwhile. Look at the new figures, and save again."),
  unauthenticated: () => t("Please sign in first."),
  invalid_token: () => t("This code was used, is too old or is not the newest. Ask for a new mail."),
};

export function wordsOf(error) {
  return KNOWN[error.code]?.() ?? error.message;
}

export function notice(error) {
  if (!error) return nothing;
  return html`<div class="problem" role="alert" tabindex="-1"><p>${wordsOf(error)}</p></div>`;
}

// A whole page for it.
export function problem(page, title) {
  return html`<h1 tabindex="-1">${title}</h1>
    ${notice(page.problem)}
    <p><a class="button" href="#/">${t("Go to the start page")}</a></p>`;
}
