import { html, nothing } from "../../vendor/lit-html.js";
import { offers } from "../config.js";
import { call } from "../http.js";
import { t, tn } from "../i18n.js";
import { blocks, dir, inLanguage, lang } from "../parts/blocks.js";
import { field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { path } from "../router.js";

export default async function help(page) {
  page.title(t("Help"));
  const state = { faq: [], words: "", pages: [], guides: [] };
  if (offers("content")) {
    const query = { language: inLanguage() };
    const ask = (where) => call("content", where, { query, signal: page.signal });
    const [faq, pages, guides] = await Promise.all([ask("/faq"), ask("/content/pages"), ask("/content/guides")]);
    Object.assign(state, { faq: faq.faq, pages: pages.pages, guides: guides.guides });
  }
  page.show(() => html`<h1 tabindex="-1">${t("Help")}</h1>
    ${notice(page.problem)}
    ${contact()}
    ${offers("content") ? html`${questions(page, state)} ${list("pages", t("Good to know"), state.pages)}
      ${list("guides", t("Guides"), state.guides)}` : nothing}`);
}

function contact() {
  if (!offers("support") && !offers("socket")) return nothing;
  return html`<p class="row">
    ${offers("socket") ? html`<a class="button" href="#/chat">${t("Chat with us")}</a>` : nothing}
    ${offers("support") ? html`<a class="button quiet" href="#/contact">${t("Write to us")}</a>` : nothing}</p>`;
}

function questions(page, state) {
  const find = submitting(page, async ({ q }) => {
    const answer = await call("content", "/faq", { query: { q, language: inLanguage() }, signal: page.signal });
    Object.assign(state, { faq: answer.faq, words: q });
  });
  return html`<section aria-labelledby="faq"><h2 id="faq">${t("Questions and answers")}</h2>
    <form class="code narrow" role="search" aria-label=${t("Answers")} @submit=${find}>
      ${field({ name: "q", label: t("Search the answers"), required: false, plain: true, maxlength: 100 })}
      <button class="quiet">${t("Search")}</button></form>
    <p role="status">${state.words ? tn("%(num)s answer", "%(num)s answers", state.faq.length) : nothing}</p>
    ${state.faq.map((entry) => html`<details class="card" lang=${lang(entry)} dir=${dir(entry)}>
      <summary>${entry.title}</summary>${blocks(entry.blocks)}</details>`)}</section>`;
}

function list(kind, title, entries) {
  if (!entries.length) return nothing;
  return html`<section><h2>${title}</h2><ul class="cards plain">${entries.map((entry) => html`<li class="card"
    lang=${lang(entry)} dir=${dir(entry)}><h3><a href=${path("content", kind, entry.slug)}>${entry.title}</a></h3>
    ${entry.summary ? html`<p>${entry.summary}</p>` : nothing}</li>`)}</ul></section>`;
}
