// Answers: their links into the article and the buttons beside them. One listener for the whole document, because
// Gradio draws messages again while they grow.

import { $, $$, api, present, say } from "./dom.js";
import { ask, edit, keepInView, notice } from "./asking.js";
import { offer } from "./chips.js";
import { current } from "./conversations.js";
import { isDrawer } from "./drawers.js";
import { isAddressed, open, target, unmark } from "./reader.js";

let opened = ""; // the newest answer, whose first citation was shown on its own

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

function unpoint() {
  for (const link of $$("#chat a.place.current")) link.classList.remove("current");
}

function follow(link, { focus = true } = {}) {
  const at = target(link.getAttribute("href"), link.dataset.quote);
  if (!at) return;
  hint(null);
  unpoint();
  link.classList.add("current");
  // The page's address then is the place's, to keep or to pass on; Back still leads out of the page.
  if (focus) window.history.replaceState(window.history.state, "", link.getAttribute("href"));
  open(at.id, { at, focus });
}

/** Shows the newest answer's first citation beside it, once, and leaves the keyboard where it is. */
function showNewest() {
  const answer = $$("#chat .answer").at(-1);
  const first = answer && $("a.cite", answer);
  const refused = answer && $(".abstained", answer);
  if (!(first || refused) || isDrawer("reader")) return;
  const name = `${answer.id} ${first?.getAttribute("href") ?? questionOf(answer)}`;
  if (opened === name) return;
  const isFirst = !opened;
  opened = name;
  if (isFirst && isAddressed()) return; // the visitor came for another place
  if (first) {
    follow(first, { focus: false });
  } else {
    unpoint();
    unmark(); // what is still marked answers another question
  }
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

// ---- listeners --------------------------------------------------------------------------------------------------

function onClick(event) {
  const from = event.target instanceof Element ? event.target : null;
  const link = from?.closest("#chat a.place");
  const button = from?.closest("#chat .answer button[name]");
  if (!link && !button) return;
  if (link && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // to another tab
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
  keepInView();
  showNewest();
  offer();
}

/** What opens beneath the end of the conversation is brought into view. */
function onToggle(event) {
  if (event.target.open && event.target.matches?.("#chat details")) event.target.scrollIntoView({ block: "nearest" });
}

/** Begins to listen; messages may come and go. */
export async function start() {
  document.addEventListener("click", onClick, true);
  document.addEventListener("toggle", onToggle, true);
  for (const kind of ["mouseover", "focusin"]) {
    document.addEventListener(kind, (event) => hint(event.target.closest?.("#chat a.cite")));
  }
  document.addEventListener("scroll", () => hint(null), true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hint(null));
  for (const kind of ["documents-changed", "conversation-changed"]) document.addEventListener(kind, offer);
  let waiting = false;
  const watch = () => {
    notice();
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      tidy();
    });
  };
  const options = { childList: true, subtree: true, characterData: true, attributeFilter: ["aria-label", "title"] };
  new MutationObserver(watch).observe(await present("#conversation"), options);
  await present("#status .status-ready");
  watch();
}
