import { html, nothing } from "../../vendor/lit-html.js";
import { announce } from "../announcing.js";
import { follow } from "../following.js";
import { call } from "../http.js";
import { day, t } from "../i18n.js";
import { field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { parcelStatus, steps } from "../parts/status.js";
import { go, path } from "../router.js";

const ENDS = ["delivered", "returned_to_sender"];

// Whoever has a parcel's number may follow it; it shows no order and no person.
export default async function track(page, { number }) {
  page.title(t("Follow a parcel"));
  const ask = () => call("delivery", `/parcels/${encodeURIComponent(number)}`, { signal: page.signal });
  let parcel = null;
  if (number) await page.attempt(async () => { parcel = await ask(); });
  const find = submitting(page, async (form) => go(path("track", form.number)));
  page.show(() => html`<h1 tabindex="-1">${t("Follow a parcel")}</h1>
    ${notice(page.problem)}
    <form class="narrow" @submit=${find}>
      ${field({ name: "number", label: t("Number of the parcel"), value: number ?? "", maxlength: 40 })}
      <button>${t("Follow")}</button>
    </form>
    ${parcel ? html`<section aria-label=${t("The parcel's way")}>
      ${parcel.delivery_by ? html`<p>${t("With you by %(day)s", { day: day(parcel.delivery_by) })}</p>` : nothing}
      ${steps(parcel)}</section>` : nothing}`);
  if (!parcel) return;
  follow(page.signal, async () => {
    const now = await ask();
    if (now.steps.length === parcel.steps.length) return false;
    parcel = now;
    page.refresh();
    announce(parcelStatus(parcel.status));
    return true;
  }, () => ENDS.includes(parcel.status));
}
