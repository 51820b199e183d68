// The visitor's conversations: a list to open, rename, export and delete. The server keeps them; Gradio shows one.

import { ended } from "./asking.js";
import { $, api, confirmed, count, day, el, say } from "./dom.js";
import { closeDrawers, isDrawer, toQuestion } from "./drawers.js";

const KEPT = "conversation"; // in sessionStorage, so that a reload shows the same conversation again
const FORMATS = { md: "Markdown", html: "HTML", json: "JSON" };
let drawn = ""; // what the list shows
let asked = ""; // the conversation that Gradio is about to open; empty for a new one

/** The id of the conversation on the page; empty before its first answer. */
export const current = () => sessionStorage.getItem(KEPT) ?? "";

/** What Gradio asks for when its hidden button is clicked. */
export const wanted = () => asked;

/** Gradio shows this conversation now. */
export function arrived(id) {
  if (id) sessionStorage.setItem(KEPT, id);
  else sessionStorage.removeItem(KEPT);
  document.dispatchEvent(new Event("conversation-changed"));
  return refresh();
}

/** Opens a kept conversation, or a new one for an empty id. */
export async function show(id) {
  asked = id;
  await ended(); // what still grew would grow on in the other conversation
  $("#open-conversation").click();
  if (isDrawer("side")) closeDrawers({ focus: false });
  toQuestion();
}

/** Draws the list again if it has changed. */
export async function refresh() {
  const list = $("#conversations");
  if (!list) return;
  try {
    const kept = await api("page/conversations");
    const now = JSON.stringify([kept, current()]);
    if (now === drawn) return; // an open menu, and the keyboard in it, stay
    drawn = now;
    list.replaceChildren(...kept.map(item));
    $("#no-conversations").hidden = kept.length > 0;
  } catch (error) {
    say(error.message, { error: true });
  }
}

function item(one) {
  const here = one.id === current();
  const title = el("button", { type: "button", className: "name", dir: "auto" }, one.title);
  if (here) title.setAttribute("aria-current", "true");
  title.addEventListener("click", () => show(one.id));
  const about = el("span", { className: "meta" }, `${day(one.updated, "short")} · ${count(one.turns, "answer")}`);
  return el("li", { className: here ? "here" : "" }, el("div", { className: "what" }, title, about), more(one));
}

function more(one) {
  const summary = el("summary", { "aria-label": `More about “${one.title}”`, title: "More" }, "⋯");
  const rename = el("button", { type: "button" }, "Rename");
  const remove = el("button", { type: "button", className: "danger" }, "Delete");
  const exports = Object.entries(FORMATS).map(([suffix, name]) =>
    el("a", { href: `export/${encodeURIComponent(one.id)}.${suffix}`, download: "" }, `Save as ${name}`),
  );
  const details = el("details", { className: "more" }, summary, el("div", {}, rename, ...exports, remove));
  rename.addEventListener("click", () => ask(one));
  remove.addEventListener("click", () => forget(one));
  for (const link of exports) link.addEventListener("click", () => (details.open = false));
  details.addEventListener("toggle", () => details.open && $("div", details).scrollIntoView({ block: "nearest" }));
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    event.stopPropagation();
    details.open = false;
    summary.focus();
  });
  return details;
}

function ask(one) {
  const dialog = $("#rename");
  const box = $("input", dialog);
  box.value = one.title;
  dialog.returnValue = "";
  dialog.showModal();
  box.select();
  dialog.addEventListener("close", async () => {
    const title = box.value.trim();
    if (dialog.returnValue !== "save" || !title || title === one.title) return;
    await changing(() => api(`page/conversations/${encodeURIComponent(one.id)}`, { method: "PATCH", json: { title } }));
  }, { once: true });
}

async function forget(one) {
  const text = `“${one.title}” and its answers are deleted for good.`;
  if (!(await confirmed("Delete this conversation?", text, "Delete"))) return;
  await changing(() => api(`page/conversations/${encodeURIComponent(one.id)}`, { method: "DELETE" }));
  if (one.id === current()) show("");
}

async function changing(request) {
  try {
    await request();
  } catch (error) {
    say(error.message, { error: true });
  }
  await refresh();
}

/** The list's own button, and a list that closes its menus when something else is clicked. */
export function start() {
  $("#new-conversation").addEventListener("click", () => show(""));
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.more[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  refresh();
}
