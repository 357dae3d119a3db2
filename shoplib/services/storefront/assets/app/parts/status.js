// What the states of orders and parcels are called, and the way of one as steps.

import { html, nothing } from "../../vendor/lit-html.js";
import { moment, t } from "../i18n.js";

const ORDERS = {
  accepted: () => t("Accepted"),
  placed: () => t("Placed"),
  confirmed: () => t("Confirmed and paid"),
  backordered: () => t("Waits for stock"),
  rejected: () => t("Cannot be fulfilled"),
  packed: () => t("Packed"),
  shipped: () => t("On its way"),
  delivered: () => t("Delivered"),
  cancelled: () => t("Cancelled"),
  return_requested: () => t("We await your return"),
  returned: () => t("Your return has arrived"),
  refunded: () => t("Your money is on its way back"),
};

const PARCELS = {
  announced: () => t("Announced to the carrier"),
  shipped: () => t("Handed over to the carrier"),
  in_transit: () => t("In transit"),
  out_for_delivery: () => t("Out for delivery"),
  delivered: () => t("Delivered"),
  returned_to_sender: () => t("On its way back to us"),
};

const USUAL = ["confirmed", "packed", "shipped", "delivered"];

export const ENDS = ["rejected", "cancelled"];
export const orderStatus = (status) => ORDERS[status]?.() ?? status;
export const parcelStatus = (status) => PARCELS[status]?.() ?? status;

export function progress(status) {
  const at = USUAL.indexOf(status);
  if (at < 0) return html`<p class="badge">${orderStatus(status)}</p>`;
  return html`<ol class="progress" aria-label=${t("How far your order is")}>${USUAL.map((each, place) => html`<li
    class=${place <= at ? "done" : ""} aria-current=${place === at ? "step" : nothing}>${orderStatus(each)}</li>`)}</ol>`;
}

export function steps(parcel) {
  return html`<ol class="steps">${[...parcel.steps].reverse().map((step) => html`<li>
    <strong>${parcelStatus(step.status)}</strong> ${step.place ? html`<span>${step.place}</span>` : nothing}
    <time datetime=${step.at}>${moment(step.at)}</time></li>`)}</ol>`;
}
