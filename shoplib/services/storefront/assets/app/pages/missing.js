import { html } from "../../vendor/lit-html.js";
import { t } from "../i18n.js";

export default function missing(page) {
  page.title(t("There is no such page"));
  page.show(() => html`<h1 tabindex="-1">${t("There is no such page")}</h1>
    <p><a class="button" href="#/">${t("Go to the start page")}</a></p>`);
}
