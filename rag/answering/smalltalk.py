"""Friendly lines for what is no question about the documents. Knows nothing of them."""

from __future__ import annotations

import re

_TO = r"(?:there|all|everyone|bot|chatbot|friend|you|so much|very much|a lot|again|today|then|now)"
_ADDRESS = rf"(?: {_TO})*"
_HELP = r"(?: for (?:your|the|all your) (?:help|answers?|time))?"
# Where several are said at once, the one that stands further down here is answered.
_LINES = (
    (rf"(?:bye|goodbye|good bye|see you|see ya|good night|farewell){_ADDRESS}(?: (?:later|soon))?", "Goodbye!"),
    (
        r"(?:ok|okay|yes|no|sure|right|all ?right|i see|got it|never ?mind|sorry|lol|wow)",
        "All right. What would you like to know about the documents?",
    ),
    (
        rf"(?:ok(?:ay)? )?(?:many )?(?:thanks|thank you|thx|ty|cheers|merci|danke|gracias|grazie){_ADDRESS}{_HELP}|"
        r"(?:that|this) (?:was|is) (?:very |really )?(?:helpful|great|useful|nice)|(?:very )?helpful|"
        r"great|perfect|nice|cool|awesome|excellent|brilliant|well done|(?:great|good|nice) (?:answer|job|work|one)",
        "You're welcome. Ask on whenever you like.",
    ),
    (
        rf"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)){_ADDRESS}|nice to meet you|"
        r"hola|hallo|bonjour|salut|ciao|merhaba|guten (?:tag|morgen|abend)|buenos d[ií]as",
        "Hello! Ask me anything about the documents; I answer with quotes you can check.",
    ),
    (rf"(?:how are you(?: doing)?|whats up){_ADDRESS}", "All is well, thank you. What would you like to know?"),
    (
        r"(?:what can you (?:do|help (?:me )?with)|what are you(?: able to do)?|what do you do|"
        r"(?:please )?help(?: me)?(?: please)?|(?:how )?can you help(?: me)?(?: please)?|how (?:does this|do you) work|"
        r"what(?: questions| sort of questions)? (?:can|should|may) i ask(?: you)?|"
        r"who are you|what is your name|are you (?:a |an )?(?:bot|robot|chatbot|ai|human|person))(?: here| for me)?",
        "I answer questions about the documents listed here. Every answer quotes the exact sentences it rests on, and "
        "when the documents do not say something, I tell you so. Ask for a name, a date, a reason or a list.",
    ),
)
_END = re.compile(r"[.,;:!?…]+|\band\b")


def reply(question: str) -> str:
    """A friendly line where all that is said is greeting, thanks, goodbye or "what can you do?"; else empty."""
    plain = re.sub(r"['’]", "", question.lower())
    said = [" ".join(re.findall(r"\w+", part)) for part in _END.split(plain)]
    told = [part for part in said if part and not re.fullmatch(_TO, part)]
    known = [next((at for at, (shape, _) in enumerate(_LINES) if re.fullmatch(shape, part)), -1) for part in told]
    return _LINES[max(known)][1] if known and min(known) >= 0 else ""
