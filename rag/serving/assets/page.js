// Starts the page: each part listens on its own. Gradio draws the shells that they fill, so they wait for these.

import { start as answers } from "./answers.js";
import { start as asking, extras, turnedAway } from "./asking.js";
import { start as conversations, arrived, wanted } from "./conversations.js";
import { start as documents } from "./documents.js";
import { $, present } from "./dom.js";
import { start as drawers } from "./drawers.js";
import { start as reader } from "./reader.js";
import { start as settings } from "./settings.js";

// What Gradio's events call: see ui.py.
window.articlePage = { extras, turnedAway, wanted, arrived };

// The layout is whole once its last part is there.
await Promise.all(["#masthead h1", "#side h2", "#reader-text", "#dialogs dialog", "#question textarea"].map(present));
$("#question textarea").setAttribute("aria-label", "Your question");
drawers();
reader();
conversations();
settings();
asking();
answers();
documents();
