import { html, nothing } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { clicking, field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { review } from "../parts/reviews.js";
import * as profile from "../profile.js";
import { go } from "../router.js";

// A review is shown when somebody has looked at it.
export default async function moderation(page) {
  if (!(await profile.isStaff())) return go("#/sign-in");
  page.title(t("Reviews to look at"));
  let list = [];
  const read = async () => { list = (await call("reviews", "/moderation", { as: "member", signal: page.signal })).reviews; };
  await read();
  const decide = async ({ review_id, version }, decision, reason) => {
    const body = { decision, version, ...(reason ? { reason } : {}) };
    await call("reviews", `/moderation/${review_id}`, { method: "POST", body, as: "member" });
    await read();
    toast(decision === "approve" ? t("The review is shown.") : t("The review is not shown."));
  };
  page.show(() => html`<h1 tabindex="-1">${t("Reviews to look at")}</h1>
    ${notice(page.problem)}
    ${list.length ? nothing : html`<p>${t("None")}</p>`}
    <ul class="entries">${list.map((each) => html`<li>${review(each, 2)}
      <p><button @click=${clicking(page, () => decide(each, "approve"))}>${t("Show it")}</button></p>
      <details><summary>${t("Do not show it")}</summary>
        <form class="narrow" @submit=${submitting(page, ({ reason }) => decide(each, "reject", reason))}>
          ${field({ name: "reason", label: t("Why?"), maxlength: 500 })}<button class="danger">${t("Do not show it")}</button></form></details></li>`)}</ul>`);
}
