// Calls of the shop's APIs. What goes wrong is a ShopError with the API's own code and message.

import { address } from "./config.js";
import { t } from "./i18n.js";
import * as session from "./session.js";
import * as visit from "./visit.js";

const PATIENCE_MS = 30_000;
const TRIES = 4;
const LONGEST_PAUSE_S = 5;

export class ShopError extends Error {
  constructor(status, body) {
    super(body.message ?? t("The shop did not answer as it should."));
    this.status = status;
    this.code = body.error ?? "unknown";
    this.details = body;
  }
}

// `as` is who asks: "guest", "visitor" (with a session, if there is one) or "member" (a session is needed).
export async function call(api, path, options = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(api, path, options);
    const pause = attempt < TRIES && mayComeAgain(options) ? pauseOf(answer) : 0;
    if (!pause) return read(answer, options);
    await new Promise((done) => setTimeout(done, pause * 1000));
  }
}

async function send(api, path, { method = "GET", body, headers = {}, query, signal, as = "guest" }) {
  const parts = { ...visit.headers(api), ...(await session.headers(as)), ...headers };
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  if (body !== undefined) parts["content-type"] = "application/json";
  const timeout = AbortSignal.timeout(PATIENCE_MS);
  const until = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    return await fetch(address(api) + path + search(query), { method, headers: parts, signal: until, ...content });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ShopError(0, { error: "unreachable", message: t("The shop cannot be reached. Please try again.") });
  }
}

function search(query) {
  const given = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value].flat().filter((one) => one !== undefined && one !== "").map((one) => [name, one]));
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

async function read(answer, { as }) {
  if (answer.status === 401 && as !== "guest") session.drop();
  const text = await answer.text();
  const body = parsed(text);
  if (!answer.ok) throw new ShopError(answer.status, body ?? {});
  return body;
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return {};
  }
}

const mayComeAgain = ({ method = "GET", headers = {} }) => method === "GET" || "idempotency-key" in headers;

// Seconds until the same request is worth another try; 0 for never.
function pauseOf(answer) {
  if (answer.status !== 429 && answer.status !== 503) return 0;
  const stated = Number(answer.headers.get("retry-after") ?? 1);
  return stated <= LONGEST_PAUSE_S ? Math.max(stated, 0.2) : 0;
}
