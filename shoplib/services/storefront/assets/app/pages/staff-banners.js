import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { call } from "../http.js";
import { LANGUAGES, moment, t } from "../i18n.js";
import { area, clicking, field, select, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import * as profile from "../profile.js";
import { go } from "../router.js";
import { word } from "../words.js";

const PLACES = ["home", "category", "search", "product", "cart", "checkout", "account"];

// An editor writes a banner, looks at it, and publishes it at once or for a time.
export default async function banners(page) {
  if (!(await profile.isStaff())) return go("#/sign-in");
  page.title(t("Banners"));
  const state = { language: "en", entries: [] };
  const read = async () => {
    const query = { kind: "banners", language: state.language };
    state.entries = (await call("content", "/content", { query, as: "member", signal: page.signal })).entries;
  };
  await read();
  const choose = (event) => page.attempt(() => { state.language = event.target.value; return read(); });
  page.show(() => html`<h1 tabindex="-1">${t("Banners")}</h1>
    ${notice(page.problem)}
    <div class="narrow">${select({ name: "language", label: t("Language"), value: state.language, options: Object.entries(LANGUAGES), change: choose })}</div>
    <ul class="entries">${state.entries.map((each) => html`<li class="row spread"><span>${each.title} <span class="badge">${word(each.status)}</span></span>
      <span class="soft">${each.starts_at ? moment(each.starts_at) : nothing}${each.ends_at ? ` – ${moment(each.ends_at)}` : nothing}</span>
      <button class="quiet" @click=${clicking(page, () => end(each, state, read))}>${t("End it")} <span class="hidden">${each.title}</span></button></li>`)}</ul>
    ${writing(page, state, read)}`);
}

async function end({ slug }, { language }, read) {
  await call("content", `/content/banners/${slug}/publication`, { method: "DELETE", query: { language }, as: "member" });
  await read();
  toast(t("The banner is gone."));
}

function writing(page, state, read) {
  const publish = submitting(page, async (form, element) => {
    const where = `/content/banners/${encodeURIComponent(form.slug)}`;
    const query = { language: state.language };
    const link = form.href ? { link: { text: form.link || form.href, href: form.href } } : {};
    const body = { title: form.title, place: form.place, blocks: [{ type: "paragraph", text: form.text }], ...link };
    await call("content", where, { method: "PUT", body, query, as: "member" });
    const times = { ...(form.starts_at ? { starts_at: utc(form.starts_at) } : {}), ...(form.ends_at ? { ends_at: utc(form.ends_at) } : {}) };
    await call("content", `${where}/publication`, { method: "POST", body: times, query, as: "member" });
    element.reset();
    await read();
    toast(t("The banner is published."));
  });
  return html`<h2>${t("Write a banner")}</h2><form class="narrow" @submit=${publish}>
    ${field({ name: "slug", label: t("Short name"), maxlength: 60, hint: t("Small letters, digits and dashes. An existing one gets a new version.") })}
    ${field({ name: "title", label: t("Title"), maxlength: 120 })}
    ${area({ name: "text", label: t("Text"), maxlength: 500 })}
    ${select({ name: "place", label: t("Where?"), options: PLACES.map((each) => [each, word(each)]) })}
    ${field({ name: "link", label: t("Text of a link"), required: false, maxlength: 100 })}
    ${field({ name: "href", label: t("Where the link leads"), required: false, maxlength: 300 })}
    ${field({ name: "starts_at", label: t("From"), type: "datetime-local", required: false })}
    ${field({ name: "ends_at", label: t("Until"), type: "datetime-local", required: false })}
    <button class="main">${t("Publish")}</button></form>`;
}

const utc = (local) => new Date(local).toISOString().replace(/\.\d+Z$/, "Z");
