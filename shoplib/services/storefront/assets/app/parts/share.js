// Sharing a page: by the browser's own way where it has one, else by copying the address.

import { html } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { address, offers } from "../config.js";
import { t } from "../i18n.js";

// The address with Open Graph data, where the shop has one, shows a preview wherever it is posted.
const addressOf = (item) => (offers("content") ? `${address("content")}/share/${encodeURIComponent(item.product_id)}` : location.href);

export function share(item) {
  const url = addressOf(item);
  const pass = async () => {
    try {
      if (navigator.share) await navigator.share({ title: item.name, url });
      else {
        await navigator.clipboard.writeText(url);
        toast(t("The address was copied."));
      }
    } catch (error) {
      if (error.name !== "AbortError") toast(url);
    }
  };
  return html`<button class="quiet" type="button" @click=${pass}>${t("Share")}</button>`;
}
