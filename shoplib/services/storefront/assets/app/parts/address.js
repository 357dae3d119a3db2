// Fields of an address, as profile and checkout take it.

import { html, nothing } from "../../vendor/lit-html.js";
import { country, t } from "../i18n.js";
import { COUNTRIES, REGIONS } from "../places.js";
import { area, field, select } from "./form.js";

export function address(known, change) {
  const countries = COUNTRIES.map((code) => [code, country(code)]).sort(([, a], [, b]) => a.localeCompare(b));
  return html`
    ${field({ name: "recipient", label: t("Recipient"), autocomplete: "name", maxlength: 100, value: known.recipient ?? "" })}
    ${area({ name: "street", label: t("Street and house number"), rows: 2, maxlength: 300, value: known.street ?? "" })}
    <div class="pair">
      ${field({ name: "postcode", label: t("Postcode"), required: false, autocomplete: "postal-code", maxlength: 20, value: known.postcode ?? "", change })}
      ${field({ name: "city", label: t("Town"), autocomplete: "address-level2", maxlength: 100, value: known.city ?? "" })}
    </div>
    <div class="pair">
      ${select({ name: "country", label: t("Country"), value: known.country, options: countries, autocomplete: "country", change })}
      ${known.country in REGIONS ? select({
        name: "region",
        label: t("State or province"),
        value: known.region ?? "",
        options: [["", t("Please choose")], ...REGIONS[known.country].map((code) => [code, code])],
        change,
      }) : nothing}
    </div>`;
}

export const FIELDS = ["recipient", "street", "city", "country", "postcode", "region"];

export const addressOf = (values) =>
  Object.fromEntries(FIELDS.filter((name) => values[name]).map((name) => [name, values[name]]));
