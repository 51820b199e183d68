// What every other script of the page uses: elements made of text, requests to our own server, news for screen readers.
// Whatever comes from a document, a title, a file name or a question enters the page through `el`, as text.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** An element with properties and children; a child that is no element becomes text, never markup. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** JSON from our own server. Throws an Error whose message is fit to be shown. */
export async function api(path, { method = "GET", json, signal } = {}) {
  const options = { method, signal, credentials: "same-origin", cache: "no-cache" };
  if (json !== undefined) {
    options.body = JSON.stringify(json);
    options.headers = { "Content-Type": "application/json" };
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer; is it still running?");
  }
  if (!response.ok) throw await failure(response);
  return response.status === 204 ? null : response.json();
}

/** The error that a refused request carries. */
export async function failure(response) {
  const told = await response.json().catch(() => ({}));
  const error = new Error(told.message ?? `The server refused this (${response.status}).`);
  error.status = response.status;
  return error;
}

/** Says something to those who listen instead of looking, and shows it for a moment to those who look. */
export function say(text, { error = false } = {}) {
  const line = $("#news");
  if (!line) return;
  line.textContent = text;
  line.classList.toggle("error", error);
  line.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => line.classList.remove("shown"), error ? 9000 : 4000);
}

/** Resolves with the element once it is in the document. */
export function present(selector) {
  const found = $(selector);
  if (found) return Promise.resolve(found);
  return new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      const now = $(selector);
      if (!now) return;
      watch.disconnect();
      resolve(now);
    });
    watch.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "id"] });
  });
}

/** "3 passages", "1 passage". */
export const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

/** A date as a reader writes it; whatever is no ISO date stays as it is. */
export function day(text, month = "long") {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(text ?? "");
  if (!parts) return text ?? "";
  const date = new Date(Date.UTC(+parts[1], +parts[2] - 1, +parts[3]));
  return date.toLocaleDateString("en-GB", { day: "numeric", month, year: "numeric", timeZone: "UTC" });
}

/** Asks in a modal dialog of the page; resolves with whether it was confirmed. */
export function confirmed(title, text, action) {
  const dialog = $("#confirm");
  $("h2", dialog).textContent = title;
  $("p", dialog).textContent = text;
  $("button[value=yes]", dialog).textContent = action;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
