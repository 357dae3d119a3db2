import { html, nothing } from "../../vendor/lit-html.js";
import { call } from "../http.js";
import { moment, money, t } from "../i18n.js";
import { clicking } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import * as profile from "../profile.js";
import { go, path } from "../router.js";

const LISTS = () => [["confirmed", t("To pack")], ["packed", t("Packed")], ["return_requested", t("Returns that we await")]];

// Orders with which somebody in the warehouse has to do something, the oldest first.
export default async function orders(page) {
  if (!(await profile.isStaff())) return go("#/sign-in");
  page.title(t("Orders in the warehouse"));
  const status = page.query.get("status") ?? "confirmed";
  let list = [];
  let after = "";
  const more = async () => {
    const answer = await call("checkout", "/warehouse/orders", { query: { status, after }, as: "member", signal: page.signal });
    list = [...list, ...answer.orders];
    after = answer.after;
  };
  await more();
  page.show(() => html`<h1 tabindex="-1">${t("Orders in the warehouse")}</h1>
    ${notice(page.problem)}
    <nav class="chips" aria-label=${t("What has to be done")}>${LISTS().map(([key, name]) => html`
      <a href=${`#/staff/orders?status=${key}`} aria-current=${key === status ? "page" : nothing}>${name}</a>`)}</nav>
    ${list.length ? html`<ul class="entries">${list.map(row)}</ul>` : html`<p>${t("None")}</p>`}
    ${after ? html`<p class="more"><button @click=${clicking(page, more)}>${t("Show more")}</button></p>` : nothing}
    <p><a href="#/staff">${t("Back office")}</a></p>`);
}

const row = (each) => html`<li class="row spread">
  <a href=${path("staff", "orders", each.order_id)}>${t("Order %(number)s", { number: each.order_id.slice(0, 8) })}</a>
  <time datetime=${each.placed_at}>${moment(each.placed_at)}</time>
  <span>${money(each.total_minor, each.currency)}</span></li>`;
