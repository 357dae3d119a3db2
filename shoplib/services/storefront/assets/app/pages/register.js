import { html } from "../../vendor/lit-html.js";
import * as cart from "../cart.js";
import { language, t } from "../i18n.js";
import { field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { go } from "../router.js";
import * as session from "../session.js";

export default function register(page) {
  page.title(t("Open an account"));
  const open = submitting(page, async ({ name, email, password }) => {
    await session.register(email, password, name, { language: language() });
    await cart.merge();
    go("#/account");
  });
  page.show(() => html`<h1 tabindex="-1">${t("Open an account")}</h1>
    ${notice(page.problem)}
    <form class="narrow" @submit=${open}>
      ${field({ name: "name", label: t("Name"), autocomplete: "name", maxlength: 100 })}
      ${field({ name: "email", label: t("Email"), type: "email", autocomplete: "email", maxlength: 254 })}
      ${field({ name: "password", label: t("Password"), type: "password", autocomplete: "new-password", minlength: 8, maxlength: 200, hint: t("At least 8 characters.") })}
      <button class="main">${t("Open an account")}</button>
    </form>
    <p><a href="#/sign-in">${t("You have one already? Sign in")}</a></p>`);
}
