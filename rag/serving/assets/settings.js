// The settings drawer: where things are kept, and deleting all that is the visitor's.

import { $, api, confirmed, el, say } from "./dom.js";

async function describe() {
  const list = $("#kept");
  try {
    const told = await api("page/about");
    list.replaceChildren(...told.kept.flatMap(([what, where]) => [el("dt", {}, what), el("dd", {}, where)]));
  } catch (error) {
    say(error.message, { error: true });
  }
}

async function erase() {
  const text = "Your conversations, your feedback and the documents that you added are deleted for good.";
  if (!(await confirmed("Delete all your data?", text, "Delete my data"))) return;
  try {
    await api("page/data", { method: "DELETE" });
  } catch (error) {
    say(error.message, { error: true });
    return;
  }
  sessionStorage.clear();
  $("#question textarea").value = ""; // which the page would keep over the reload
  window.location.reload();
}

/** The button that opens it, and what it can do. */
export function start() {
  $("#open-settings").addEventListener("click", () => {
    $("#settings").showModal();
    describe();
  });
  $("#erase").addEventListener("click", () => {
    $("#settings").close();
    erase();
  });
}
