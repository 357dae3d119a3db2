// The mails and SMS that the local AWS was asked to send. Whoever has the key of this laptop's user reads them: it comes
// in the address that `shoplib mailbox --open` opens. AWS delivers mails, and has no door like this one.

import { html, nothing } from "../../vendor/lit-html.js";
import { isLocal } from "../config.js";
import { follow } from "../following.js";
import { ShopError } from "../http.js";
import { moment, t } from "../i18n.js";
import { clicking, select } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { place } from "../router.js";
import * as storage from "../storage.js";

const MOST_SHOWN = 100;

export default async function mailbox(page) {
  page.title(t("Mailbox"));
  takeKey(page.query);
  const state = { messages: [], to: "" };
  if (isLocal() && storage.get("mailbox")) await page.attempt(() => read(page, state));
  page.show(() => html`<h1 tabindex="-1">${t("Mailbox")}</h1>
    ${notice(page.problem)}
    ${isLocal() ? local(page, state) : html`<p>${t("There is no mailbox here: this shop sends its mails and SMS to people's own addresses.")}</p>`}`);
  if (isLocal()) follow(page.signal, () => news(page, state), () => !storage.get("mailbox"));
}

// The address bar, and whoever looks at it, need not have the key.
function takeKey(query) {
  if (!isLocal() || !query.has("X-Amz-Signature")) return;
  storage.set("mailbox", query.toString());
  history.replaceState(null, "", place().split("?")[0]);
}

async function read(page, state) {
  const answer = await fetch(`/_aws/mailbox?${storage.get("mailbox")}`, { signal: page.signal });
  if (answer.status === 403) storage.set("mailbox", null); // its day is over, or it is another engine's
  else if (answer.ok) state.messages = (await answer.json()).reverse();
  else throw new ShopError(answer.status, {});
}

async function news(page, state) {
  const before = state.messages.length;
  await read(page, state);
  page.refresh();
  return state.messages.length !== before;
}

function local(page, state) {
  return html`<p>${t("What the shop sends by mail and SMS ends here, on this laptop: the local AWS delivers nothing. Only its user can open this page. A shop on AWS has no such page.")}</p>
    ${storage.get("mailbox") ? letters(page, state) : html`<p>${t("To open it, run this command on this laptop:")} <code>shoplib mailbox --open</code></p>`}`;
}

function letters(page, state) {
  const receivers = [...new Set(state.messages.flatMap((each) => each.to))].sort();
  const choose = (event) => { state.to = event.target.value; page.refresh(); };
  const chosen = state.messages.filter((each) => !state.to || each.to.includes(state.to));
  const close = clicking(page, () => storage.set("mailbox", null));
  return html`<div class="narrow">${select({ name: "to", label: t("To whom?"), value: state.to, change: choose,
    options: [["", t("Everybody")], ...receivers.map((each) => [each, each])] })}</div>
    ${chosen.length ? html`<ol class="plain" aria-label=${t("Messages")}>${chosen.slice(0, MOST_SHOWN).map(letter)}</ol>` : html`<p role="status">${t("Nothing was sent yet.")}</p>`}
    ${chosen.length > MOST_SHOWN ? html`<p>${t("These are the newest; choose a receiver to see older ones.")}</p>` : nothing}
    <p><button class="quiet" @click=${close}>${t("Close the mailbox in this browser")}</button></p>`;
}

// Texts, never markup: what a mail has as HTML is not shown.
function letter({ channel, source, to, subject, text, sent_at }) {
  return html`<li class="card letter"><h2 dir="auto">${subject ?? t("SMS")}</h2>
    <p class="soft"><bdi>${source}</bdi> → <bdi>${to.join(", ")}</bdi>
      · <time datetime=${sent_at}>${moment(sent_at)}</time> ${channel === "sms" && subject ? html`<span class="badge">${t("SMS")}</span>` : nothing}</p>
    <p class="lines-kept" dir="auto">${text}</p></li>`;
}
