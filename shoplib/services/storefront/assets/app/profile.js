// The member's own profile.

import { call } from "./http.js";
import { COUNTRIES } from "./places.js";
import * as session from "./session.js";

export const read = () => call("shop", "/profile", { as: "member" });

// A profile has a country by its English name or its code; forms have codes.
export function countryCode(name) {
  if (!name || COUNTRIES.includes(name)) return name;
  const english = new Intl.DisplayNames(["en"], { type: "region" });
  return COUNTRIES.find((code) => english.of(code) === name);
}

// Whether the back office is for whoever is signed in: a role that the shop's operator gives.
export async function isStaff() {
  if (!session.signedIn()) return false;
  return (await read()).role === "staff";
}
