import { html, nothing } from "../../vendor/lit-html.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { go } from "../router.js";
import { toast } from "../announcing.js";

// Two steps: a mail with a code, then a new password by it.
export default function recover(page) {
  page.title(t("Set a new password"));
  let asked = false;
  const ask = submitting(page, async ({ email }) => {
    await call("shop", "/accounts/recovery", { method: "POST", body: { email } });
    asked = true;
  });
  const set = submitting(page, async ({ token, password }) => {
    await call("shop", "/accounts/password", { method: "POST", body: { token, password } });
    toast(t("Your password was changed. Sign in with it."));
    go("#/sign-in");
  });
  page.show(() => html`<h1 tabindex="-1">${t("Set a new password")}</h1>
    ${notice(page.problem)}
    <form class="narrow" @submit=${ask}>
      ${field({ name: "email", label: t("Email"), type: "email", autocomplete: "email", maxlength: 254 })}
      <button>${t("Send me a code")}</button>
    </form>
    <div role="status">${asked ? html`<p class="note">${t("If an account has this address, a mail with a code is on its way.")}</p>` : nothing}</div>
    <h2>${t("You have a code?")}</h2>
    <form class="narrow" @submit=${set}>
      ${field({ name: "token", label: t("Code from the mail"), maxlength: 200 })}
      ${field({ name: "password", label: t("New password"), type: "password", autocomplete: "new-password", minlength: 8, maxlength: 200, hint: t("At least 8 characters.") })}
      <button class="main">${t("Set a new password")}</button>
    </form>`);
}
