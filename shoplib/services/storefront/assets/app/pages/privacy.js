import { html, nothing } from "../../vendor/lit-html.js";
import { offers } from "../config.js";
import { t } from "../i18n.js";
import * as shell from "../shell.js";
import * as visit from "../visit.js";

export default function privacy(page) {
  page.title(t("Your data"));
  const decide = (yes) => () => {
    visit.decide(yes);
    shell.refresh();
    page.refresh();
  };
  page.show(() => html`<h1 tabindex="-1">${t("Your data")}</h1>
    <p>${t("This browser keeps your cart's key, the keys of your orders and your session, so that you find them again. They open nothing to anybody else, and go to this shop alone.")}</p>
    ${offers("events") ? html`<h2>${t("Analytics")}</h2>
      <p>${t("With your consent the shop counts visits: which products are looked at, put into carts and bought, under a number that stands for this browser. No name and no address is with it, and nobody else gets it.")}</p>
      <p role="status">${visit.consent() === "yes" ? t("You have said yes.") : visit.consent() === "no" ? t("You have said no: your requests carry no such number.") : t("You have not decided: your requests carry no such number.")}</p>
      <p class="row"><button class="quiet" @click=${decide(false)}>${t("No, thank you")}</button>
        <button class="quiet" @click=${decide(true)}>${t("Yes, you may")}</button></p>` : nothing}
    <p>${t("With an account you can take your data along, and delete it.")}</p>`);
}
