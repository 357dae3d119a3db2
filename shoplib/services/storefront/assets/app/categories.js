// The tree of categories, asked for once.

import { call } from "./http.js";

let asked = null;

export function tree() {
  asked ??= read().catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

async function read() {
  const answer = await call("shop", "/categories");
  return answer.tree ?? answer.categories.map((name) => ({ name, path: name, children: [] }));
}

export async function branch(path) {
  let found = { children: await tree() };
  for (const name of path.split("/")) found = found?.children.find((each) => each.name === name);
  return found;
}
