import { html } from "../../vendor/lit-html.js";
import { toast } from "../announcing.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { go } from "../router.js";

export default function verify(page) {
  page.title(t("Confirm your email address"));
  const confirm = submitting(page, async ({ token }) => {
    await call("shop", "/accounts/verification", { method: "POST", body: { token } });
    toast(t("Thank you: your address is confirmed."));
    go("#/account");
  });
  page.show(() => html`<h1 tabindex="-1">${t("Confirm your email address")}</h1>
    ${notice(page.problem)}
    <form class="narrow" @submit=${confirm}>
      ${field({ name: "token", label: t("Code from the mail"), maxlength: 200 })}
      <button class="main">${t("Confirm")}</button>
    </form>`);
}
