// Sharing a page: by the browser's own way where it has one, else by copying the address.

import { html } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { t } from "../i18n.js";

export function share(item, url = location.href) {
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
  return html`<p><button class="quiet" type="button" @click=${pass}>${t("Share")}</button></p>`;
}
