import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { call } from "../http.js";
import { country, moment, number, t } from "../i18n.js";
import { clicking, field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { orderStatus, progress } from "../parts/status.js";
import * as profile from "../profile.js";
import { go } from "../router.js";

const DOES = {
  pack: () => t("It is packed"),
  deliver: () => t("It was delivered"),
  receive_return: () => t("The return has arrived"),
  reject_return: () => t("Refuse the return"),
};

// One order as the person sees it who packs it, hands it over, or opens what comes back.
export default async function order(page, { id }) {
  if (!(await profile.isStaff())) return go("#/sign-in");
  page.title(t("Order %(number)s", { number: id.slice(0, 8) }));
  const where = `/warehouse/orders/${encodeURIComponent(id)}`;
  const state = { order: await call("checkout", where, { as: "member", signal: page.signal }) };
  const change = async (body) => {
    state.order = await call("checkout", `${where}/changes`, { method: "POST", body, as: "member" });
    toast(orderStatus(state.order.status));
  };
  page.show(() => view(page, state.order, change));
}

function view(page, item, change) {
  return html`<h1 tabindex="-1">${t("Order %(number)s", { number: item.order_id.slice(0, 8) })}</h1>
    <p class="soft"><time datetime=${item.placed_at}>${moment(item.placed_at)}</time></p>
    ${notice(page.problem)}
    <div class="order"><section aria-labelledby="state"><h2 id="state">${t("Where it is")}</h2>
        ${progress(item.status)}
        ${actions(page, item, change)}</section>
      <section aria-labelledby="goods"><h2 id="goods">${t("What goes into the parcel")}</h2>
        <ul class="entries">${item.lines.map((line, at) => html`<li class="row spread">
          <span>${number(line.quantity)} × <bdi>${line.product_name}</bdi></span>
          <a href=${`#/staff/stock?${new URLSearchParams({ product: line.product_id })}`}>${t("Stock")} <span class="hidden">${line.product_name}</span></a>
          ${coming(item, at + 1)}</li>`)}</ul>
        ${address(item)}</section></div>
    <p><a href="#/staff/orders">${t("Orders in the warehouse")}</a></p>`;
}

function actions(page, item, change) {
  const buttons = item.possible.filter((name) => name in DOES).map((operation) => html`<button class=${operation === "reject_return" ? "quiet" : "main"}
    @click=${clicking(page, () => change({ operation }))}>${DOES[operation]()}</button>`);
  return html`${buttons.length ? html`<p class="row">${buttons}</p>` : nothing}
    ${item.possible.includes("ship") ? handing(page, change) : nothing}
    ${item.tracking_number ? html`<p>${t("Parcel %(number)s", { number: item.tracking_number })}</p>` : nothing}`;
}

// The carrier says so itself, where the shop has one; a parcel that somebody takes along has a number from that person.
function handing(page, change) {
  const ship = submitting(page, ({ tracking_number }) => change({ operation: "ship", ...(tracking_number ? { tracking_number } : {}) }));
  return html`<form class="narrow" @submit=${ship}>
    ${field({ name: "tracking_number", label: t("Number of the parcel"), required: false, maxlength: 100 })}
    <button class="main">${t("It was handed over")}</button></form>`;
}

function coming({ latest_return: back }, line) {
  const pieces = back?.pieces[line];
  return pieces ? html`<span class="badge">${t("%(num)s come back", { num: number(pieces) })}</span> ${back.reason ? html`<q>${back.reason}</q>` : nothing}` : nothing;
}

function address({ address: to, phone }) {
  if (!to) return nothing;
  const lines = [to.recipient, to.street, [to.postcode, to.city].filter(Boolean).join(" "), to.region, country(to.country), phone];
  return html`<h2>${t("Where it goes")}</h2><address>${lines.filter(Boolean).map((line) => html`<bdi>${line}</bdi><br />`)}</address>`;
}
