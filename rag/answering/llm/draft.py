"""Takes a model's draft apart: sentences, what each cites, list items. Knows no passages and judges nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.sentences import sentence_spans

_MARKER = r"\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]"
_MARKERS = re.compile(rf"\s*{_MARKER}")
# Markers after the full stop belong to the sentence before them.
_AFTER_STOP = re.compile(rf"([.!?…][\"”’)*]*)((?:\s*{_MARKER})+)([.!?]?)")
_ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|\*\*[^*]+\*\*:?\s*$)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^<>]*>")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a draft, without its markers; `cited` are the numbers it names, `item` whether it opens one."""

    text: str
    cited: tuple[int, ...]
    item: bool = False
    opens_paragraph: bool = False


def claims_of(draft: str, *, growing: bool = False) -> list[Claim]:
    """The sentences of a draft in order; headings and lines that only lead to a list claim nothing and are left out.

    Args:
        draft: what the model has written.
        growing: more may come, so a last sentence that may still grow, or get its markers, is left out.
    """
    claims: list[Claim] = []
    opens = False
    lines = draft.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            opens = True
            continue
        if _HEADING.match(line) or _MARKERS.sub("", line).rstrip(" *").endswith(":"):
            opens = True
            continue
        item = _ITEM.match(line)
        words = line[item.end() :] if item else line
        found = _claims_in(words, is_item=item is not None, opens=opens, growing=growing and number == len(lines))
        claims += found
        opens = opens and not found
    return claims


def _claims_in(line: str, *, is_item: bool, opens: bool, growing: bool) -> list[Claim]:
    text = _before_stop(_EMPHASIS.sub(r"\2", _LINK.sub(r"\1", line)))
    spans = sentence_spans(text)
    if growing:
        # Only the next sentence's first whole word shows that one is over: a marker may follow its full stop.
        over = len(spans) > 1 and re.search(r"[^\W\d]\W", text[slice(*spans[-1])]) is not None
        spans = spans[: -1 if over else -2]
    claims: list[Claim] = []
    for start, end in spans:
        sentence = text[start:end]
        cited = tuple(dict.fromkeys(number for one in re.findall(_MARKER, sentence) for number in _numbers(one)))
        words = " ".join(_MARKERS.sub("", sentence).split())
        if any(character.isalnum() for character in words):
            first = not claims
            claims.append(Claim(words, cited, is_item and first, opens and first))
        elif claims and cited:
            claims[-1] = replace(claims[-1], cited=(*claims[-1].cited, *cited))
    return claims


def _before_stop(text: str) -> str:
    """The text with markers that follow a full stop moved before it: "so. [1]" as "so [1]."."""
    return _AFTER_STOP.sub(lambda match: f" {match.group(2).strip()}{match.group(1)}", text)


def _numbers(marker: str) -> list[int]:
    """The numbers in a marker: [1, 3] is 1 and 3, [2-4] is 2, 3 and 4."""
    numbers: list[int] = []
    for piece in re.split(r"[,;]", marker.strip("[] ")):
        first, _, last = re.sub(r"\s", "", piece).replace("–", "-").partition("-")
        numbers += range(int(first), min(int(last), int(first) + 20) + 1) if last else [int(first)]
    return numbers
