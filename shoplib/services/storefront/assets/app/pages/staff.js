import { html, nothing } from "../../vendor/lit-html.js";
import { offers } from "../config.js";
import { call } from "../http.js";
import { moment, t } from "../i18n.js";
import { notice } from "../parts/problem.js";
import * as profile from "../profile.js";
import { go, path } from "../router.js";
import { TOPICS } from "./contact.js";

export default async function staff(page) {
  if (!(await profile.isStaff())) return go("#/sign-in");
  page.title(t("Back office"));
  const answer = offers("support") ? await call("support", "/tickets", { as: "member", signal: page.signal }) : { tickets: [] };
  const topics = Object.fromEntries(TOPICS());
  page.show(() => html`<h1 tabindex="-1">${t("Back office")}</h1>
    ${notice(page.problem)}
    <p class="row">
      ${offers("socket") ? html`<a class="button" href="#/staff/desk">${t("Chat desk")}</a>` : nothing}
      ${offers("checkout") ? html`<a class="button quiet" href="#/staff/orders">${t("Orders in the warehouse")}</a>
        <a class="button quiet" href="#/staff/stock">${t("Stock")}</a>` : nothing}
      ${offers("reviews") ? html`<a class="button quiet" href="#/staff/reviews">${t("Reviews to look at")}</a>` : nothing}
      ${offers("content") ? html`<a class="button quiet" href="#/staff/banners">${t("Banners")}</a>` : nothing}</p>
    ${offers("support") ? html`<section><h2>${t("Messages that wait for an answer")}</h2>
      ${answer.tickets.length ? html`<ul class="entries">${answer.tickets.map((each) => html`<li class="row spread">
        <a href=${path("ticket", each.ticket_id)}>${each.name}</a><span>${topics[each.topic]}</span>
        <time datetime=${each.last_at}>${moment(each.last_at)}</time></li>`)}</ul>` : html`<p>${t("None")}</p>`}</section>` : nothing}`);
}
