// Messages of two sides, oldest first.

import { html } from "../../vendor/lit-html.js";
import { moment, t } from "../i18n.js";

export function conversation(messages, me) {
  return html`<ol class="conversation" aria-label=${t("Messages")} aria-live="polite">${messages.map((each) => html`<li
    class=${each.author === me ? "mine" : ""}><p class="soft">${each.name}, <time datetime=${each.at}>${moment(each.at)}</time></p>
    <p class="lines-kept">${each.text}</p></li>`)}</ol>`;
}
