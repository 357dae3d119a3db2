import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { area, submitting, tick } from "../parts/form.js";
import { conversation } from "../parts/conversation.js";
import { notice } from "../parts/problem.js";
import * as profile from "../profile.js";
import * as storage from "../storage.js";

export default async function ticket(page, { id }) {
  page.title(t("Your message to us"));
  const key = storage.get("tickets", {})[id];
  const opened = { as: "visitor", headers: key ? { "x-ticket-key": key } : {} };
  const where = `/tickets/${encodeURIComponent(id)}`;
  let item = await call("support", where, { ...opened, signal: page.signal });
  const staff = await profile.isStaff();
  const send = submitting(page, async ({ text, closes }, form) => {
    const body = { text, ...(closes === "on" ? { closes: true } : {}) };
    item = await call("support", `${where}/messages`, { method: "POST", body, ...opened });
    form.reset();
    toast(t("Your message was sent."));
  });
  page.show(() => html`<h1 tabindex="-1">${staff ? item.name : t("Your message to us")}</h1>
    <p class="badge">${{ open: t("open"), answered: t("answered"), closed: t("closed") }[item.status] ?? item.status}</p>
    ${notice(page.problem)}
    ${conversation(item.messages, staff ? "staff" : "shopper")}
    <form class="narrow" @submit=${send}>
      ${area({ name: "text", label: t("Your message"), maxlength: 5000 })}
      ${staff ? tick({ name: "closes", label: t("This closes it") }) : nothing}
      <button>${t("Send")}</button></form>`);
}
