import { html } from "../../vendor/lit-html.js";
import * as cart from "../cart.js";
import { t } from "../i18n.js";
import { field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { go } from "../router.js";
import * as session from "../session.js";

export default function signIn(page) {
  page.title(t("Sign in"));
  const enter = submitting(page, async ({ email, password }) => {
    await session.signIn(email, password);
    await cart.merge();
    go(page.query.get("to") === "checkout" ? "#/checkout" : "#/account");
  });
  page.show(() => html`<h1 tabindex="-1">${t("Sign in")}</h1>
    ${notice(page.problem)}
    <form class="narrow" @submit=${enter}>
      ${field({ name: "email", label: t("Email"), type: "email", autocomplete: "username", maxlength: 254 })}
      ${field({ name: "password", label: t("Password"), type: "password", autocomplete: "current-password", maxlength: 200 })}
      <button class="main">${t("Sign in")}</button>
    </form>
    <p><a href="#/recover">${t("Forgot your password?")}</a></p>
    <p><a href="#/register">${t("Open an account")}</a></p>`);
}
