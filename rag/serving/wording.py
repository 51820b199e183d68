"""Questions that a sentence answers, made from its form: "The mill was built in 1890" gives "When was the mill built?".

Only forms that turn into a question without knowing grammar are taken, in English; whoever offers one asks it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text import plain

NAME_WORD = r"[A-Z\u00c0-\u00de][\w’'-]*\w"
_NAME = rf"{NAME_WORD}(?: (?:(?:of|the|al|bin|de|von|van|der) ){{0,2}}{NAME_WORD}){{0,4}}"
_SUBJECT = (
    rf"(?:^|[,;] (?:and |but |while )?(?=[A-Z]))(?P<subject>(?:[Tt]he )?{_NAME}(?:['’]s (?:[a-z-]+ ){{0,2}}[a-z-]+)?"
    rf"|[Tt]he (?:[a-z-]+ ){{1,3}}(?:of (?:the )?{_NAME} )?)\s?"
)
_ASIDE = r"(?:, [^,]{3,90},)? ?(?:also |too |then |later )?"
NAME = re.compile(rf"\b{_NAME}")
NO_NAME = frozenset(
    "a about after all also although an and another any are as at because before both but by can could did do does "
    "during each either even every few for from had has have he her here his how however i if in indeed into is it its "
    "just many meanwhile more moreover most mr mrs ms much my neither no nobody none nor not nothing now of on once "
    "one only or other our out over she should since so some somebody something still such than that the their then "
    "there therefore these they this those though through thus to today tomorrow two under until up was we were what "
    "when where whether which while who whose why will with would yes yesterday yet you your monday tuesday wednesday "
    "thursday friday saturday sunday january february march april may june july august september october november "
    "december".split()
)
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_TIME = rf"(?:in|on|since|from) (?:the \w+ of |early |late )?(?:\d{{1,2}} )?(?:{_MONTH}|\d{{4}})\b"
_FEW = r"(?i:(?:at least|about|around|more than|nearly|almost|some|over|up to) )?"
_NUMBER = r"(?i:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty)"
_THINGS = r"(?P<things>(?:[a-z-]+ )?(?:[a-z-]{3,}s|people|men|women|children))"
_PARTICIPLE = r"(?P<done>\w+(?:ed|en|ilt|old|ound|ought|aught|un|awn|own|et|ut))"
# Past forms whose base no rule gives, and those that end like them.
_PAST = {
    "began": "begin", "broke": "break", "became": "become", "built": "build", "bought": "buy", "sold": "sell",
    "won": "win", "lost": "lose", "wrote": "write", "left": "leave", "took": "take", "made": "make", "met": "meet",
    "founded": "found", "opened": "open", "closed": "close", "ended": "end", "started": "start", "joined": "join",
    "visited": "visit", "signed": "sign", "published": "publish", "captured": "capture", "died": "die",
    "announced": "announce", "denied": "deny", "promised": "promise", "proposed": "propose", "declared": "declare",
    "confirmed": "confirm", "invented": "invent", "discovered": "discover", "said": "say", "warned": "warn about",
    "ordered": "order", "demanded": "demand", "explained": "explain", "suggested": "suggest", "noted": "note",
    "ran": "run", "told": "tell", "observed": "observe", "remarked": "remark", "argued": "argue",
}  # fmt: skip
_TOLD = (
    "announced|denied|promised|proposed|declared|confirmed|warned|suggested|demanded|noted|explained|observed|remarked"
    "|argued|said"
)
_NOW = (
    "wants|hopes for|plans|expects|fears|demands|needs|offers|sells|supplies|provides|produces|makes|protects|supports"
    "|believes|recommends|suggests|argues|says"
)
_KEEPS = "has|have|employs|owns|holds|covers|counts|contains|includes|needs|serves|sells"
_FORMS = (
    ("why", rf"{_SUBJECT}(?P<be>is|are|was|were) (?P<rest>[^,;:]{{3,60}}?),? (?:because|owing to|due to|thanks to) "),
    ("how many", rf"^{_FEW}{_NUMBER} {_THINGS} (?P<done>(?:were|are|have been|had been) \w+ed|died|collapsed)\b"),
    ("how many has", rf"{_SUBJECT}{_ASIDE}(?P<now>{_KEEPS}) {_FEW}{_NUMBER} {_THINGS}\b"),
    ("when was", rf"{_SUBJECT}(?P<be>was|were) {_PARTICIPLE}\b[^,;:]{{0,40}}? {_TIME}"),
    ("when did", rf"{_SUBJECT}(?P<past>{'|'.join(_PAST)})\b(?P<rest>[^,;:]{{0,50}}?) {_TIME}"),
    ("of what", rf"{_SUBJECT}{_ASIDE}accused (?P<whom>{_NAME}) of\b"),
    ("what", rf"{_SUBJECT}{_ASIDE}(?P<now>{_NOW}) (?!to\b)"),
    ("what to do", rf"{_SUBJECT}{_ASIDE}(?P<now>wants|hopes|plans) to\b"),
    ("where was", rf"{_SUBJECT}{_ASIDE}(?P<be>was|were) (?P<done>born|held|found|arrested|buried) (?:in|at|near) "),
    ("where does", rf"{_SUBJECT}{_ASIDE}(?P<now>lives|works|lies|stands) (?:in|at|near|on) "),
    ("whom", rf"{_SUBJECT}{_ASIDE}told (?P<whom>{_NAME})\b"),
    ("told", rf"{_SUBJECT}{_ASIDE}(?P<past>{_TOLD})\b"),
)  # fmt: skip
_WORDINGS = {
    "why": "Why {be} {subject} {rest}",
    "how many": "How many {things} {done}",
    "how many has": "How many {things} does {subject} {base}",
    "when was": "When {be} {subject} {done}",
    "when did": "When did {subject} {did}{rest}",
    "of what": "What did {subject} accuse {whom} of",
    "what": "What does {subject} {base}",
    "what to do": "What does {subject} {base} to do",
    "where was": "Where {be} {subject} {done}",
    "where does": "Where does {subject} {base}",
    "whom": "What did {subject} tell {whom}",
    "told": "What did {subject} {did}",
}
_MOST_WORDS = 7
_LONGEST = 400  # characters of a sentence that still has one form
# What stands around a person's name: what they say or do, or what they are.
_PERSON_AFTER = (
    r"(?:,? who\b|, (?:an?|the|\d\d)\b|(?:, [^,]{3,60},)? (?:also )?(?:said|says|told|added|noted|runs|leads|lives"
    r"|wrote|was born|works|became|founded|owns|believes|thinks|argued|argues|confirmed|accused)\b)"
)
_PERSON_BEFORE = (
    r"(?:president|minister|director|manager|analyst|spokes\w+|leader|mayor|author|professor|pilot|engineer"
    r"|judge|chief|chair\w*|doctor|Mr\.?|Mrs\.?|Ms\.?|Dr\.?),? "
)
_READ = tuple((kind, re.compile(form)) for kind, form in _FORMS)


def questions_of(sentence: str) -> Iterator[str]:
    """Questions that the sentence answers if its form is what it seems."""
    line = " ".join(sentence.split())
    if len(line) > _LONGEST:
        return
    for kind, form in _READ:
        if (match := form.search(line)) and (said := _asked(kind, match.groupdict())):
            yield f"{said}?"


def about(name: str, text: str = "") -> str:
    """A question about a name, by what the text shows it to be: a person, a thing with an article, or neither."""
    told = re.escape(name)
    if " " in name and re.search(rf"\b{told}{_PERSON_AFTER}|(?i:{_PERSON_BEFORE}){told}", text):
        return f"Who is {name}?"
    called = f"the {name}" if re.search(rf"\b[Tt]he {told}\b", text) else name
    several = name.partition(" of ")[0].endswith("s")
    if " " in name and called != name and not several:
        return f"What is {called}?"
    return f"What do the documents say about {called}?"


def _asked(kind: str, found: dict[str, str | None]) -> str:
    """The question, without its mark; empty when the subject is none."""
    subject = (found.get("subject") or "").strip()
    opens = plain(subject.split(" ")[0])
    if len(subject.split()) > _MOST_WORDS or (opens != "the" and opens in NO_NAME):
        return ""
    if kind == "told" and not NAME.search(subject.removeprefix("The ")):
        return ""  # "The sources said": who they are stands elsewhere
    subject = f"the {subject[4:]}" if subject.startswith("The ") else subject
    parts = {
        **{name: value or "" for name, value in found.items()},
        "subject": subject,
        "base": _base(found.get("now") or ""),
        "did": _PAST.get(found.get("past") or "", ""),
        "rest": (found.get("rest") or "").rstrip(),
    }
    return _WORDINGS[kind].format(**parts)


def _base(verb: str) -> str:
    """The base of a verb in the third person: "supplies", "wants", "hopes for", "has"."""
    word, _, particle = verb.partition(" ")
    if word in ("has", "have"):
        word = "have"
    elif word.endswith("ies"):
        word = f"{word[:-3]}y"
    else:
        word = word.removesuffix("s")
    return f"{word} {particle}".strip()
