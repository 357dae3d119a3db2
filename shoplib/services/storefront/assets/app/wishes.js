// A member's wishlist.

import { offers } from "./config.js";
import { call } from "./http.js";
import * as session from "./session.js";

export const offered = () => offers("wishlist");

const ask = (path, method = "GET") => call("wishlist", path, { method, as: "member" });
const item = (product_id) => `/wishlist/items/${encodeURIComponent(product_id)}`;

export const read = () => ask("/wishlist");
export const add = (product_id) => ask(item(product_id), "PUT");
export const remove = (product_id) => ask(item(product_id), "DELETE");
export const share = () => ask("/wishlist/link", "POST");
export const unshare = () => ask("/wishlist/link", "DELETE");
export const shared = (token) => call("wishlist", `/wishlists/${encodeURIComponent(token)}`);

export async function has(product_id) {
  if (!offered() || !session.signedIn()) return false;
  return (await read()).items.some((each) => each.product_id === product_id);
}
