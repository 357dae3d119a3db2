// What goes with what a member has bought before.

import { html, nothing } from "../../vendor/lit-html.js";
import { offers } from "../config.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import * as prices from "../prices.js";
import * as session from "../session.js";
import { tiles } from "./tiles.js";

export function recommended(page) {
  let products = [];
  if (!offers("reviews") || !session.signedIn()) return () => nothing;
  call("reviews", "/recommendations", { as: "member", signal: page.signal })
    .then((answer) => prices.convert(answer.recommendations))
    .then((found) => { products = found; page.refresh(); })
    .catch(() => {});
  return () => (products.length ? html`<section aria-labelledby="for-you"><h2 id="for-you">${t("For you")}</h2>
    ${tiles(products, 3)}</section>` : nothing);
}
