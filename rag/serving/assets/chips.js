// Chips: starters for an empty conversation, follow-ups after an answer, a rewording after a refusal.

import { $, $$, api, el } from "./dom.js";
import { ask, isRunning, keepInView } from "./asking.js";
import { current } from "./conversations.js";
import { chosen } from "./documents.js";

let offered = null; // what the chips on the page belong to

/** Draws the chips that belong to what is on the page now; the server has tried each question. */
export async function offer() {
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
  $("#chips").replaceChildren(...found.questions.map(chip));
  const card = last && $(".rephrase", last);
  if (card && found.rephrasing) card.replaceChildren("Perhaps: ", chip(found.rephrasing));
  keepInView(); // the chips took room from the last answer
}

function chip(question) {
  const button = el("button", { type: "button", className: "chip", dir: "auto" }, question);
  button.addEventListener("click", () => ask(question));
  return button;
}
