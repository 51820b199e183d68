"""Friendly lines for what is no question about the documents. Knows nothing of them."""

from __future__ import annotations

import re

_ADDRESS = r"(?:\s+(?:there|all|everyone|bot|chatbot|friend|you|so much|very much|a lot|again))*"
_LINES = (
    (
        rf"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)){_ADDRESS}",
        "Hello! Ask me anything about the documents; I answer with quotes you can check.",
    ),
    (
        rf"(?:ok(?:ay)?[ ,]*)?(?:thanks|thank you|thx|ty|cheers|great|perfect|nice|cool|many thanks){_ADDRESS}",
        "You're welcome. Ask on whenever you like.",
    ),
    (rf"(?:bye|goodbye|good bye|see you|see ya|good night|farewell){_ADDRESS}", "Goodbye!"),
    (rf"how are you(?: doing)?(?: today)?{_ADDRESS}", "All is well, thank you. What would you like to know?"),
    (
        r"(?:what can you (?:do|help (?:me )?with)|who are you|what are you|help|how (?:does this|do you) work|"
        r"what (?:can|should|may) i ask(?: you)?)(?: here| for me)?",
        "I answer questions about the documents listed here. Every answer quotes the exact sentences it rests on, and "
        "when the documents do not say something, I tell you so. Ask for a name, a date, a reason or a list.",
    ),
)


def reply(question: str) -> str:
    """A friendly line for a greeting, thanks, goodbye or "what can you do?"; empty for everything else."""
    bare = re.sub(r"[^\w\s,]", "", question.lower().replace("'", "")).strip(" ,")
    bare = re.sub(r"\s*,\s*", " ", bare)
    return next((line for pattern, line in _LINES if re.fullmatch(pattern, bare)), "")
