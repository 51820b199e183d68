"""What gives a line away as page furniture: its shape, and the words of controls found on any site.

Knows single lines only, and no site: where a line stands, and whether to drop it, is decided in `clean`.
"""

from __future__ import annotations

import re

from rag.documents.tongues import CONTROLS

_PICTURE = r"(?:photo(?:graph)?|image|picture|illustration|foto(?:graf\w*|ğraf)?|фото|bild|crédit|credit)s?"
_UPPER = "A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩЀ-Я"
_NAME = rf"[{_UPPER}][\w.'’-]*"
_NAMES = rf"{_NAME}(?: {_NAME}){{0,4}}"
_CREDITS = (
    # "... (Photo by Jane Doe / Agency)", any number of brackets
    rf"\((?i:{_PICTURE})\b[^()]*\)\s*$",
    rf"\({_NAME}(?: {_NAME})+ ?/ ?{_NAMES}(?: ?/ ?{_NAMES})*\)\s*$",
    rf"[.!?] \({_NAMES}: {_NAME}(?: {_NAME}){{1,3}}\)\s*$",
    # "Photograph: Jane Doe/Agency", alone or after the caption's sentence
    rf"(?:^|[.!?|] ?\s)(?i:{_PICTURE})(?i:\s+(?:by|courtesy|credit)\b|\s+(?:source|caption)\b|\s*[:©])\s*.{{2,90}}$",
    # "... on Monday. Jane Doe/Agency", in any language "Picture: Jane Doe/Agency"
    rf"(?:^|[.!?:] ){_NAME}(?: {_NAME}){{1,3}} ?/ ?{_NAMES}$",
    # "© Jane Doe / Agency" at a caption's end
    rf"[.!?] ©\s*{_NAME}.{{0,60}}$",
)
_CREDIT = re.compile("|".join(f"(?:{shape})" for shape in _CREDITS))

_PRICE = r"(?:[$€£¥₹] ?\d[\d.,]*|(?<![\d.,])\d[\d.,]* ?(?:[$€£¥₹]|USD|EUR|GBP))"
_SOCIAL = (
    r"(?:facebook|twitter|x|whatsapp|linkedin|instagram|youtube|telegram|reddit|pinterest|tiktok|messenger|bluesky)"
)
_ACCOUNT = r"(?:(?:sign|log)[ -]?(?:in|up|out|on)|register|subscribe|create (?:an )?account|my account)"
_THING = r"(?:this|the)? ?(?:article|story|page|post|link|more|now)?"
_LEGAL = r"(?:privacy|cookies?|legal|terms|accessibility|imprint|contact|about us|advertise|careers|help)"

# Whole short lines only, compared without case. Each name is one kind of evidence.
_LINES = {
    "control": (
        r"(?:skip|jump) to\b.*|(?:open |close |toggle |main )*(?:menu|search|navigation)|close(?: window)?|back to top",
        r"(?:previous|next)(?: (?:article|post|story|page))?|(?:story|article) continues .*",
        rf"(?:.*[?.!|] )?{_ACCOUNT}(?: (?:now|today|here|free|for free))?",
        rf"(?:share|tweet|print|e-?mail|save|bookmark|copy|listen(?: to)?|pin) ?{_THING}(?: (?:on|via|by|to) .*)?",
        r"(?:accept|reject|allow|decline|manage|customi[sz]e)(?: (?:all|cookies|preferences|settings|choices))+",
        r"(?:read|load|show|view|see|discover|watch|learn) (?:more|all|less|full)\b.*|(?:click|tap) here\b.*",
        r"(?:donate|give|contribute)(?: \w+)? (?:now|today|here)|maybe later|not now|no,? thanks|reply|report",
        r"(?:advertisement|advert|sponsored(?: content)?|promoted(?: content)?|continue reading|loading)\b.*",
    ),
    "social": (
        rf"(?:follow|find|like|join) us\b.*|(?:{_SOCIAL}[\s,|/·•]*){{2,}}|(?:follow|share)\b.*\b{_SOCIAL}(?: e-?mail)?",
        rf"(?:[^\W\d]+ ){{0,3}}(?!x\b){_SOCIAL}|{_SOCIAL}(?: \([\w ]+\))?",
    ),
    "count": (
        r"[\d.,]+[km]? (?:comments?|shares?|likes?|views?|replies|reactions)|comments? ?\(?\d+\)?",
        r"\d+[ -]?min(?:ute)?s?(?:['’])?(?: read)?|reading time\b.*|(?:last )?updated \d+ \w+ ago|\d+ \w+ ago",
    ),
    "footer": (
        rf"{_LEGAL}\b[\w ]*(?:[|·•,/&-] ?{_LEGAL}\b[\w ]*)+",
        r"(?:privacy|cookies?) (?:policy|notice|settings|preferences|statement)",
        r"terms (?:of|and|&) (?:use|service|sale|conditions|privacy)(?: of \w+)?",
        r"(?:contact|about) us|advertise with us|site ?map|do not sell .*",
        r".*(?:©|\(c\)|copyright) ?(?:\d{4}|.*\d{4}).*|.*\ball rights reserved\b.*|© ?\w.*",
    ),
    "credit": (r".*\bcopyright\b.*\bprohibited\b.*",),
    "price": (rf"(?:only |from |just )?{_PRICE}(?: ?(?:/|per|a|pro|par) ?\w+){{0,2}}",),
    "breadcrumb": (r"[\w&' -]{2,30}(?: ?[>›»] ?[\w&' -]{2,60}){1,6}|home(?: ?[/|] ?[\w&' -]{2,40}){1,6}",),
    "row": (r"[\w&' -]{2,25}(?: ?[|·•] ?[\w&' -]{2,25}){2,}",),
    "section": (
        r"(?:related|recommended|trending|popular|most (?:read|popular|viewed|shared)|top (?:stories|news))\b.*",
        r"(?:(?:read|up|what to read)(?: this)? next|also read|read also|latest (?:news|stories|articles|from))\b.*",
        r"more (?:from|on|in|like|stories|news|articles|coverage)\b.*",
        r"(?:you (?:may|might) (?:also|like)|in this (?:section|topic)|(?:editors?['’]?s? )?picks)\b.*",
    ),
    "about": (r"(?:tags?|filed under|topics|categories)(?: ?:.*)?|(?:about|more by) the authors?|author bio",),
    "comments": (
        r"\d+ (?:thoughts?|comments?|responses?|replies) (?:on|to) .*",
        r"(?:leave|post|add|write|join) \w+ (?:comment|reply|conversation|discussion)|comments?",
    ),
}
_SIGNS = tuple(
    (kind, re.compile("|".join(f"(?:{shape})" for shape in (*shapes, *CONTROLS.get(kind, ()))), re.I))
    for kind, shapes in _LINES.items()
)
# Most words of a label that ends with a full stop; a longer one is a sentence.
_LABELS = {"control": 4, "section": 4, "social": 2}
_BULLET = re.compile(r"^[-*•‣▪◦+]\s+")
_BETWEEN = re.compile(r"\s*[|·•]\s*")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")

_ACTION = re.compile(
    r"\b(?:subscri\w+|sign(?:ing)?[ -]?(?:in|up)|log(?:ging)? ?in|regist(?:er|ering|ration)|donat\w+|cookies?|consent|"
    r"download|click\w*|tap|follow|trial|discount|gift|advert\w*|app|offers?|unlimited|sponsor\w*|browser|"
    r"free|support|settings|preferences|unlock|coupon|deals?)\b",
    re.I,
)
_PRICED = re.compile(_PRICE, re.I)
_ADDRESS = re.compile(r"\b(?:you|your|yours|we|our|ours|us)\b(?!\.)", re.I)
_US = re.compile(r"\bUS\b")
_QUOTED = re.compile(r"[\"“«„][^\"”»“]*(?:[\"”»“]|$)")
_UPDATED = re.compile(
    r"[*_(\[]*[^.:]{0,30}\b(?:editor|correct|clarif|updat|amend)\w*[^.:]{0,30}: \S"
    r"|[^.:]{0,60}\b(?:was|were|has been|have been) (?:edited|corrected|clarified|updated|amended)\b",
    re.I,
)
_BYLINE = re.compile(
    rf"(?:(?i:by|written by|von|par|por|words by)) {_NAME}(?:[ ,&]+(?:and |und |et |y )?{_NAME}){{0,8}}.{{0,40}}$"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d\d-\d\d)"
    rf"|(?P<d3>\d{{1,2}})\.(?P<m3>0?[1-9]|1[0-2])\.(?P<y3>\d{{4}})"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th)? (?P<m1>{_MONTH}),? (?P<y1>\d{{4}})"
    rf"|(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y2>\d{{4}}))",
    re.I,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def sign_of(line: str) -> str:
    """The kind of page furniture that `line` is by its own looks, or "" where it could be part of an article."""
    bare = _LINK.sub(r"\1", _BULLET.sub("", line.strip())).strip(" .|:→»›*_")
    count = len(bare.split())
    if len(line) > 700 or line.lstrip().startswith("|"):
        return ""
    if _IMAGE.fullmatch(line.strip()) or (count <= 70 and _CREDIT.search(line.strip(" *_"))):
        return "credit"
    if not bare or count > 20 or len(bare) > 140 or line.rstrip().endswith(("?", "!", ",", ";")):
        return ""
    kind = _kind(bare)
    if not kind and len(parts := _BETWEEN.split(bare)) > 1 and all(map(_kind, parts)):
        kind = _kind(parts[0])
    # "Related to this is ..." opens like a label, and ends like a sentence.
    is_sentence = re.search(r"(?<!\.)\.$", line.rstrip()) and count > _LABELS.get(kind, count)
    return "" if is_sentence else kind


def _kind(words: str) -> str:
    return next((kind for kind, shape in _SIGNS if shape.fullmatch(words)), "")


def opens_with_action(line: str) -> bool:
    """Whether a line begins as a request does."""
    return bool(_ACTION.match(re.sub(r"^[\W_]*(?:(?:please|to|just) )?", "", line, flags=re.I)))


def actions(line: str) -> int:
    """How many words outside quotation marks ask the reader to do something on the site.

    What it costs counts beside such a word only: prices alone are a market report.
    """
    unquoted = _QUOTED.sub(" ", line)
    asked = len(_ACTION.findall(unquoted))
    return asked + len(_PRICED.findall(unquoted)) if asked else 0


def addresses(line: str) -> int:
    """How many words outside quotation marks address the reader or speak for the publisher."""
    return len(_ADDRESS.findall(_US.sub(" ", _QUOTED.sub(" ", line))))


def is_correction(line: str) -> bool:
    """Whether a line opens by saying that the text was edited, corrected or updated."""
    return bool(_UPDATED.match(line[:200]))


def is_byline(line: str) -> bool:
    """Whether a line is an author's byline."""
    return bool(_BYLINE.match(line))


def date_of(line: str) -> str:
    """The first date of a short line as YYYY-MM-DD, or ""."""
    found = _DATE.search(line) if len(line) <= 80 else None
    if not found:
        return ""
    if found["iso"]:
        return str(found["iso"])
    named = found["m1"] or found["m2"]
    month = _MONTHS.index(named[:3].lower()) + 1 if named else int(found["m3"])
    return f"{found['y1'] or found['y2'] or found['y3']}-{month:02}-{int(found['d1'] or found['d2'] or found['d3']):02}"
