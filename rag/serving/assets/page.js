// Citations: one listener for the whole document, because messages are drawn again while they grow.
(() => {
  "use strict";

  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function show(section) {
    for (const other of document.querySelectorAll("section.sources")) {
      other.classList.toggle("older", other !== section);
    }
  }

  function open(link) {
    const card = document.getElementById(link.getAttribute("href").slice(1));
    if (!card) return;
    show(card.closest("section.sources"));
    const quote = card.querySelector("mark.quote") ?? card;
    quote.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "center" });
    card.focus({ preventScroll: true });
    card.classList.remove("flash");
    void card.offsetWidth; // restarts the animation of a card that is clicked twice
    card.classList.add("flash");
  }

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a.cite") : null;
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    open(link);
  }, true);

  // Gradio labels each message with its source, HTML and all; its text speaks for itself.
  new MutationObserver(() => {
    for (const message of document.querySelectorAll('#chat [data-testid][aria-label*="message:"]')) {
      message.removeAttribute("aria-label");
    }
  }).observe(document, { childList: true, subtree: true, attributeFilter: ["aria-label"] });
})();
