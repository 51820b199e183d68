"""Takes off a question what only frames it: "According to the article, ...", "Can you tell me ...?". No documents here.

Words such as "article" and "mention" are not what is asked, yet a search would look for them, and a reader would point
at "the article's photograph".
"""

from __future__ import annotations

import re

from rag.answering.question import kind_of

_THING = (
    r"(?:the|this|that|these|those|your|my) (?:news |whole |given |provided |original )?"
    r"(?:article|text|documents?|story|piece|page|corpus|account|passages?)"
)
_ASKING = r"(?:wh(?:o|om|ose|at|ich|en|ere|y)|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would)\b"
_SAYS = r"(?:say|state|mention|claim|report|tell|suggest|argue|note|indicate|imply|explain)"
_SOURCE = r"(?:according to|based on|as per|per|going by|judging by)"
_POLITE = re.compile(
    r"^(?:(?:so|ok|okay|well|hi|hello|hey|please|now|and)\b[, ]*)*"
    r"(?:(?:can|could|would|will) you (?:please |kindly )?(?:tell|remind|inform|explain(?: to)?|show)(?: me| us)?"
    r"|(?:please |just )?(?:tell|remind) (?:me|us)|(?:please )?let me know|do you (?:happen to )?know|i wonder"
    r"|i(?:['’]d| would)? (?:like|want|need|love) to (?:know|learn|understand|find out|hear)"
    r"|i(?:['’]m| am| was) (?:wondering|curious)|(?:do you have )?any idea)"
    r"[,:]? (?:(?P<about>(?:more |something |anything |everything |all )?about )|(?P<whether>(?:if|whether) )"
    rf"|(?={_ASKING}))",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^(?:can|could|would|will) you (?:please |kindly )?(?=(?:explain|describe|list|name|compare|give)\b)",
    re.IGNORECASE,
)
# "who Ann is", left of "tell me who Ann is".
_INDIRECT = re.compile(
    r"^(?P<ask>who|what|where|when|how) (?P<topic>\w.*?) (?P<be>is|are|was|were)(?=\W*$)", re.IGNORECASE
)
_LEADING = re.compile(rf"^(?:{_SOURCE}|in|from) {_THING}(?: (?:above|here))?(?:, ?| (?={_ASKING}))", re.IGNORECASE)
_TRAILING = re.compile(
    rf",? (?:{_SOURCE}|(?:as (?:described|stated|told|reported|given|mentioned|said) )?(?:in|by)) {_THING}"
    r"(?: (?:above|here))?(?=\W*$)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    rf"^(?:what (?:does|did|do) {_THING} (?:say|tell us|report|state|mention|write) (?:about|of|on|regarding)"
    rf"|(?:does|did|do) {_THING} (?:ever |even |also )?(?:mention|discuss|cover|name|refer to|talk about|deal with"
    r"|touch on|(?:say|tell us) anything about)|is there (?:anything|something) about) (?P<topic>.+)$",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    rf"^(?:does|did|do) {_THING} {_SAYS}(?: us)?(?: that| whether| if)? (?P<claim>\w.+)$", re.IGNORECASE
)
_DESCRIBED = re.compile(
    rf"^how (?:does|did|do) {_THING} (?P<verb>describe|portray|depict|present|explain) (?P<topic>.+?)(?=\W*$)",
    re.IGNORECASE,
)
_SAID = re.compile(rf" (?:does|did|do) {_THING} {_SAYS}(?: us)?(?: that)?(?= \w)", re.IGNORECASE)
_LEAST_WORDS = 3


def unframed(question: str) -> str:
    """The question without its frame, asked directly; as it is when nothing frames it or little would be left.

    "In the article, who is Ann?" becomes "Who is Ann?", "Can you tell me about Ann?" "What is said about Ann?".
    """
    if kind_of(question) == "overview":
        return question
    asked = _directly(question)
    asked = _LEADING.sub("", asked)
    asked = _TRAILING.sub("", asked)
    asked = _of_the_text(asked)
    if asked == question or len(asked.split()) < _LEAST_WORDS:
        return question
    asked = asked.rstrip(" .?!")
    return f"{asked[:1].upper()}{asked[1:]}?"


def _directly(question: str) -> str:
    """As the first words of a question: "tell me who Ann is" becomes "who is Ann"."""
    match = _POLITE.match(question)
    if match is None:
        return _ORDER.sub("", question)
    asked = question[match.end() :]
    if match["about"]:
        return f"what is said about {asked}"
    if match["whether"]:
        return f"is it that {asked}"
    return _INDIRECT.sub(r"\g<ask> \g<be> \g<topic>", asked)


def _of_the_text(question: str) -> str:
    """As a question of things: "what does the text say about Ann?" becomes "what is said about Ann"."""
    if match := _ABOUT.match(question):
        return f"what is said about {match['topic']}"
    if match := _WHETHER.match(question):
        return f"is it that {match['claim']}"
    if match := _DESCRIBED.match(question):
        verb = match["verb"]
        return f"how is {match['topic']} {verb}{'d' if verb.endswith('e') else 'ed'}"
    return _SAID.sub("", question)
