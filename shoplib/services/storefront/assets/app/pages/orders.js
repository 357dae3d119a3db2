import { html, nothing } from "../../vendor/lit-html.js";
import { call } from "../http.js";
import { moment, money, t } from "../i18n.js";
import { clicking } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { orderStatus } from "../parts/status.js";
import { go, path } from "../router.js";
import * as session from "../session.js";

export default async function orders(page) {
  if (!session.signedIn()) return go("#/sign-in");
  page.title(t("Your orders"));
  let list = [];
  let before = "";
  const more = async () => {
    const answer = await call("checkout", "/orders", { query: { before }, as: "member", signal: page.signal });
    list = [...list, ...answer.orders];
    before = answer.before;
  };
  await more();
  page.show(() => html`<h1 tabindex="-1">${t("Your orders")}</h1>
    ${notice(page.problem)}
    ${list.length ? html`<ul class="entries">${list.map((each) => html`<li class="row spread">
      <a href=${path("order", each.order_id)}>${t("Order %(number)s", { number: each.order_id.slice(0, 8) })}</a>
      <time datetime=${each.placed_at}>${moment(each.placed_at)}</time>
      <span>${money(each.total_minor, each.currency)}</span>
      <span class="badge">${orderStatus(each.status)}</span></li>`)}</ul>` : html`<p>${t("You have not ordered anything yet.")}</p>`}
    ${before ? html`<p class="more"><button @click=${clicking(page, more)}>${t("Show more")}</button></p>` : nothing}`);
}
