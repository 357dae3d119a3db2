// The cart: a guest's, opened by a key that this browser keeps, or a member's, opened by the session.

import { call } from "./http.js";
import * as session from "./session.js";
import * as storage from "./storage.js";

const EMPTY = { lines: [], total_minor: 0, price_changes: [], no_longer_sold: [] };
const listeners = new Set();
let content = EMPTY;

export const onChange = (listener) => listeners.add(listener);

export const current = () => content;

export const pieces = () => content.lines.reduce((sum, line) => sum + line.quantity, 0);

// How a cart is opened: { cart_id, headers, as }; null where there is none yet.
export async function opened() {
  if (session.signedIn()) {
    const own = await call("shop", "/cart", { as: "member" });
    return { cart_id: own.cart_id, headers: {}, as: "member" };
  }
  const guest = storage.get("cart");
  return guest && { cart_id: guest.cart_id, headers: { "x-cart-key": guest.cart_key }, as: "guest" };
}

export async function read() {
  const mine = await opened();
  if (!mine) return take(EMPTY);
  try {
    return take(await call("shop", `/carts/${mine.cart_id}`, { ...mine }));
  } catch (error) {
    if (error.status !== 404) throw error;
    return forget();
  }
}

export async function put(product_id, quantity) {
  const mine = (await opened()) ?? (await create());
  const path = `/carts/${mine.cart_id}/items/${encodeURIComponent(product_id)}`;
  return take(await call("shop", path, { ...mine, method: "PUT", body: { quantity } }));
}

export async function add(product_id, quantity) {
  await read();
  const before = content.lines.find((line) => line.product_id === product_id)?.quantity ?? 0;
  return put(product_id, Math.min(before + quantity, 99));
}

export async function remove(product_id) {
  const mine = await opened();
  const path = `/carts/${mine.cart_id}/items/${encodeURIComponent(product_id)}`;
  return take(await call("shop", path, { ...mine, method: "DELETE" }));
}

// After signing in: what the guest had goes along.
export async function merge() {
  const guest = storage.get("cart");
  if (guest) {
    const headers = { "x-cart-key": guest.cart_key };
    const body = { cart_id: guest.cart_id };
    try {
      await call("shop", "/carts/merge", { method: "POST", body, headers, as: "member" });
    } catch (error) {
      if (error.status !== 404) throw error;
    }
    storage.set("cart", null);
  }
  return read();
}

// When it was bought, has expired, or the shopper has signed out.
export function forget() {
  if (!session.signedIn()) storage.set("cart", null);
  return take(EMPTY);
}

async function create() {
  const guest = await call("shop", "/carts", { method: "POST" });
  storage.set("cart", guest);
  return opened();
}

function take(cart) {
  content = cart;
  for (const listener of listeners) listener();
  return cart;
}
