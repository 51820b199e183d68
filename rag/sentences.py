"""Splits text into sentences with exact offsets. Knows nothing of passages, models or languages' grammar.

Rules instead of a trained splitter: importing one costs seconds, and a citation needs the same answer every time.
"""

from __future__ import annotations

import re
from itertools import pairwise

# Words that end in a full stop in mid-sentence. Months and titles are what news text is full of.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen col lt sgt capt maj adm gov sen rep pres rev hon st sr jr messrs "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun "
    "no nos vol pp p fig figs ed eds est dept approx ca cf vs viz al inc ltd corp co bros "
    "e.g i.e a.m p.m u.s u.k u.n e.u d.c ph.d b.c a.d".split()
)
# Those that often do close a sentence; the next word's capital decides.
_MAY_CLOSE = frozenset("inc ltd corp co a.m p.m u.s u.k u.n e.u d.c ph.d b.c a.d al jr sr".split())
_STARTERS = frozenset(
    "the a an in on at it he she they we i this that these those but and or if when as for by from with after "
    "before while although however there his her its their our my what who where why how no not".split()
)
_BLOCK_END = re.compile(
    r"(?m)^[ \t]*#{1,6}[ \t][^\n]*\n|\n[ \t]*(?:\n[ \t]*)+|\n(?=[ \t]*(?:[-*•+]|\d{1,3}[.)]|#{1,6}|\||>)[ \t])"
)
_STOP = re.compile(r"""[.!?…]+["'”’»)\]]*(?=\s)|[。！？]["'”’»）」]*""")
_WORD_BEFORE = re.compile(r"[^\s(\[\"“‘]+$")
_SHORT_LINE = 60


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Character spans (start, end) of the sentences of `text`, in order, without surrounding white space.

    A blank line, a list item and a heading always end a sentence.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _blocks(text):
        cut = start
        for stop in _STOP.finditer(text, start, end):
            if _ends_sentence(text, stop, end):
                spans.append((cut, stop.end()))
                cut = stop.end()
        spans.append((cut, end))
    return [trimmed for span in spans if (trimmed := _trim(text, *span))]


def _blocks(text: str) -> list[tuple[int, int]]:
    """Spans between blank lines, list items and headings, and single lines of verse or of a table."""
    bounds = [0, *(match.end() for match in _BLOCK_END.finditer(text)), len(text)]
    blocks: list[tuple[int, int]] = []
    for start, end in pairwise(bounds):
        lines = text[start:end].splitlines(keepends=True)
        if len(lines) > 1 and max(map(len, lines)) <= _SHORT_LINE:
            for line in lines:
                blocks.append((start, start + len(line)))
                start += len(line)
        else:
            blocks.append((start, end))
    return blocks


def _ends_sentence(text: str, stop: re.Match[str], end: int) -> bool:
    """Whether the punctuation `stop` closes a sentence."""
    after = text[stop.end() : end].lstrip()
    if not after:
        return True
    opener = after.lstrip("\"'“‘«([")[:1]
    if not stop.group().startswith(".") or stop.group().startswith(".."):
        return not opener.islower()
    before = _WORD_BEFORE.search(text, max(0, stop.start() - 40), stop.start())
    word = before.group().lower() if before else ""
    if opener.islower():
        return False
    if len(word) == 1 and word.isalpha() and word != "i":
        return False  # an initial
    if word not in _ABBREVIATIONS:
        return True
    following = re.match(r"\w+", after.lstrip("\"'“‘«(["))
    return word in _MAY_CLOSE and following is not None and following.group().lower() in _STARTERS


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
