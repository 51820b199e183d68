// A document's text as blocks of sentences, drawn with or without the marks of a citation.
// Offsets from the server count Unicode characters; a browser counts UTF-16 units, which differ beyond the BMP.

import { el } from "./dom.js";

/** Lines with the line breaks that end them, in UTF-16 units, each with the sentences that begin in it. */
export function split({ text, sentences }) {
  const astral = /[\ud800-\udbff]/.test(text);
  const units = converter({ info: { text }, astral });
  const starts = sentences.map(([start]) => ({ start: units(start), id: `s-${start}` }));
  let next = 0;
  const blocks = [];
  for (const found of text.matchAll(/[^\n]*\n+|[^\n]+$/g)) {
    const block = { start: found.index, end: found.index + found[0].length, node: null, sentences: [] };
    while (next < starts.length && starts[next].start < block.end) block.sentences.push(starts[next++]);
    // The signs of a Markdown heading are set apart so that they need not be seen.
    block.words = block.start + (/^#{1,6} (?=\S)/.exec(found[0])?.[0].length ?? 0);
    blocks.push(block);
  }
  return { blocks, astral };
}

/** Draws a block: each sentence has its first character's number as an id. The pieces' text is the block's text. */
export function paint(text, block, ranges = {}) {
  const edges = [...block.sentences, { start: block.end }];
  const before = pieces(text, block, [block.start, edges[0].start], ranges);
  const drawn = block.sentences.map(({ start, id }, place) =>
    el("span", { id }, ...pieces(text, block, [start, edges[place + 1].start], ranges)),
  );
  block.node.replaceChildren(...before, ...drawn);
}

/** Some of a block as pieces: plain, signs of a heading, tinted passage, quote, answering words. */
function pieces(text, block, [start, end], ranges) {
  const cuts = new Set([start, end]);
  for (const range of [...Object.values(ranges), [block.words]]) {
    for (const cut of range ?? []) if (start < cut && cut < end) cuts.add(cut);
  }
  const edges = [...cuts].sort((one, other) => one - other);
  const within = (range, at) => range && range[0] <= at && at < range[1];
  return edges.slice(0, -1).map((edge, place) => {
    const words = text.slice(edge, edges[place + 1]);
    if (within(ranges.phrase, edge)) return el("mark", { className: "quote phrase" }, words);
    if (within(ranges.quote, edge)) return el("mark", { className: "quote" }, words);
    if (edge < block.words) return el("span", { className: "hash" }, words);
    return within(ranges.passage, edge) ? el("span", { className: "passage" }, words) : words;
  });
}

/** CRC-32 of the words of a text, as the server takes it: see place() in render.py. */
export function sum(text) {
  let rest = 0xffffffff;
  for (const byte of new TextEncoder().encode(text.replace(/[ \t\n\r]+/g, " ").replace(/^ | $/g, ""))) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ((rest ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

/** A function from character offsets to UTF-16 offsets of a document; quick for offsets that rise. */
export function converter({ info: { text }, astral }) {
  if (!astral) return (offset) => offset;
  let unit = 0;
  let passed = 0;
  return (offset) => {
    if (offset < passed) unit = passed = 0;
    for (; passed < offset && unit < text.length; passed += 1) unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
    return unit;
  };
}
