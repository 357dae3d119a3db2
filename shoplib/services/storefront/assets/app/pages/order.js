import { html, nothing } from "../../vendor/lit-html.js";
import { announce, toast } from "../announcing.js";
import { opening } from "../buying.js";
import { offers } from "../config.js";
import { follow } from "../following.js";
import { call } from "../http.js";
import { day, moment, t } from "../i18n.js";
import { clicking, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { ENDS, orderStatus, progress, steps } from "../parts/status.js";
import * as session from "../session.js";
import { connect } from "../socket.js";
import { goods, totals } from "../parts/totals.js";

const QUEUED_TRIES = 8;

export default async function order(page, { id }) {
  const isNew = page.query.has("new");
  page.title(isNew ? t("Thank you for your order") : t("Your order"));
  const state = { order: null, parcel: null };
  await first(page, id, state, isNew);
  page.show(() => view(page, id, state, isNew));
  if (offers("socket")) listen(page, id, state);
  else poll(page, id, state, () => false);
}

// An order that was just placed waits in the queue for a moment.
async function first(page, id, state, isNew) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await look(page, id, state);
      return;
    } catch (error) {
      if (!isNew || error.status !== 404) throw error;
      if (attempt === QUEUED_TRIES) return;
    }
    await new Promise((done) => setTimeout(done, 150 * attempt));
  }
}

async function look(page, id, state) {
  state.order = await call("checkout", `/orders/${encodeURIComponent(id)}`, { ...opening(id), signal: page.signal });
  state.parcel = state.order.tracking_number && offers("delivery") ? await parcelOf(page, state.order.tracking_number) : null;
}

// The number may be another carrier's, of whose parcels the shop hears nothing.
async function parcelOf(page, number) {
  try {
    return await call("delivery", `/parcels/${encodeURIComponent(number)}`, { signal: page.signal });
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

function poll(page, id, state, isTold) {
  const ended = () => isTold() || (state.order && ENDS.includes(state.order.status));
  return follow(page.signal, () => news(page, id, state), ended);
}

// The shop says when the order or its parcel moves; what was missed is asked for at each new connection. While there is
// no connection, the page asks.
function listen(page, id, state) {
  let isTold = false;
  let isAsking = false;
  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    await poll(page, id, state, () => isTold);
    isAsking = !isTold; // who has asked in vain for so long does not begin again
  };
  const socket = connect(page.signal, {
    state: (link) => {
      isTold = link === "open";
      if (!isTold) ask();
    },
    joined: async () => {
      await socket.ask("follow", { order_id: id, ...(await proof(id)) });
      await news(page, id, state);
    },
    heard: ({ type }) => {
      if (type === "order" || type === "parcel") news(page, id, state).catch(() => {});
    },
  });
  ask();
}

async function proof(id) {
  const { headers, as } = opening(id);
  if (as === "guest") return { order_key: headers["x-order-key"] };
  const { authorization = "" } = await session.headers("member");
  return { token: authorization.slice("Bearer ".length) };
}

async function news(page, id, state) {
  const before = JSON.stringify(state);
  await look(page, id, state);
  if (JSON.stringify(state) === before) return false;
  page.refresh();
  announce(orderStatus(state.order.status));
  return true;
}

function view(page, id, state, isNew) {
  const { order: item, parcel } = state;
  return html`<h1 tabindex="-1">${isNew ? t("Thank you for your order") : t("Your order")}</h1>
    <p class="soft">${t("Order %(number)s", { number: id.slice(0, 8) })}
      ${item ? html`· <time datetime=${item.placed_at}>${moment(item.placed_at)}</time>` : nothing}</p>
    ${notice(page.problem)}
    ${item ? html`<div class="order">
      <section aria-labelledby="state"><h2 id="state">${t("Where it is")}</h2>
        ${progress(item.status)}
        ${expected(item)}
        ${item.tracking_number && !parcel ? html`<p>${t("Parcel %(number)s", { number: item.tracking_number })}</p>` : nothing}
        ${parcel ? html`<h3>${t("Parcel %(number)s", { number: parcel.tracking_number })}</h3>${steps(parcel)}` : nothing}
        ${actions(page, id, state)}
      </section>
      <section aria-labelledby="goods"><h2 id="goods">${t("What you ordered")}</h2>
        ${goods(item.lines, item.currency)}
        ${totals({ ...item, tax: null })}
      </section></div>` : html`<p role="status">${t("We have your order and are looking after it …")}</p>`}`;
}

function expected(item) {
  const when = item.expected ?? item.delivery_by;
  if (!when || ["delivered", "cancelled", "rejected", "refunded", "returned"].includes(item.status)) return nothing;
  return html`<p>${t("With you by %(day)s", { day: day(when) })}</p>`;
}

function actions(page, id, state) {
  const { possible } = state.order;
  const cancel = clicking(page, async () => {
    if (!confirm(t("Do you want to cancel this order?"))) return;
    const where = `/orders/${encodeURIComponent(id)}/cancellation`;
    state.order = await call("checkout", where, { method: "POST", body: {}, ...opening(id) });
    toast(t("Your order is cancelled. What was paid goes back to you."));
  });
  return html`
    ${possible.includes("cancel") ? html`<p><button class="quiet" @click=${cancel}>${t("Cancel the order")}</button></p>` : nothing}
    ${possible.includes("request_return") ? returning(page, id, state) : nothing}`;
}

function returning(page, id, state) {
  const left = state.order.lines.map((line, at) => ({ ...line, line: at + 1, out: line.quantity - line.returned }))
    .filter((line) => line.out > 0);
  if (!left.length) return nothing;
  const send = submitting(page, async (form) => {
    const lines = left.map(({ line }) => ({ line, pieces: Number(form[`line-${line}`]) })).filter(({ pieces }) => pieces);
    if (!lines.length) throw new Error(t("Please say how many pieces come back."));
    const body = { lines, ...(form.reason ? { reason: form.reason } : {}) };
    const where = `/orders/${encodeURIComponent(id)}/returns`;
    state.order = await call("checkout", where, { method: "POST", body, ...opening(id) });
    toast(t("We await your parcel."));
  });
  return html`<details class="returning"><summary>${t("Send something back")}</summary>
    <form @submit=${send}>
      ${left.map((line) => html`<div class="field row spread"><label for=${`line-${line.line}`}>${line.product_name}</label>
        <input id=${`line-${line.line}`} name=${`line-${line.line}`} type="number" min="0" max=${line.out} value="0" required
          inputmode="numeric" /></div>`)}
      <div class="field"><label for="reason">${t("Why? (optional)")}</label>
        <input id="reason" name="reason" maxlength="200" autocomplete="off" /></div>
      <button>${t("Announce the return")}</button>
    </form></details>`;
}
