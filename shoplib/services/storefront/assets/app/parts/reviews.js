// Reviews of a product: what others say, and one's own.

import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { offers } from "../config.js";
import { call } from "../http.js";
import { day, t } from "../i18n.js";
import * as session from "../session.js";
import { area, clicking, field, select, submitting } from "./form.js";
import { distribution, stars } from "./stars.js";

// A page does not wait for them: `state` is filled as they come.
export function reviews(page, product_id) {
  const state = { rating: null, list: [], cursor: "" };
  if (!offers("reviews")) return () => nothing;
  const where = `/products/${encodeURIComponent(product_id)}/reviews`;
  const more = async () => {
    const answer = await call("reviews", where, { query: { cursor: state.cursor ?? "" }, signal: page.signal });
    Object.assign(state, { rating: answer.rating, list: [...state.list, ...answer.reviews], cursor: answer.next_cursor });
  };
  more().then(() => page.refresh()).catch(() => {});
  return () => (state.rating ? view(page, state, where, more) : nothing);
}

function view(page, state, where, more) {
  return html`<section aria-labelledby="reviews" class="reviews"><h2 id="reviews">${t("Reviews")}</h2>
    ${distribution(state.rating)}
    <ul class="entries">${state.list.map((each) => html`<li>${review(each)}</li>`)}</ul>
    ${state.cursor ? html`<p class="more"><button class="quiet" @click=${clicking(page, more)}>${t("Show more")}</button></p>` : nothing}
    ${session.signedIn() ? writing(page, where) : html`<p class="soft">${t("Sign in to review what you have bought.")}</p>`}</section>`;
}

export function review(item, heading = 3) {
  const title = html`${stars(item.rating)} ${item.title ?? nothing}`;
  return html`<article>${heading === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`}
    <p class="soft">${item.name}, <time datetime=${item.created_at}>${day(item.created_at)}</time></p>
    ${item.text ? html`<p class="lines-kept">${item.text}</p>` : nothing}</article>`;
}

function writing(page, where) {
  const send = submitting(page, async ({ rating, name, title, text }, form) => {
    const body = { rating: Number(rating), name, ...(title ? { title } : {}), ...(text ? { text } : {}) };
    await call("reviews", where, { method: "POST", body, as: "member" });
    form.reset();
    toast(t("Thank you. Your review is shown when somebody has looked at it."));
  });
  const numbers = [5, 4, 3, 2, 1].map((each) => [String(each), "★".repeat(each)]);
  return html`<details><summary>${t("Write a review")}</summary><form class="narrow" @submit=${send}>
    ${select({ name: "rating", label: t("Rating"), options: numbers })}
    ${field({ name: "name", label: t("Name to be shown"), maxlength: 40 })}
    ${field({ name: "title", label: t("In one line"), required: false, maxlength: 120 })}
    ${area({ name: "text", label: t("Your review"), required: false, maxlength: 5000 })}
    <button>${t("Send")}</button></form></details>`;
}
