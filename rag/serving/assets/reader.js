// The article reader: a whole document as text, with the words of a citation marked at their offsets.

import { converter, paint, split, sum } from "./blocks.js";
import { $, api, calm, day, el, present } from "./dom.js";
import { openDrawer } from "./drawers.js";

const documents = new Map(); // id -> {info, blocks}: each text travels once
let shown = null; // the document in the reader
let marked = []; // blocks that carry marks
let latest = 0; // the newest request; an older one that arrives late is dropped
let waiting = 0; // requests under way

const LONGEST_MOVE = 24; // frames, of a drawer that opens
const SENTENCE = /^#s-(\d+)$/;
const PLACE = /^#at=([^;]*);(\d+),(\d+);(\d+),(\d+)(?:;(\d+),(\d+))?~([0-9a-f]{8})$/;

/** What "#at=ID;12,40;0,300;15,20~1a2b3c4d" points at: quote, passage, answering words; `words` are those quoted. */
export function target(href, words = "") {
  const found = PLACE.exec(href ?? "");
  if (!found) return null;
  const numbers = found.slice(2, 8).map((text) => (text === undefined ? null : Number(text)));
  const [start, end, passageStart, passageEnd, answerStart, answerEnd] = numbers;
  return {
    id: decodeURIComponent(found[1]),
    quote: [start, end],
    passage: [passageStart, passageEnd],
    phrase: answerStart === null ? null : [answerStart, answerEnd],
    sum: found[8],
    words,
  };
}

/** Shows a document, at its beginning or at a target's words. `focus` moves the keyboard there and opens the drawer. */
export async function open(id, { at = null, focus = true } = {}) {
  const turn = ++latest;
  if (focus) openDrawer("reader");
  let found;
  waiting += 1;
  try {
    found = await load(id);
  } catch (error) {
    if (turn === latest) lost(error, at);
    return;
  } finally {
    waiting -= 1;
  }
  if (turn !== latest) return;
  if (shown !== found) render(found);
  unmark();
  const place = at ?? (focus ? null : sentence(found.info));
  tell(found.info, place);
  if (place) mark(found, place);
  else $("#reader-text").scrollTop = 0;
  if (focus) $("#reader-title").focus({ preventScroll: true });
}

/** Forgets what was loaded: documents were added, replaced or deleted. */
export function forget(id) {
  if (id === undefined) documents.clear();
  else documents.delete(id);
  if (id !== undefined && shown?.info.id === id) empty();
}

/** Whether any document is in the reader, or on its way there. */
export const isOpen = () => shown !== null || waiting > 0;

/** The place that a citation's address names, when it is the page's. */
function addressed() {
  try {
    return target(window.location.hash);
  } catch {
    return null; // typed, and no proper address
  }
}

/** Whether the page's address names a place, in a document or in the first one. */
export const isAddressed = () => addressed() !== null || SENTENCE.test(window.location.hash);

/** The sentence of a document that "#s-120" in the page's address names by its first character. */
function sentence(info) {
  const start = Number(SENTENCE.exec(window.location.hash)?.[1] ?? -1);
  const quote = info.sentences.find((one) => one[0] === start);
  const words = quote && [...info.text].slice(...quote).join("");
  return quote ? { id: info.id, quote, passage: quote, phrase: null, words } : null;
}

/** The reader with the place in the page's address, or empty. */
export function start() {
  empty();
  const show = () => {
    const at = addressed() ?? (shown && sentence(shown.info));
    if (at) open(at.id, { at, focus: false });
  };
  window.addEventListener("hashchange", show);
  show();
}

function empty() {
  shown = null;
  marked = [];
  $("#reader-title").textContent = "The article";
  $("#reader-about").replaceChildren();
  $("#reader-note").replaceChildren();
  $("#reader-text").replaceChildren(
    el("p", { className: "empty" }, "Choose a document, or a number such as [1] in an answer, to read it here."),
  );
}

async function load(id) {
  const known = documents.get(id);
  if (known) return known;
  $("#reader-text").setAttribute("aria-busy", "true");
  try {
    await present("#status .status-ready"); // a conversation is open before the models are
    const info = await api(`page/documents/${encodeURIComponent(id)}`);
    const made = { info, ...split(info) };
    documents.set(id, made);
    return made;
  } finally {
    $("#reader-text").removeAttribute("aria-busy");
  }
}

function render(found) {
  const { info, blocks } = found;
  const nodes = blocks.map((block) => {
    const heading = block.words > block.start ? " heading" : "";
    block.node = el("div", { className: `para${heading}`, dir: "auto" });
    paint(info.text, block);
    return block.node;
  });
  $("#reader-text").replaceChildren(...nodes);
  marked = [];
  shown = found;
}

function tell(info, at) {
  $("#reader-title").textContent = info.title;
  const about = [info.publisher, day(info.published) || "undated", info.source === info.title ? "" : info.source];
  $("#reader-about").replaceChildren(...about.filter(Boolean).map((text) => el("span", { dir: "auto" }, text)));
  $("#reader-note").replaceChildren();
  const relative = at && /\b(today|yesterday|tomorrow|tonight|this week|last week)\b/i.exec(at.words);
  if (relative) {
    const when = info.published
      ? `counts from the article's date, ${day(info.published)}.`
      : "cannot be placed: the document gives no date.";
    note(`“${relative[0]}” in this quote ${when}`);
  }
}

function note(text) {
  $("#reader-note").append(el("p", {}, text));
}

function mark(found, at) {
  const units = converter(found);
  const [start, end] = at.quote.map(units);
  if (at.sum !== undefined && sum(found.info.text.slice(start, end)) !== at.sum) {
    const then = at.words ? `The words quoted then: “${at.words}”` : "What stood at this place is no longer there.";
    note(`This document has changed since the answer was given. ${then}`);
    $("#reader-text").scrollTop = 0;
    return;
  }
  const ranges = { passage: at.passage.map(units), quote: [start, end], phrase: at.phrase?.map(units) ?? null };
  const from = Math.min(ranges.passage[0], start);
  const to = Math.max(ranges.passage[1], end);
  marked = found.blocks.filter((block) => block.start < to && from < block.end);
  for (const block of marked) paint(found.info.text, block, ranges);
  bring($("mark.quote", $("#reader-text")));
}

/** Takes the marks of the last citation away. */
export function unmark() {
  for (const block of marked) paint(shown.info.text, block);
  marked = [];
}

/** Scrolls the words into view and pulses them. */
function bring(words) {
  if (!words) return;
  const pane = $("#reader-text");
  const distance = Math.abs(words.getBoundingClientRect().top - pane.getBoundingClientRect().top);
  const near = distance < 1.5 * pane.clientHeight && !calm();
  if (near) pane.scrollTo({ top: height(pane, words), behavior: "smooth" });
  settle(pane, words, near ? 6 : 0);
  for (const piece of pane.querySelectorAll("mark.quote")) piece.classList.add("pulse");
}

/** How far the pane has to be scrolled for the words to stand in its upper half. */
function height(pane, words) {
  const into = pane.getBoundingClientRect();
  const quote = words.getBoundingClientRect();
  const top = pane.scrollTop + quote.top - into.top - Math.max(24, (pane.clientHeight - quote.height) / 3);
  return Math.max(0, Math.min(top, pane.scrollHeight - pane.clientHeight));
}

/** Scrolls until the words stay in their place: a block gets its height only near the window, of an open drawer. */
function settle(pane, words, patience) {
  let [still, last, tries] = [0, pane.scrollTop, 120];
  const giveUp = () => (tries = 0); // the visitor scrolls
  for (const kind of ["wheel", "touchmove"]) pane.addEventListener(kind, giveUp, { once: true, passive: true });
  const look = () => {
    const top = height(pane, words);
    still = pane.scrollTop === last ? still + 1 : 0;
    if (still >= patience && Math.abs(top - pane.scrollTop) > 2) [pane.scrollTop, still] = [top, 0];
    last = pane.scrollTop;
    tries -= 1;
    if (words.isConnected && still < patience + LONGEST_MOVE && tries > 0) requestAnimationFrame(look);
  };
  look();
}

function lost(error, at) {
  empty();
  $("#reader-title").textContent = error.status === 404 ? "This document is gone" : "This document cannot be shown";
  $("#reader-text").replaceChildren(
    el("p", { className: "empty" }, error.message),
    ...(at?.words ? [el("blockquote", { className: "gone", dir: "auto" }, at.words)] : []),
  );
}
