import { html } from "../../vendor/lit-html.js";
import { t } from "../i18n.js";
import { tiles } from "../parts/tiles.js";
import * as prices from "../prices.js";
import * as wishes from "../wishes.js";

export default async function shared(page, { token }) {
  page.title(t("A wishlist"));
  const items = await prices.convert((await wishes.shared(token)).items);
  page.show(() => html`<h1 tabindex="-1">${t("A wishlist")}</h1>
    ${items.length ? tiles(items) : html`<p>${t("There is nothing on it at the moment.")}</p>`}`);
}
