import { html } from "../../vendor/lit-html.js";
import { attempts } from "../attempts.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { inLanguage } from "../parts/blocks.js";
import { area, field, select, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import * as profile from "../profile.js";
import { go, path } from "../router.js";
import * as session from "../session.js";
import * as storage from "../storage.js";

export const TOPICS = () => [
  ["order", t("An order")], ["delivery", t("A delivery")], ["return", t("A return")], ["payment", t("A payment")],
  ["product", t("A product")], ["account", t("An account")], ["other", t("Something else")],
];

const attempt = attempts();

export default async function contact(page) {
  page.title(t("Write to us"));
  const me = session.signedIn() ? await profile.read() : null;
  const send = submitting(page, async (form) => {
    const body = { ...form, language: inLanguage() };
    const headers = { "idempotency-key": attempt.keyOf(body) };
    const ticket = await call("support", "/tickets", { method: "POST", body, headers, as: "visitor" });
    attempt.done();
    storage.set("tickets", { ...storage.get("tickets", {}), [ticket.ticket_id]: ticket.ticket_key });
    go(path("ticket", ticket.ticket_id));
  });
  page.show(() => html`<h1 tabindex="-1">${t("Write to us")}</h1>
    <p>${t("We answer by email; you find our answer here, too.")}</p>
    ${notice(page.problem)}
    <form class="narrow" @submit=${send}>
      ${field({ name: "name", label: t("Name"), autocomplete: "name", maxlength: 100, value: me?.name ?? "" })}
      ${field({ name: "email", label: t("Email"), type: "email", autocomplete: "email", maxlength: 254, value: me?.email ?? "" })}
      ${select({ name: "topic", label: t("What is it about?"), options: TOPICS() })}
      ${area({ name: "text", label: t("Your message"), rows: 6, maxlength: 5000 })}
      <div class="trap" aria-hidden="true"><label for="f-website">Website</label>
        <input id="f-website" name="website" tabindex="-1" autocomplete="off" /></div>
      <button class="main">${t("Send")}</button>
    </form>`);
}
