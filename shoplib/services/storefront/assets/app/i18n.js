// Texts, money and dates in the shopper's language. The English text is a message's id.

import * as config from "./config.js";
import * as storage from "./storage.js";

export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", ar: "العربية" };
let catalog = { language: "en", direction: "ltr", messages: {} };

export const language = () => catalog.language;

export async function load(wanted = storage.get("language") ?? preferred()) {
  if (wanted === "en" || !config.languages().includes(wanted)) catalog = { language: "en", direction: "ltr", messages: {} };
  else {
    const answer = await fetch(`messages/${wanted}.json`);
    if (answer.ok) catalog = await answer.json();
  }
  document.documentElement.lang = catalog.language;
  document.documentElement.dir = catalog.direction;
  for (const element of document.querySelectorAll("[data-t]")) {
    element.dataset.text ??= element.textContent;
    element.textContent = t(element.dataset.text);
  }
}

export async function choose(wanted) {
  storage.set("language", wanted);
  await load(wanted);
}

export function t(text, values = {}) {
  const known = catalog.messages[text];
  return filled(typeof known === "string" && known ? known : text, values);
}

export function tn(one, many, num, values = {}) {
  const forms = catalog.messages[one];
  const known = forms && forms[new Intl.PluralRules(language()).select(num)];
  return filled(known ?? (num === 1 ? one : many), { num: number(num), ...values });
}

export const number = (value) => new Intl.NumberFormat(locale()).format(value);

// The language as the shopper's country writes it, en-GB for instance.
const locale = () => navigator.languages.find((one) => one.startsWith(`${language()}-`)) ?? language();

export function money(minor, currency) {
  const format = new Intl.NumberFormat(locale(), { style: "currency", currency });
  return format.format(Number(minor) / 10 ** format.resolvedOptions().maximumFractionDigits);
}

// A day (2026-12-01) is the same day everywhere; a moment is shown in the shopper's own zone.
export function day(text) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).format(new Date(text));
}

export function moment(text) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
}

export function country(code) {
  try {
    return new Intl.DisplayNames([language()], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function filled(text, values) {
  return text.replace(/%\((\w+)\)s/g, (all, name) => (name in values ? String(values[name]) : all));
}

function preferred() {
  const wanted = navigator.languages.map((one) => one.slice(0, 2));
  return wanted.find((one) => config.languages().includes(one)) ?? "en";
}
