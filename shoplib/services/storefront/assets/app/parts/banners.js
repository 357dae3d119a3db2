// Banners of the editors at a place of the shop. A page does not wait for them, and does without.

import { html } from "../../vendor/lit-html.js";
import { offers } from "../config.js";
import { call } from "../http.js";
import { blocks, dir, inLanguage, lang, linked } from "./blocks.js";

export function banners(page, place) {
  const shown = [];
  if (!offers("content")) return shown;
  call("content", "/content/banners", { query: { place, language: inLanguage() }, signal: page.signal })
    .then((answer) => {
      shown.push(...answer.banners.map(banner));
      page.refresh();
    })
    .catch(() => {});
  return shown;
}

function banner(entry) {
  return html`<section class="banner" lang=${lang(entry)} dir=${dir(entry)} aria-label=${entry.title}>
    <div><h2>${entry.title}</h2>${blocks(entry.blocks)}</div>
    ${entry.link ? html`<p class="banner-link">${linked(entry.link)}</p>` : ""}</section>`;
}
