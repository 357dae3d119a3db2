import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../i18n.js";
import { inLanguage } from "../parts/blocks.js";
import { conversation } from "../parts/conversation.js";
import { area, field, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import * as session from "../session.js";
import { added, connect } from "../socket.js";
import * as storage from "../storage.js";

export default function chat(page) {
  page.title(t("Chat"));
  const state = { chat: null, messages: [], link: "closed" };
  const socket = connect(page.signal, {
    joined: () => join(page, state, socket),
    heard: (frame) => hear(page, state, frame),
    state: (link) => { state.link = link; page.refresh(); },
  });
  page.show(() => html`<h1 tabindex="-1">${t("Chat with us")}</h1>
    ${notice(page.problem)}
    <p role="status" class="soft">${status(state)}</p>
    ${state.chat ? talking(page, state, socket) : beginning(page, state, socket)}`);
}

function status({ chat: item, link }) {
  if (link !== "open") return t("Connecting …");
  if (!item) return t("Somebody is there for you during the day.");
  if (item.status === "ended") return t("This chat has ended.");
  return item.agent_name ? t("%(name)s is talking with you.", { name: item.agent_name }) : t("Somebody will be with you in a moment.");
}

async function proof() {
  const { authorization } = await session.headers("visitor");
  return authorization ? { token: authorization.slice("Bearer ".length) } : {};
}

// After each connection: what was said meanwhile.
async function join(page, state, socket) {
  const known = storage.get("chat");
  if (!known) return;
  const key = known.chat_key ? { chat_key: known.chat_key } : await proof();
  try {
    const after = state.messages.at(-1)?.number ?? 0;
    const answer = await socket.ask("join", { chat_id: known.chat_id, after, ...key });
    state.chat = answer.chat;
    state.messages = added(state.messages, answer.messages);
    if (answer.more) await join(page, state, socket);
  } catch (error) {
    if (error.code !== "no_such_chat") throw error;
    storage.set("chat", null);
  }
  page.refresh();
}

function hear(page, state, frame) {
  if (frame.type === "message" && frame.chat_id === state.chat?.chat_id) state.messages = added(state.messages, [frame]);
  if (frame.type === "chat" && frame.chat.chat_id === state.chat?.chat_id) state.chat = frame.chat;
  page.refresh();
}

function beginning(page, state, socket) {
  const begin = submitting(page, async ({ name }) => {
    const answer = await socket.ask("open", { name, language: inLanguage(), ...(await proof()) });
    storage.set("chat", { chat_id: answer.chat.chat_id, chat_key: answer.chat_key });
    state.chat = answer.chat;
  });
  return html`<form class="narrow" @submit=${begin}>
    ${field({ name: "name", label: t("How may we call you?"), autocomplete: "name", maxlength: 100 })}
    <button class="main">${t("Begin the chat")}</button></form>`;
}

function talking(page, state, socket) {
  const chat_id = state.chat.chat_id;
  const say = submitting(page, async ({ text }, form) => {
    await socket.ask("say", { chat_id, message_id: crypto.randomUUID(), text });
    form.reset();
  });
  const end = async () => {
    if (state.chat.status !== "ended") await page.attempt(() => socket.ask("end", { chat_id }));
    storage.set("chat", null);
    Object.assign(state, { chat: null, messages: [] });
    page.refresh();
  };
  const over = state.chat.status === "ended";
  return html`${conversation(state.messages, "shopper")}
    ${over ? nothing : html`<form class="narrow" @submit=${say}>${area({ name: "text", label: t("Your message"), rows: 2, maxlength: 2000 })}
      <button class="main">${t("Send")}</button></form>`}
    <p><button class="quiet" @click=${end}>${over ? t("Begin another chat") : t("End the chat")}</button></p>`;
}
