// The checkout's one request.

import { attempts } from "./attempts.js";
import * as cart from "./cart.js";
import { call } from "./http.js";
import { language } from "./i18n.js";
import { addressOf } from "./parts/address.js";
import { paymentOf } from "./parts/paying.js";
import { chosen } from "./prices.js";
import { choicesOf } from "./quoting.js";
import * as storage from "./storage.js";

const attempt = attempts();

export async function buy(form, quote, isMember) {
  const mine = await cart.opened();
  const body = {
    ...choicesOf(form),
    cart_id: mine.cart_id,
    email: form.email,
    address: addressOf(form),
    payment: paymentOf(form),
    language: language(),
    ...(form.phone ? { phone: form.phone } : {}),
    ...(chosen() ? { currency: chosen() } : {}),
  };
  const headers = { ...mine.headers, "idempotency-key": attempt.keyOf(body) };
  const sent = quote ? { ...body, expected_total_minor: quote.total_minor } : body;
  const order = await call("checkout", "/checkout", { method: "POST", body: sent, headers, as: mine.as });
  remember(order);
  attempt.done();
  return order;
}

// An order opens to whoever has its key; a guest's browser keeps it.
function remember({ order_id, order_key }) {
  storage.set("orders", { ...storage.get("orders", {}), [order_id]: order_key });
}

export function opening(order_id) {
  const key = storage.get("orders", {})[order_id];
  return key ? { headers: { "x-order-key": key }, as: "guest" } : { headers: {}, as: "member" };
}
