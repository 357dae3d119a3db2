// Forms: labels that belong to their fields, and a handler that is busy until its work is done.

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../i18n.js";

export function field({ name, label, type = "text", value = "", required = true, hint, change, ...more }) {
  return html`<div class="field">
    <label for=${`f-${name}`}>${label}${required || more.plain ? nothing : html` <span class="soft">${t("(optional)")}</span>`}</label>
    <input id=${`f-${name}`} name=${name} type=${type} .value=${value} ?required=${required}
      aria-describedby=${hint ? `h-${name}` : nothing} autocomplete=${more.autocomplete ?? "off"}
      minlength=${more.minlength ?? nothing} maxlength=${more.maxlength ?? nothing}
      min=${more.min ?? nothing} max=${more.max ?? nothing} inputmode=${more.inputmode ?? nothing}
      @change=${change ?? nothing} />
    ${hint ? html`<p class="hint" id=${`h-${name}`}>${hint}</p>` : nothing}
  </div>`;
}

export function area({ name, label, value = "", required = true, rows = 4, maxlength }) {
  return html`<div class="field">
    <label for=${`f-${name}`}>${label}${required ? nothing : html` <span class="soft">${t("(optional)")}</span>`}</label>
    <textarea id=${`f-${name}`} name=${name} rows=${rows} ?required=${required} maxlength=${maxlength ?? nothing}
      .value=${value}></textarea>
  </div>`;
}

// `options` are pairs of value and text.
export function select({ name, label, value = "", options, required = true, autocomplete, change }) {
  return html`<div class="field">
    <label for=${`f-${name}`}>${label}</label>
    <select id=${`f-${name}`} name=${name} ?required=${required} autocomplete=${autocomplete ?? "off"}
      @change=${change ?? nothing}>
      ${options.map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}
    </select>
  </div>`;
}

export function tick({ name, label, checked = false, change }) {
  return html`<label class="tick"><input type="checkbox" name=${name} ?checked=${checked}
    @change=${change ?? nothing} /> ${label}</label>`;
}

export const values = (form) => Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, value.trim()]));

// A submit handler: `work` gets the fields' values and the form; the button is busy meanwhile.
export function submitting(page, work) {
  return async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    await page.attempt(() => work(values(form), form));
    form.ariaBusy = "false";
  };
}

// A click handler of a button that is busy meanwhile.
export function clicking(page, work) {
  return async (event) => {
    const button = event.currentTarget;
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    await page.attempt(work);
    button.ariaBusy = "false";
  };
}
