// The button that puts a product on the wishlist, or takes it off.

import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { t } from "../i18n.js";
import { go } from "../router.js";
import * as session from "../session.js";
import * as wishes from "../wishes.js";
import { clicking } from "./form.js";

export function wish(page, product_id) {
  let is_there = false;
  if (!wishes.offered()) return () => nothing;
  wishes.has(product_id).then((answer) => { is_there = answer; page.refresh(); }).catch(() => {});
  const change = clicking(page, async () => {
    if (!session.signedIn()) return go("#/sign-in");
    await (is_there ? wishes.remove(product_id) : wishes.add(product_id));
    is_there = !is_there;
    toast(is_there ? t("It is on your wishlist.") : t("It was taken off your wishlist."));
  });
  return () => html`<button class="quiet" type="button" aria-pressed=${is_there} @click=${change}>
    <span aria-hidden="true">${is_there ? "♥" : "♡"}</span> ${t("Wishlist")}</button>`;
}
