// Signing in. The access token lives for an hour; the refresh token serves once and brings the next pair.

import { call } from "./http.js";
import * as storage from "./storage.js";

const SOON_MS = 60_000;
const listeners = new Set();
let renewal = null;

export const onChange = (listener) => listeners.add(listener);

export const signedIn = () => storage.get("session") !== null;

export async function headers(as) {
  if (as === "guest" || !signedIn()) return {};
  const token = await fresh();
  return token ? { authorization: `Bearer ${token}` } : {};
}

export async function register(email, password, name, more = {}) {
  keep(await call("shop", "/accounts", { method: "POST", body: { email, password, name, ...more } }));
}

export async function signIn(email, password) {
  keep(await call("shop", "/sessions", { method: "POST", body: { email, password } }));
}

export async function signOut() {
  try {
    await call("shop", "/sessions", { method: "DELETE", as: "member" });
  } finally {
    drop();
  }
}

export function keep(session) {
  storage.set("session", session);
  for (const listener of listeners) listener();
}

export function drop() {
  if (signedIn()) keep(null);
}

async function fresh() {
  const { token, expires_at } = storage.get("session");
  if (Date.parse(expires_at) - Date.now() > SOON_MS) return token;
  // Requests at the same time share one renewal: a refresh token that comes twice ends the session.
  renewal ??= renew().finally(() => { renewal = null; });
  return renewal;
}

async function renew() {
  const { refresh_token } = storage.get("session");
  try {
    const session = await call("shop", "/sessions/refresh", { method: "POST", body: { refresh_token } });
    storage.set("session", session);
    return session.token;
  } catch (error) {
    if (error.status === 401) drop();
    return null;
  }
}
