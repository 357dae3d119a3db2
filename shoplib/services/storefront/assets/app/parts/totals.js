// What an order or a quote comes to, line by line.

import { html, nothing } from "../../vendor/lit-html.js";
import { money, number, t } from "../i18n.js";

export function totals(priced) {
  const { currency } = priced;
  const row = (name, minor, sign = 1) => html`<div><dt>${name}</dt><dd>${money(sign * Number(minor), currency)}</dd></div>`;
  const percent = priced.tax && Number(priced.tax.percent);
  const included = Number(priced.included_tax_minor ?? 0);
  return html`<dl class="totals">
    ${row(t("Goods"), priced.amount_minor)}
    ${Number(priced.discount_minor) ? row(priced.promotion_code ? t("Discount %(code)s", { code: priced.promotion_code }) : t("Discount"), priced.discount_minor, -1) : nothing}
    ${row(t("Shipping"), priced.shipping_minor ?? 0)}
    ${Number(priced.tax_minor) ? row(t("Tax"), priced.tax_minor) : nothing}
    <div class="total"><dt>${t("Total")}</dt><dd>${money(priced.total_minor, currency)}</dd></div>
    ${included ? html`<div class="soft"><dt>${t("of which tax, %(percent)s per cent", { percent: number(percent) })}</dt>
      <dd>${money(included, currency)}</dd></div>` : nothing}
    ${exchange(priced)}
  </dl>`;
}

function exchange({ exchange: rate, currency }) {
  if (!rate) return nothing;
  return html`<div class="soft"><dt>${t("Exchange rate of %(date)s", { date: rate.date })}</dt>
    <dd dir="ltr">1 ${rate.from} = ${rate.rate} ${currency}</dd></div>`;
}

export function goods(lines, currency) {
  return html`<ul class="goods">${lines.map((line) => html`<li>
    <span>${number(line.quantity)} × ${line.product_name}</span>
    <span>${money(line.value_minor, currency)}</span></li>`)}</ul>`;
}
