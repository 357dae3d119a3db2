// Who visits, as the clickstream knows it: a browser and a session, and only with the shopper's consent.

import { address, offers } from "./config.js";
import * as storage from "./storage.js";

const SESSION_GAP_MS = 30 * 60 * 1000;
// Requests to these APIs are steps of a visit, which the shop itself puts on the stream under the visit's ids.
const WITH_STEPS = ["shop", "checkout", "search", "wishlist"];

export const consent = () => storage.get("consent");

export function decide(yes) {
  storage.set("consent", yes ? "yes" : "no");
  if (yes) begin();
  else for (const name of ["visitor", "visit"]) storage.set(name, null);
}

// Headers that tell the shop whose step a request is. No consent, no ids.
export function headers(api) {
  if (consent() !== "yes" || !WITH_STEPS.includes(api)) return {};
  const { session_id, anonymous_id, source, medium, campaign } = current();
  const named = { "x-session-id": session_id, "x-anonymous-id": anonymous_id, "x-source": source, "x-medium": medium };
  return campaign ? { ...named, "x-campaign": campaign } : named;
}

// Tells of a step that no other request tells of.
export function tell(name, fields = {}) {
  if (consent() !== "yes" || !offers("events")) return;
  const event = {
    event_id: crypto.randomUUID(),
    event_time: new Date().toISOString(),
    event_name: name,
    schema_version: 1,
    ...current(),
    ...fields,
  };
  // What is told of a visit must never disturb it.
  fetch(`${address("events")}/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ events: [event] }),
    keepalive: true,
  }).catch(() => {});
}

export function begin() {
  if (consent() === "yes") current();
}

function current() {
  const now = Date.now();
  const known = storage.get("visit");
  const goesOn = known && now - known.at < SESSION_GAP_MS;
  const visit = goesOn ? { ...known, at: now } : { ...arrival(), session_id: crypto.randomUUID(), at: now };
  storage.set("visit", visit);
  if (!goesOn) tell("session_start");
  const { at, ...ids } = visit;
  return { ...ids, anonymous_id: visitor() };
}

function visitor() {
  const known = storage.get("visitor") ?? `page-${crypto.randomUUID()}`; // simulated visitors are named otherwise
  storage.set("visitor", known);
  return known;
}

function arrival() {
  const query = new URLSearchParams(location.search);
  const campaign = query.get("utm_campaign");
  const from = document.referrer ? new URL(document.referrer).hostname : "";
  const foreign = from && from !== location.hostname;
  return {
    source: query.get("utm_source") ?? (foreign ? from : "direct"),
    medium: query.get("utm_medium") ?? (foreign ? "referral" : "none"),
    ...(campaign ? { campaign } : {}),
  };
}
