// Sidebar and reader as drawers where the window is too narrow for panes, and where Esc leads.

import { $, $$ } from "./dom.js";

const DRAWERS = { side: "#side", reader: "#reader" };
// The same widths as in layout.css: below them the pane is a drawer.
const NARROW = { side: "(max-width: 1179px)", reader: "(max-width: 819px)" };

/** Whether a pane is a drawer at this width. */
export const isDrawer = (name) => window.matchMedia(NARROW[name]).matches;

/** Opens a pane's drawer; nothing happens where the pane is always there. */
export function openDrawer(name) {
  if (!isDrawer(name)) return;
  closeDrawers({ focus: false });
  document.body.classList.add(`open-${name}`);
  reflect();
}

/** Closes whichever drawer is open; the keyboard goes back to the question. */
export function closeDrawers({ focus = true } = {}) {
  const open = Object.keys(DRAWERS).filter((name) => document.body.classList.contains(`open-${name}`));
  for (const name of open) document.body.classList.remove(`open-${name}`);
  reflect();
  if (focus && open.length) toQuestion();
}

/** Puts the keyboard into the question box; not a finger's, which would slide over what there is to read. */
export function toQuestion() {
  if (window.matchMedia("(pointer: coarse)").matches) return;
  $("#question textarea")?.focus();
}

function reflect() {
  const open = Object.keys(DRAWERS).some((name) => document.body.classList.contains(`open-${name}`));
  for (const behind of ["#top", "#conversation"]) $(behind).inert = open;
  for (const button of $$("button[aria-controls]")) {
    const name = Object.keys(DRAWERS).find((one) => DRAWERS[one] === `#${button.getAttribute("aria-controls")}`);
    if (name) button.setAttribute("aria-expanded", String(document.body.classList.contains(`open-${name}`)));
  }
}

/** The buttons that open drawers, the veil behind them, and Esc. */
export function start() {
  for (const [name, selector] of Object.entries(DRAWERS)) {
    const button = $(`button[aria-controls="${selector.slice(1)}"]`);
    button.addEventListener("click", () => {
      if (document.body.classList.contains(`open-${name}`)) return closeDrawers();
      openDrawer(name);
      $(`${selector} button, ${selector} [tabindex]`)?.focus();
      return undefined;
    });
  }
  for (const selector of ["#veil", "#side-close", "#reader-close"]) {
    $(selector).addEventListener("click", () => closeDrawers());
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || $("dialog[open]")) return;
    closeDrawers({ focus: false });
    toQuestion();
  });
  for (const query of Object.values(NARROW)) {
    window.matchMedia(query).addEventListener("change", () => closeDrawers({ focus: false }));
  }
}
