// Content of the editors: blocks of text, each an element of its kind. Text stays text, and links lead to pages alone.

import { html, nothing } from "../../vendor/lit-html.js";
import { LANGUAGES, language } from "../i18n.js";

const KINDS = {
  heading: ({ level, text }) => (level === 2 ? html`<h2>${text}</h2>` : level === 3 ? html`<h3>${text}</h3>` : html`<h4>${text}</h4>`),
  paragraph: ({ text }) => html`<p class="lines-kept">${text}</p>`,
  list: ({ items, is_numbered }) => {
    const entries = items.map((item) => html`<li>${item}</li>`);
    return is_numbered ? html`<ol>${entries}</ol>` : html`<ul>${entries}</ul>`;
  },
  link: (link) => html`<p>${linked(link)}</p>`,
  image: ({ src, alt }) => html`<img class="content-image" src=${src.startsWith("/") ? `.${src}` : src} alt=${alt} loading="lazy" />`,
};

export const blocks = (list) => list.map((block) => KINDS[block.type]?.(block) ?? nothing);

export function linked({ text, href }) {
  return /^(https?:|mailto:|tel:|#|\/)/i.test(href) ? html`<a href=${href} rel="noopener">${text}</a>` : text;
}

// An entry may be there in English alone: then that is what its element says.
export const lang = (entry) => (entry.language === language() ? nothing : entry.language);
export const dir = (entry) => (entry.language === language() ? nothing : entry.language === "ar" ? "rtl" : "ltr");
export const inLanguage = () => (language() in LANGUAGES ? language() : "en");
