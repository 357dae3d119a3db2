// The address after # says which page is open. Each page is a module of its own, loaded when it is opened first.

import { render } from "../vendor/lit-html.js";
import { announce } from "./announcing.js";
import { t } from "./i18n.js";
import { problem } from "./parts/problem.js";

const ROUTES = [
  ["/", "home"],
  ["/category/:path", "category"],
  ["/search", "search"],
  ["/product/:id", "product"],
  ["/cart", "cart"],
  ["/checkout", "checkout"],
  ["/order/:id", "order"],
  ["/track", "track"],
  ["/track/:number", "track"],
  ["/sign-in", "sign-in"],
  ["/register", "register"],
  ["/recover", "recover"],
  ["/verify", "verify"],
  ["/account", "account"],
  ["/account/orders", "orders"],
  ["/privacy", "privacy"],
  ["/mailbox", "mailbox"],
  ["/help", "help"],
  ["/contact", "contact"],
  ["/ticket/:id", "ticket"],
  ["/chat", "chat"],
  ["/content/:kind/:slug", "content"],
  ["/wishlist", "wishlist"],
  ["/wishlists/:token", "shared-wishlist"],
  ["/staff", "staff"],
  ["/staff/desk", "desk"],
  ["/staff/reviews", "staff-reviews"],
  ["/staff/banners", "staff-banners"],
  ["/staff/orders", "staff-orders"],
  ["/staff/orders/:id", "staff-order"],
  ["/staff/stock", "staff-stock"],
];

let left = null;
let last = null;

export const path = (...parts) => `#/${parts.map((part) => encodeURIComponent(part)).join("/")}`;

export const go = (hash) => { location.hash = hash; };

export const place = () => location.hash || "#/";

export function start() {
  addEventListener("hashchange", open);
  return open();
}

// The same page once more: in another language, or for another person.
export const again = () => open({ again: true });

export async function open(how = {}) {
  left?.abort();
  left = new AbortController();
  const { name, values, query } = match(place());
  const page = new Page(left.signal, query);
  try {
    const module = await import(`./pages/${name}.js`);
    await module.default(page, values);
    if (!left.signal.aborted && page.isOpen) arrive(page, how.again);
  } catch (error) {
    if (page.signal.aborted) return;
    page.title(t("That did not work"));
    page.problem = error;
    page.show(() => null);
    arrive(page, how.again);
  }
}

function match(hash) {
  const [way, text] = hash.slice(1).split("?");
  const parts = way.split("/");
  for (const [route, name] of ROUTES) {
    const wanted = route.split("/");
    if (wanted.length !== parts.length) continue;
    const isValue = wanted.map((part) => part.startsWith(":"));
    if (!wanted.every((part, at) => (isValue[at] ? parts[at] : part === parts[at]))) continue;
    const pairs = wanted.map((part, at) => [part.slice(1), decoded(parts[at])]).filter((_, at) => isValue[at]);
    return { name, values: Object.fromEntries(pairs), query: new URLSearchParams(text) };
  }
  return { name: "missing", values: {}, query: new URLSearchParams() };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Screen readers hear of the new page, and the keyboard goes on at its top.
function arrive(page, again) {
  const main = document.getElementById("main");
  if (last !== null && !again && last !== place()) {
    window.scrollTo(0, 0);
    (main.querySelector("h1") ?? main).focus({ preventScroll: true });
    announce(document.title);
  }
  last = place();
  main.dataset.place = last;
}

// What a page module works with: its title, its view, and what goes wrong. `signal` ends when the page is left.
class Page {
  #view = () => null;
  problem = null;

  constructor(signal, query) {
    this.signal = signal;
    this.query = query;
  }

  get isOpen() {
    return !this.signal.aborted;
  }

  title(text) {
    document.title = text ? `${text} · ${t("Shop")}` : t("Shop");
  }

  show(view) {
    this.#view = view;
    this.refresh();
  }

  refresh() {
    if (!this.isOpen) return;
    const main = document.getElementById("main");
    main.removeAttribute("aria-busy");
    if (!main.dataset.rendered) {
      main.replaceChildren();
      main.dataset.rendered = "yes";
    }
    const shown = this.#view();
    render(shown ?? problem(this, t("That did not work")), main);
  }

  // Does something, shows what goes wrong, and answers whether all went well.
  async attempt(work) {
    this.problem = null;
    try {
      await work();
      this.refresh();
      return true;
    } catch (error) {
      if (!this.isOpen) return false;
      this.problem = error;
      this.refresh();
      document.querySelector(".problem")?.focus();
      return false;
    }
  }
}
