// What the browser keeps for this shop alone. A browser that keeps nothing (a private window) shops all the same.

const PREFIX = "shop.";
const memory = new Map();

export function get(name, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return memory.get(name) ?? otherwise;
  }
}

export function set(name, value) {
  memory.set(name, value);
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // The value is in memory until the page is left.
  }
}
