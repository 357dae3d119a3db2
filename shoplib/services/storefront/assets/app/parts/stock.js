// Whether and when a product can be had.

import { html, nothing } from "../../vendor/lit-html.js";
import { day, number, t } from "../i18n.js";

const FEW = 5;

export const mayBuy = (stock) => stock === null || stock.status !== "out_of_stock";

export function availability(stock) {
  if (!stock) return nothing;
  return html`<p class=${`stock ${stock.status}`}>${words(stock)}</p>`;
}

function words({ status, available, expected }) {
  if (status === "in_stock") {
    return available <= FEW ? t("Only %(num)s left", { num: number(available) }) : t("In stock");
  }
  if (status === "preorder") return t("Order ahead: available from %(day)s", { day: day(expected) });
  if (status === "backorder") return t("On back order: expected by %(day)s", { day: day(expected) });
  return t("Out of stock at the moment");
}
