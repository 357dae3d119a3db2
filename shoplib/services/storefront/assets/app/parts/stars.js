// A rating as stars, and said in words.

import { html, nothing } from "../../vendor/lit-html.js";
import { number, t, tn } from "../i18n.js";

export function stars(rating) {
  const full = Math.round(rating);
  return html`<span class="stars" role="img" aria-label=${t("%(num)s of 5 stars", { num: number(rating) })}>${"★".repeat(full)}<span
    class="none">${"★".repeat(5 - full)}</span></span>`;
}

// How often each number of stars was given.
export function distribution({ count, average, distribution: all }) {
  if (!count) return html`<p>${t("There are no reviews yet.")}</p>`;
  return html`<div class="rating"><p>${stars(average)} <strong>${number(average)}</strong>
      <span class="soft">${tn("%(num)s review", "%(num)s reviews", count)}</span></p>
    <dl>${[5, 4, 3, 2, 1].map((each) => html`<div><dt>${tn("%(num)s star", "%(num)s stars", each)}</dt>
      <dd><meter min="0" max=${count} value=${all[each] ?? 0} aria-label=${tn("%(num)s star", "%(num)s stars", each)}></meter> ${number(all[each] ?? 0)}</dd></div>`)}</dl></div>${nothing}`;
}
