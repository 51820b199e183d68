// Asking: the question box, one question at a time, a wait that says how long it is, and an answer kept in view.

import { $, $$, count, el, present, say } from "./dom.js";
import { toQuestion } from "./drawers.js";
import { chosen } from "./documents.js";

const DRAFT = "draft"; // in sessionStorage: what stood in the box when the page was left
const PATIENCE = 8000; // milliseconds after which a question that brought no sign of life may be sent again

let replaces = null; // the exchange that the next question takes the place of
let givenUp = false; // whether the visitor ended the newest question before its answer
let sent = -Infinity; // when the newest question was sent
let followed = ""; // the question that is kept in view
let placed = 0; // how far the conversation was scrolled for it

/** What Gradio sends along with a question, as JSON. */
export function extras() {
  const told = JSON.stringify({ documents: chosen(), replaces });
  replaces = null;
  unmarkEdit();
  return told;
}

/** Stops what is running, if anything is; resolves when nothing is any longer, or when it will not stop. */
export async function ended() {
  let stopped = -Infinity;
  for (let tries = 50; tries && (isRunning() || performance.now() - sent < PATIENCE); tries -= 1) {
    // Gradio fails on a second stop that comes before the first is through.
    if (isRunning() && performance.now() - stopped > 1500) {
      $("#stop").click();
      stopped = performance.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
}

/** A question that Gradio could not have answered; empty for one that was given up, which looks the same to it. */
export const turnedAway = (question) => (givenUp ? "" : question);

/** Asks as if the visitor had typed it. */
export function ask(question, { instead = null } = {}) {
  replaces = instead;
  fill(question);
  setTimeout(() => $("#send")?.click(), 60); // Gradio takes the box's text over in its next turn
}

/** Puts a question into the box, to be changed; asking it replaces the exchange, if one is named. */
export function edit(question, instead, label) {
  fill(question);
  $("#question textarea").focus();
  replaces = instead;
  unmarkEdit();
  const stop = el("button", { type: "button" }, "Cancel");
  stop.addEventListener("click", () => {
    replaces = null;
    fill("");
    unmarkEdit();
    toQuestion();
  });
  $("#ask").before(el("div", { id: "editing", role: "status" }, el("span", {}, label), stop));
}

/** Whether the last question has no whole answer yet. */
export function isRunning() {
  const last = $$("#chat .answer").at(-1);
  return Boolean(last) && !$(".tools", last);
}

/** Keeps the end of the newest answer in view as it grows, unless its question would leave or the visitor scrolls. */
export function keepInView() {
  const pane = $("#chat .bubble-wrap");
  const question = $$("#chat .question").at(-1);
  if (!pane || !question) return;
  const name = `${question.id} ${question.textContent}`;
  if (followed === name && Math.abs(pane.scrollTop - placed) > 2) return;
  followed = name;
  const above = question.closest(".message-row").getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollTop = Math.min(pane.scrollTop + above - 4, pane.scrollHeight - pane.clientHeight);
  placed = pane.scrollTop;
}

/** Something has changed in the conversation. */
export function notice() {
  if (isRunning()) sent = -Infinity; // the question has arrived
  tellPlace();
}

/** Says in the conversation how many questions come first, which Gradio tells in numbers of its own. */
function tellPlace() {
  const place = /queue: (\d+)\//.exec($("#chat .progress-text")?.textContent ?? "");
  const note = $$("#chat .note.waiting").at(-1);
  if (!place || !note) return;
  const before = Number(place[1]) - 1;
  const told = before ? `Waiting: ${count(before, "question")} before yours …` : "Waiting: yours is next …";
  if (note.textContent !== told) note.textContent = told;
}

function fill(question) {
  const box = $("#question textarea");
  const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  setter.call(box, question);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function unmarkEdit() {
  $("#editing")?.remove();
}

/** Lets one question through at a time: a second one would grow into the same conversation beside the first. */
function oneAtATime(event) {
  const box = $("#question textarea");
  const typed = event.type === "keydown" && event.key === "Enter" && !event.shiftKey && !event.isComposing;
  const clicked = event.type === "click" && event.target.closest?.("#send");
  if (!(typed && event.target === box) && !clicked) return;
  if (box.value.trim() && performance.now() - sent > PATIENCE && !isRunning()) {
    sent = performance.now();
    givenUp = false;
    followed = "";
    toQuestion(); // "Send" makes room for "Stop", and would take the keyboard with it
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (isRunning()) say("One question at a time: wait for the answer, or stop it.");
}

/** Puts back what stood in the box, or waited for its answer, when the page was left or its server ended. */
function keepDraft() {
  const box = $("#question textarea");
  const draft = sessionStorage.getItem(DRAFT);
  sessionStorage.removeItem(DRAFT);
  if (draft && !box.value) fill(draft);
  window.addEventListener("pagehide", () => {
    const left = box.value || (isRunning() ? $$("#chat .question").at(-1)?.innerText.trim() : "");
    if (left) sessionStorage.setItem(DRAFT, left);
  });
}

/** Takes away Gradio's word for a full queue: the conversation says it, beneath the question. */
async function sayBusyOnce() {
  const toasts = await present(".toast-wrap");
  const drop = () => {
    for (const one of toasts.children) if (/currently busy/.test(one.textContent)) one.style.display = "none";
  };
  new MutationObserver(drop).observe(toasts, { childList: true });
}

/** Begins to listen. */
export function start() {
  keepDraft();
  sayBusyOnce();
  for (const kind of ["click", "keydown"]) document.addEventListener(kind, oneAtATime, true);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#stop")) return;
    givenUp = true;
    toQuestion();
  }, true);
}
