// One WebSocket for chats and for orders as they move. It comes back by itself; who uses it joins anew then.

import { address } from "./config.js";
import { ShopError } from "./http.js";
import { t } from "./i18n.js";

const PING_MS = 5 * 60 * 1000;
const ANSWER_MS = 30_000;
const LONGEST_PAUSE_MS = 15_000;

// `joined` is called at each new connection, `heard` with what is pushed. Ends with the page's signal.
export function connect(signal, { joined, heard, state = () => {} }) {
  const waiting = new Map();
  let socket = null;
  let pause = 500;

  function open() {
    if (signal.aborted) return;
    socket = new WebSocket(address("socket"));
    socket.onopen = () => enter(socket);
    socket.onmessage = (event) => take(JSON.parse(event.data));
    socket.onclose = () => {
      for (const { fail } of waiting.values()) fail(lost());
      waiting.clear();
      state("closed");
      setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
  }

  // Whoever is let in and then refused comes again ever more slowly, too.
  async function enter(opened) {
    try {
      await joined();
    } catch {
      return opened.close();
    }
    if (opened.readyState !== WebSocket.OPEN) return undefined;
    pause = 500;
    return state("open");
  }

  function take(frame) {
    const asked = waiting.get(frame.request);
    if (!asked) return heard(frame);
    waiting.delete(frame.request);
    if (frame.type === "error") asked.fail(new ShopError(400, { error: frame.error, message: frame.message }));
    else asked.done(frame);
  }

  function ask(action, fields = {}) {
    return new Promise((done, fail) => {
      if (socket?.readyState !== WebSocket.OPEN) return fail(lost());
      const request = crypto.randomUUID();
      waiting.set(request, { done, fail });
      setTimeout(() => { if (waiting.delete(request)) fail(lost()); }, ANSWER_MS);
      socket.send(JSON.stringify({ action, request, ...fields }));
    });
  }

  const ping = setInterval(() => ask("ping").catch(() => {}), PING_MS);
  signal.addEventListener("abort", () => { clearInterval(ping); socket?.close(); });
  open();
  return { ask };
}

const lost = () => new ShopError(0, { error: "unreachable", message: t("The connection was lost; it comes back by itself.") });

// Messages without gaps and doubles, by their number.
export function added(messages, more) {
  const all = new Map([...messages, ...more].map((each) => [each.number, each]));
  return [...all.values()].sort((one, other) => one.number - other.number);
}
