// The documents: which are asked, what is indexed of them, adding and deleting. What a visitor adds is theirs alone.

import { $, $$, api, confirmed, count, day, el, failure, present, say } from "./dom.js";
import { forget, isOpen, open } from "./reader.js";

const LEFT_OUT = "left-out"; // in sessionStorage: ids that are not asked
let known = [];

const leftOut = () => new Set(JSON.parse(sessionStorage.getItem(LEFT_OUT) ?? "[]"));

/** The ids to ask, or null for all of them. */
export function chosen() {
  const out = leftOut();
  const ids = known.filter((one) => !out.has(one.id)).map((one) => one.id);
  return ids.length === known.length ? null : ids;
}

/** Draws the list again. */
export async function refresh() {
  try {
    known = await api("page/documents");
  } catch (error) {
    say(error.message, { error: true });
    return;
  }
  $("#documents").replaceChildren(...known.map(item));
  $("#no-documents").hidden = known.length > 0;
  tell();
  if (!isOpen() && known.length) open(known[0].id, { focus: false });
  document.dispatchEvent(new Event("documents-changed"));
}

function item(one) {
  const box = el("input", { type: "checkbox", checked: !leftOut().has(one.id), "aria-label": `Ask “${one.title}”` });
  box.addEventListener("change", () => {
    const out = leftOut();
    if (box.checked) out.delete(one.id);
    else out.add(one.id);
    sessionStorage.setItem(LEFT_OUT, JSON.stringify([...out]));
    tell();
    document.dispatchEvent(new Event("documents-changed"));
  });
  const title = el("button", { type: "button", className: "name", dir: "auto", title: "Read" }, one.title);
  title.addEventListener("click", () => open(one.id));
  const about = [count(one.passages, "passage"), one.own ? "yours" : "", day(one.published, "short"), `added ${day(one.added, "short")}`];
  const meta = el("span", { className: "meta" }, ...about.filter(Boolean).flatMap((part) => [el("span", {}, part), " "]));
  const row = el("li", {}, box, el("div", { className: "what" }, title, meta));
  if (one.own) {
    const remove = el("button", { type: "button", className: "icon", title: "Delete", "aria-label": `Delete “${one.title}”` });
    remove.append("✕");
    remove.addEventListener("click", () => discard(one));
    row.append(remove);
  }
  return row;
}

function tell() {
  const ids = chosen();
  const line = $("#scope");
  line.classList.toggle("none", ids?.length === 0);
  if (!known.length || ids === null) line.textContent = "";
  else if (!ids.length) line.textContent = "No document is ticked, so nothing can be asked.";
  else line.textContent = `Only ${ids.length} of ${known.length} documents are asked.`;
}

async function discard(one) {
  const text = `“${one.title}” is deleted from the index with all its passages. Old answers keep their quotes.`;
  if (!(await confirmed("Delete this document?", text, "Delete"))) return;
  try {
    await api(`page/documents/${encodeURIComponent(one.id)}`, { method: "DELETE" });
    forget(one.id);
    say("The document is deleted.");
  } catch (error) {
    say(error.message, { error: true });
  }
  await refresh();
}

// ---- adding -----------------------------------------------------------------------------------------------------

/** One line of the list of what is being added. */
function ticket(name) {
  const bar = el("progress", { "aria-label": `Progress of ${name}` });
  const told = el("span", { className: "meta" }, "waiting");
  const line = el("li", { className: "ticket" }, el("span", { className: "name", dir: "auto" }, name), bar, told);
  $("#tickets").append(line);
  return {
    name,
    working(text) {
      told.textContent = text;
    },
    ended(text, failed) {
      bar.remove();
      told.textContent = text;
      line.classList.add(failed ? "failed" : "done");
      if (!failed) {
        setTimeout(() => line.remove(), 6000);
        return;
      }
      const close = el("button", { type: "button", className: "icon", "aria-label": `Dismiss ${name}` }, "✕");
      close.addEventListener("click", () => line.remove());
      line.append(close);
    },
  };
}

/** Sends one thing to be added; its line says what became of it. Returns how many passages it brought. */
async function add(path, body, headers, line) {
  line.working("reading and indexing");
  try {
    const response = await fetch(path, { method: "POST", body, headers, credentials: "same-origin" });
    if (!response.ok) throw await failure(response);
    const told = await response.json();
    line.ended(told.failed?.replace(`${line.name}: `, "") ?? `${OUTCOMES[told.outcome]} · ${count(told.passages, "passage")}`, Boolean(told.failed));
    return told.failed ? 0 : told.passages;
  } catch (error) {
    line.ended(error instanceof TypeError ? "The server does not answer; is it still running?" : error.message, true);
    return 0;
  }
}

const OUTCOMES = { added: "added", replaced: "replaced the older text", unchanged: "was here already" };

async function addFiles(files) {
  const waiting = [...files].map((file) => [file, ticket(file.name)]);
  const bar = el("progress", { max: waiting.length, value: 0, "aria-label": "Documents added" });
  const told = el("span", { className: "meta", role: "status" });
  const whole = el("li", { className: "ticket whole" }, told, bar);
  if (waiting.length > 1) $("#tickets").prepend(whole);
  let passages = 0;
  for (const [place, [file, line]] of waiting.entries()) {
    told.textContent = `${place} of ${count(waiting.length, "document")} · ${count(passages, "passage")}`;
    const form = new FormData();
    form.append("file", file);
    passages += await add("page/documents/file", form, undefined, line);
    bar.value = place + 1;
  }
  whole.remove();
  forget();
  await refresh();
}

async function addJson(path, json, name) {
  await add(path, JSON.stringify(json), { "Content-Type": "application/json" }, ticket(name));
  forget();
  await refresh();
}

function dialogs() {
  const address = $("#add-address");
  address.addEventListener("close", () => {
    const url = $("input", address).value.trim();
    if (address.returnValue === "add" && url) addJson("page/documents/address", { url }, url);
  });
  const text = $("#add-text");
  text.addEventListener("close", () => {
    const title = $("input", text).value.trim();
    const pasted = $("textarea", text).value;
    if (text.returnValue === "add" && pasted.trim()) {
      addJson("page/documents/text", { title, text: pasted }, title || "Pasted text");
    }
  });
  for (const [button, dialog] of [["#open-address", address], ["#open-text", text]]) {
    $(button).addEventListener("click", () => {
      $("form", dialog).reset();
      dialog.returnValue = "";
      dialog.showModal();
    });
  }
}

function drops() {
  const side = $("#side");
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    side.addEventListener(kind, (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      side.classList.toggle("drop", kind === "dragover");
      if (kind === "drop") addFiles(event.dataTransfer.files);
    });
  }
}

/** Buttons and dialogs at once; the list when the models are loaded. */
export async function start() {
  const files = $("#files");
  $("#open-files").addEventListener("click", () => files.click());
  files.addEventListener("change", () => {
    addFiles(files.files);
    files.value = "";
  });
  dialogs();
  drops();
  await present("#status .status-ready");
  for (const button of $$("#side .adder")) button.disabled = false;
  await refresh();
}
