// Starts the page: addresses, language, then what the address bar says.

import * as cart from "./cart.js";
import * as config from "./config.js";
import * as i18n from "./i18n.js";
import * as router from "./router.js";
import * as session from "./session.js";
import * as shell from "./shell.js";
import * as visit from "./visit.js";

async function begin() {
  await config.load();
  await i18n.load();
  visit.begin();
  cart.onChange(shell.refresh);
  session.onChange(() => {
    shell.meet();
    cart.read().catch(() => {});
  });
  shell.start();
  if (session.signedIn()) shell.meet();
  await router.start();
  if (config.offers("shop")) cart.read().catch(() => {}); // the cart's own page says what is wrong
}

// A page of somebody else's must not show this one within itself, to have it clicked unawares.
if (window.top === window.self) begin();
else document.body.replaceChildren();
