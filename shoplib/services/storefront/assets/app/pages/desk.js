import { html, nothing } from "../../vendor/lit-html.js";
import { announce } from "../announcing.js";
import { moment, t } from "../i18n.js";
import { conversation } from "../parts/conversation.js";
import { area, clicking, submitting } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import * as session from "../session.js";
import { added, connect } from "../socket.js";

// The chat desk of the staff: who waits, and the chats that one has taken.
export default function desk(page) {
  page.title(t("Chat desk"));
  const state = { chats: new Map(), messages: new Map(), open: null, link: "closed" };
  const socket = connect(page.signal, {
    joined: () => sitDown(page, state, socket),
    heard: (frame) => hear(page, state, frame),
    state: (link) => { state.link = link; page.refresh(); },
  });
  page.show(() => {
    const chats = [...state.chats.values()];
    return html`<h1 tabindex="-1">${t("Chat desk")}</h1>
      ${notice(page.problem)}
      <p role="status" class="soft">${state.link === "open" ? t("You are at the desk.") : t("Connecting …")}</p>
      <div class="order"><section><h2>${t("Waiting")}</h2>${list(page, state, socket, chats.filter((each) => each.status === "waiting"))}
        <h2>${t("Yours")}</h2>${list(page, state, socket, chats.filter((each) => each.status !== "waiting"))}</section>
        ${state.open ? talking(page, state, socket) : nothing}</div>`;
  });
}

async function sitDown(page, state, socket) {
  const { authorization = "" } = await session.headers("member");
  await page.attempt(async () => {
    const answer = await socket.ask("desk", { token: authorization.slice("Bearer ".length) });
    state.chats = new Map([...answer.waiting, ...answer.own].map((each) => [each.chat_id, each]));
    if (state.open) await join(state, socket, state.open);
  });
}

async function join(state, socket, chat_id) {
  const known = state.messages.get(chat_id) ?? [];
  const answer = await socket.ask("join", { chat_id, after: known.at(-1)?.number ?? 0 });
  state.messages.set(chat_id, added(known, answer.messages));
  if (answer.more) await join(state, socket, chat_id);
}

function hear(page, state, frame) {
  if (frame.type === "chat") {
    const mine = state.messages.has(frame.chat.chat_id);
    if (frame.chat.status === "waiting") announce(t("%(name)s waits.", { name: frame.chat.name }));
    if (frame.chat.status === "waiting" || mine) state.chats.set(frame.chat.chat_id, frame.chat);
    else state.chats.delete(frame.chat.chat_id);
  }
  if (frame.type === "message") {
    state.messages.set(frame.chat_id, added(state.messages.get(frame.chat_id) ?? [], [frame]));
  }
  page.refresh();
}

function list(page, state, socket, chats) {
  const take = (each) => clicking(page, async () => {
    if (each.status === "waiting") {
      const answer = await socket.ask("take", { chat_id: each.chat_id });
      state.chats.set(each.chat_id, answer.chat);
      state.messages.set(each.chat_id, added([], answer.messages));
    } else await join(state, socket, each.chat_id);
    state.open = each.chat_id;
  });
  if (!chats.length) return html`<p class="soft">${t("Nobody")}</p>`;
  return html`<ul class="entries">${chats.map((each) => html`<li class="row spread"><span>${each.name}
    <span class="soft">${moment(each.created_at)}</span></span>
    <button class="quiet" @click=${take(each)}>${each.status === "waiting" ? t("Take") : t("Open")} <span class="hidden">${each.name}</span></button></li>`)}</ul>`;
}

function talking(page, state, socket) {
  const chat_id = state.open;
  const item = state.chats.get(chat_id);
  const say = submitting(page, async ({ text }, form) => {
    await socket.ask("say", { chat_id, message_id: crypto.randomUUID(), text });
    form.reset();
  });
  const end = clicking(page, async () => {
    const answer = await socket.ask("end", { chat_id });
    state.chats.set(chat_id, answer.chat);
  });
  return html`<section><h2>${item?.name}</h2>${conversation(state.messages.get(chat_id) ?? [], "staff")}
    ${item?.status === "ended" ? html`<p>${t("This chat has ended.")}</p>` : html`<form @submit=${say}>
      ${area({ name: "text", label: t("Your message"), rows: 2, maxlength: 2000 })}
      <p class="row"><button class="main">${t("Send")}</button>
        <button class="quiet" type="button" @click=${end}>${t("End the chat")}</button></p></form>`}</section>`;
}
