// The article reader: a whole document as text, with the words of a citation marked at their offsets.
// Offsets from the server count Unicode characters; a browser counts UTF-16 units, which differ beyond the BMP.

import { $, api, calm, day, el, present } from "./dom.js";
import { openDrawer } from "./drawers.js";

const documents = new Map(); // id -> {info, blocks}: each text travels once
let shown = null; // the document in the reader
let marked = []; // blocks that carry marks
let latest = 0; // the newest request; an older one that arrives late is dropped
let waiting = 0; // requests under way

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
  tell(found.info, at);
  if (at) mark(found, at);
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

/** The place in the page's address, if there is one: each sentence has an address of its own. */
export function addressed() {
  try {
    return target(window.location.hash);
  } catch {
    return null; // typed, and no proper address
  }
}

/** The reader with the place in the page's address, or empty. */
export function start() {
  empty();
  const show = () => {
    const at = addressed();
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
    const made = { info, ...split(info.text) };
    documents.set(id, made);
    return made;
  } finally {
    $("#reader-text").removeAttribute("aria-busy");
  }
}

/** Lines with the line breaks that end them, as {start, end} in UTF-16 units. */
function split(text) {
  const blocks = [];
  for (const found of text.matchAll(/[^\n]*\n+|[^\n]+$/g)) {
    blocks.push({ start: found.index, end: found.index + found[0].length, node: null });
  }
  return { blocks, astral: /[\ud800-\udbff]/.test(text) };
}

function render(found) {
  const { info, blocks } = found;
  const nodes = blocks.map((block) => {
    const heading = /^#{1,6} \S/.test(info.text.slice(block.start, block.start + 8)) ? " heading" : "";
    block.node = el("div", { className: `para${heading}`, dir: "auto" }, ...plain(info.text, block));
    return block.node;
  });
  $("#reader-text").replaceChildren(...nodes);
  marked = [];
  shown = found;
}

/** A block without marks: its text, with the signs of a Markdown heading set apart so that they need not be seen. */
function plain(text, block) {
  const words = text.slice(block.start, block.end);
  const signs = /^#{1,6} (?=\S)/.exec(words);
  return signs ? [el("span", { className: "hash" }, signs[0]), words.slice(signs[0].length)] : [words];
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
  if (sum(found.info.text.slice(start, end)) !== at.sum) {
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

/** CRC-32 of the words of a text, as the server takes it: see place() in render.py. */
function sum(text) {
  let rest = 0xffffffff;
  for (const byte of new TextEncoder().encode(text.replace(/[ \t\n\r]+/g, " ").replace(/^ | $/g, ""))) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ((rest ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

/** A function from character offsets to UTF-16 offsets of this document. */
function converter(found) {
  if (!found.astral) return (offset) => offset;
  const text = found.info.text;
  return (offset) => {
    let unit = 0;
    for (let passed = 0; passed < offset && unit < text.length; passed += 1) {
      unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
    }
    return unit;
  };
}

/** One block as pieces: plain, tinted passage, quote, answering words. The pieces' text is the block's text. */
function paint(text, block, ranges) {
  const cuts = new Set([block.start, block.end]);
  for (const range of Object.values(ranges)) {
    for (const cut of range ?? []) if (block.start < cut && cut < block.end) cuts.add(cut);
  }
  const edges = [...cuts].sort((one, other) => one - other);
  const within = (range, at) => range && range[0] <= at && at < range[1];
  const pieces = edges.slice(0, -1).map((edge, place) => {
    const words = text.slice(edge, edges[place + 1]);
    if (within(ranges.phrase, edge)) return el("mark", { className: "quote phrase" }, words);
    if (within(ranges.quote, edge)) return el("mark", { className: "quote" }, words);
    if (within(ranges.passage, edge)) return el("span", { className: "passage" }, words);
    return words;
  });
  block.node.replaceChildren(...pieces);
}

/** Takes the marks of the last citation away. */
export function unmark() {
  for (const block of marked) block.node.replaceChildren(...plain(shown.info.text, block));
  marked = [];
}

/** Scrolls the words into view and pulses them. Far blocks get their height only when near, so it looks again. */
function bring(words) {
  if (!words) return;
  const pane = $("#reader-text");
  const distance = Math.abs(words.getBoundingClientRect().top - pane.getBoundingClientRect().top);
  const near = distance < 1.5 * pane.clientHeight && !calm();
  const place = (behavior) => {
    const into = pane.getBoundingClientRect();
    const quote = words.getBoundingClientRect();
    const top = pane.scrollTop + quote.top - into.top - Math.max(24, (pane.clientHeight - quote.height) / 3);
    pane.scrollTo({ top, behavior });
  };
  place(near ? "smooth" : "auto");
  if (!near) requestAnimationFrame(() => requestAnimationFrame(() => words.isConnected && place("auto")));
  for (const piece of pane.querySelectorAll("mark.quote")) piece.classList.add("pulse");
}

function lost(error, at) {
  empty();
  $("#reader-title").textContent = error.status === 404 ? "This document is gone" : "This document cannot be shown";
  $("#reader-text").replaceChildren(
    el("p", { className: "empty" }, error.message),
    ...(at?.words ? [el("blockquote", { className: "gone", dir: "auto" }, at.words)] : []),
  );
}
