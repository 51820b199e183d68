// The conversation: citations, the buttons beside an answer, chips. One listener for the whole document, because
// Gradio draws messages again while they grow.

import { $, $$, api, el, present, say } from "./dom.js";
import { isDrawer } from "./drawers.js";
import { chosen } from "./documents.js";
import { current } from "./conversations.js";
import { open, target } from "./reader.js";

let replaces = null; // the exchange that the next question takes the place of
let opened = ""; // the newest answer, whose first citation was shown on its own
let sent = -Infinity; // when the newest question was sent
let offered = null; // what the chips on the page belong to

/** What Gradio sends along with a question, as JSON. */
export function extras() {
  const told = JSON.stringify({ documents: chosen(), replaces });
  replaces = null;
  unmarkEdit();
  return told;
}

/** Asks as if the visitor had typed it. */
export function ask(question, { instead = null } = {}) {
  replaces = instead;
  fill(question);
  setTimeout(() => $("#send")?.click(), 60); // Gradio takes the box's text over in its next turn
}

function fill(question) {
  const box = $("#question textarea");
  const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  setter.call(box, question);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

/** Whether the last question has no whole answer yet. */
function isRunning() {
  const last = $$("#chat .answer").at(-1);
  return Boolean(last) && !$(".tools", last);
}

/** Lets one question through at a time: a second one would grow into the same conversation beside the first. */
function oneAtATime(event) {
  const typed = event.type === "keydown" && event.key === "Enter" && !event.shiftKey && !event.isComposing;
  const box = $("#question textarea");
  if (!(typed && event.target === box) && !(event.type === "click" && event.target.closest?.("#send"))) return;
  const justSent = performance.now() - sent < 1500;
  if (box.value.trim() && !justSent && !isRunning()) {
    sent = performance.now();
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (isRunning()) say("One question at a time: wait for the answer, or stop it.");
}

function unmarkEdit() {
  $("#editing")?.remove();
}

/** Puts a question into the box, to be changed; asking it replaces the exchange, if one is named. */
function edit(question, instead, label) {
  fill(question);
  replaces = instead;
  unmarkEdit();
  const stop = el("button", { type: "button" }, "Cancel");
  stop.addEventListener("click", () => {
    replaces = null;
    fill("");
    unmarkEdit();
  });
  $("#ask").before(el("div", { id: "editing", role: "status" }, el("span", {}, label), stop));
}

// ---- links into the article -------------------------------------------------------------------------------------

/** The sanitiser lets no aria-label through; the title that it does let through becomes name and hint here. */
function prepare(link) {
  link.dataset.quote = link.getAttribute("title");
  link.removeAttribute("title");
  link.setAttribute("aria-label", `Source ${link.textContent.replace(/\D/g, "")}: ${link.dataset.quote}`);
}

function hint(link) {
  const tip = $("#tip");
  if (!tip) return;
  tip.hidden = !link?.dataset.quote || !link.isConnected;
  if (tip.hidden) return;
  tip.textContent = `“${link.dataset.quote}”`;
  const at = link.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const above = at.top - size.height - 8;
  tip.style.left = `${Math.max(8, Math.min(at.left - 12, window.innerWidth - size.width - 8))}px`;
  tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function follow(link, { focus = true } = {}) {
  const at = target(link);
  if (!at) return;
  hint(null);
  for (const other of $$("#chat a.place.current")) other.classList.remove("current");
  link.classList.add("current");
  open(at.id, { at, focus });
}

/** Shows the newest answer's first citation beside it, once, and leaves the keyboard where it is. */
function showNewest() {
  const answer = $$("#chat .answer").at(-1);
  const first = answer && $("a.cite", answer);
  if (!first || isDrawer("reader")) return;
  const name = `${answer.id} ${first.getAttribute("href")}`;
  if (opened === name) return;
  opened = name;
  follow(first, { focus: false });
}

// ---- the buttons of an answer -----------------------------------------------------------------------------------

const actions = {
  copy: copy,
  retry: (answer) => ask(questionOf(answer), { instead: keyOf(answer) }),
  edit: (answer) => edit(questionOf(answer), keyOf(answer), "Change the question and send it again."),
  again: (answer) => edit($(".searched-text", answer).innerText.trim(), null, "Change what is searched for and send it."),
  good: (answer, button) => judge(button, button.classList.contains("on") ? "" : "up", ""),
  bad: (answer, button) => (button.classList.contains("on") ? judge(button, "", "") : complain(button)),
};

const keyOf = (answer) => Number(answer.id.replace("answer-", ""));

const questionOf = (answer) => $(`#question-${keyOf(answer)}`)?.innerText.trim() ?? "";

async function copy(answer) {
  const lines = [$(".answer-text", answer).innerText.trim()];
  const quotes = new Map($$("a.cite", answer).map((link) => [link.textContent.trim(), link.dataset.quote]));
  for (const [number, quote] of quotes) lines.push(`${number} “${quote}”`);
  try {
    await navigator.clipboard.writeText(lines.join("\n\n"));
    say("Copied, with the quotes.");
  } catch {
    say("The browser did not allow copying.", { error: true });
  }
}

async function judge(button, thumb, reason) {
  try {
    const json = { conversation: current(), number: Number(button.value), thumb, reason };
    await api("page/feedback", { method: "POST", json });
  } catch (error) {
    say(error.message, { error: true });
    return;
  }
  for (const one of $$("button[name=good], button[name=bad]", button.parentElement)) {
    one.classList.toggle("on", one === button && thumb !== "");
    one.setAttribute("aria-pressed", String(one === button && thumb !== ""));
  }
  say({ up: "Noted: a helpful answer.", down: "Noted. Thank you.", "": "Taken back." }[thumb]);
}

function complain(button) {
  const dialog = $("#complaint");
  $("form", dialog).reset();
  dialog.returnValue = "";
  dialog.showModal();
  const send = () => {
    if (dialog.returnValue !== "send") return;
    const reason = $("input[name=reason]:checked", dialog)?.value;
    judge(button, "down", [reason, $("textarea", dialog).value.trim()].filter(Boolean).join(": "));
  };
  dialog.addEventListener("close", send, { once: true });
}

// ---- chips ------------------------------------------------------------------------------------------------------

/** Starters for an empty conversation, follow-ups after an answer, a rewording after a refusal; the server tried each. */
async function offer() {
  if (!$("#status .status-ready")) return;
  const last = $$("#chat .answer").at(-1);
  const running = isRunning();
  const number = Number((last && $("button[name=good]", last)?.value) ?? 0);
  const state = running ? "running" : JSON.stringify([current(), last?.id, number, chosen()]);
  if (state === offered) return;
  offered = state;
  $("#chips").replaceChildren();
  if (running || chosen()?.length === 0 || (number && !current())) return;
  // Trying questions takes the server's time, which a visitor who asks on at once needs more.
  await new Promise((resolve) => setTimeout(resolve, 700));
  if (offered !== state) return;
  let found;
  try {
    const json = { conversation: current(), number, documents: chosen() };
    found = await api("page/suggestions", { method: "POST", json });
  } catch {
    return; // chips are a kindness; the page is whole without them
  }
  if (offered !== state) return;
  const pane = $("#chat .bubble-wrap");
  const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 40;
  $("#chips").replaceChildren(...found.questions.map(chip));
  if (atEnd) pane.scrollTop = pane.scrollHeight; // the chips took room from the last answer
  const card = last && $(".rephrase", last);
  if (card && found.rephrasing) card.replaceChildren("Perhaps: ", chip(found.rephrasing));
}

function chip(question) {
  const button = el("button", { type: "button", className: "chip", dir: "auto" }, question);
  button.addEventListener("click", () => ask(question));
  return button;
}

// ---- listeners --------------------------------------------------------------------------------------------------

function onClick(event) {
  const from = event.target instanceof Element ? event.target : null;
  const link = from?.closest("#chat a.place");
  const button = from?.closest("#chat .answer button[name]");
  if (!link && !button) return;
  event.preventDefault();
  event.stopPropagation();
  if (link) follow(link);
  else actions[button.name]?.(button.closest(".answer"), button);
}

function tidy() {
  for (const link of $$("#chat a.cite[title]")) prepare(link);
  // Gradio labels each message with its source, HTML and all; its text speaks for itself.
  for (const message of $$('#chat [data-testid][aria-label*="message:"]')) message.removeAttribute("aria-label");
  for (const one of $$("#chat button[name=good]:not([aria-pressed]), #chat button[name=bad]:not([aria-pressed])")) {
    one.setAttribute("aria-pressed", String(one.classList.contains("on")));
  }
  if (isRunning()) sent = -Infinity; // it has arrived
  showNewest();
  offer();
}

/** Begins to listen; messages may come and go. */
export async function start() {
  for (const kind of ["click", "keydown"]) document.addEventListener(kind, oneAtATime, true);
  document.addEventListener("click", onClick, true);
  for (const kind of ["mouseover", "focusin"]) {
    document.addEventListener(kind, (event) => hint(event.target.closest?.("#chat a.cite")));
  }
  document.addEventListener("scroll", () => hint(null), true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hint(null));
  for (const kind of ["documents-changed", "conversation-changed"]) document.addEventListener(kind, offer);
  let waiting = false;
  const watch = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      tidy();
    });
  };
  const options = { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label", "title"] };
  new MutationObserver(watch).observe(await present("#conversation"), options);
  await present("#status .status-ready");
  watch();
}
