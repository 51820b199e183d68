"""The lines of a text with what gives each away as furniture, and the run of prose among them.

Must not know what is done with either: `clean` decides whether the text is a page dump and what leaves it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from rag.documents.signs import actions, addresses, is_correction, opens_with_action, sign_of
from rag.documents.whitespace import HEADING, ITEM, fenced_lines

_TERMINATED = re.compile(r"[.?!…。！？][\"“”„’'»«›‹」』)\]*_]*$")
_CUTTING = {"about": -4.0, "comments": -8.0}  # what follows such a label is rarely the article again
# More is an article of one line, and a hostile one would take its time here.
_LONGEST_PITCH = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: `block` counts the runs between blank lines, `sign` names its kind of furniture."""

    text: str
    block: int
    words: int
    sign: str

    @property
    def is_sentence(self) -> bool:
        """Whether it is prose that ends as a sentence does."""
        return not self.sign and self.words >= 3 and bool(_TERMINATED.search(self.text)) and not ITEM.match(self.text)

    @property
    def is_fragment(self) -> bool:
        """Whether it is neither a sentence nor an item of a list."""
        return not self.is_sentence and not ITEM.match(self.text)


def read_lines(text: str) -> list[Line]:
    """The lines of `text` that are not blank, each with its sign."""
    out: list[Line] = []
    block = 0
    rows = text.split("\n")
    for row, fenced in zip(rows, fenced_lines(rows), strict=True):
        if row.strip():
            out.append(Line(row, block, len(row.split()), "" if fenced else sign_of(row)))
        else:
            block += 1
    return _marked(out)


def key(line: Line) -> str:
    """What two lines that repeat each other share."""
    return line.text.casefold().strip(" .:•*-#")


def _marked(lines: Sequence[Line]) -> list[Line]:
    """The lines with the signs that only the others tell: pitches, lines that repeat, captions above a credit."""
    counts = Counter(key(line) for line in lines if line.is_fragment and line.words <= 14)
    sizes = Counter(line.block for line in lines)
    prose = [line for line in lines if line.is_sentence and line.words >= 12]
    # An essay may say "you" and "we" throughout; then these words tell nothing.
    personal = sum(addresses(line.text) > 0 for line in prose) > 0.34 * len(prose)
    out: list[Line] = []
    in_body = False
    for at, line in enumerate(lines):
        sign = line.sign
        in_body = in_body or (bool(out) and out[-1].is_sentence and out[-1].words >= 12)
        below = [other for other in lines[at + 1 : at + 3] if other.block == line.block]
        if sign == "section" and below and below[0].is_sentence and line.words <= 3:
            sign = ""  # a heading, with prose beneath: "Related work"
        elif not sign and _is_pitch(line, personal):
            sign = "pitch"
        elif not sign and sizes[line.block] <= 3 and _is_caption(line, below, in_body):
            sign = "credit"
        elif not sign and line.is_fragment and counts[key(line)] > 1 and any(map(str.isalpha, line.text)):
            sign = "repeated"
        out.append(replace(line, sign=sign))
    return out


def _is_caption(line: Line, below: Sequence[Line], in_body: bool) -> bool:
    """Whether a line stands above a picture's credit: a sentence does so only within the body, else it is a deck."""
    if not below or below[-1].sign != "credit":
        return False
    if line.is_fragment and len(below) == 1:
        return True
    return in_body and below[-1].words <= 6 and line.words <= 25


def _is_pitch(line: Line, personal: bool) -> bool:
    """Whether a line asks the reader for something: words of action at its opening, or beside "you" and "us"."""
    if len(line.text) > _LONGEST_PITCH or ITEM.match(line.text) or is_correction(line.text):
        return False
    asks, speaks = actions(line.text), addresses(line.text)
    is_addressed = speaks > 0 or opens_with_action(line.text)
    counted = asks if personal else asks + speaks
    asking = asks >= 1 and counted >= 2 and is_addressed
    return asking and counted >= 0.07 * line.words


def body_of(lines: list[Line]) -> range:
    """The indexes of the article's body, empty where there is no prose."""
    return _grown(lines, _densest(lines))


def _densest(lines: list[Line]) -> range:
    """The run of lines with the highest sum of scores: long sentences count for it, fragments and furniture against."""
    lengths = [line.words for line in lines if line.is_sentence and line.words >= 8]
    usual = min(max(0.4 * median(lengths), 7.0), 24.0) if lengths else 7.0
    best, best_sum, start, total = range(0), 0.0, 0, 0.0
    below = False  # under a label such as a section's, whose links cost nothing more
    for at, line in enumerate(lines):
        if total <= 0:
            start, total = at, 0.0
        below = line.sign == "section" or (below and line.is_fragment)
        score = 0.0 if below and not line.sign else _score(line, usual)
        neighbours = lines[max(at - 1, 0) : at] + lines[at + 1 : at + 2]
        if line.words < 30 and not any(other.is_sentence for other in neighbours):
            score = min(score, 0.4)  # a teaser stands alone among headlines
        total += score
        if at and is_correction(lines[at - 1].text) and not is_correction(line.text):
            total -= 3.0  # a remark on corrections closes an article
        if total > best_sum:
            best, best_sum = range(start, at + 1), total
    return best


def _grown(lines: list[Line], body: range) -> range:
    """The body with the sentences beyond short interruptions: to lose a paragraph is the worse error."""
    stop = _grown_stop(lines, body.stop)
    start = len(lines) - _grown_stop(lines[::-1], len(lines) - body.start)
    return range(start, stop) if body else body


def _grown_stop(lines: list[Line], stop: int) -> int:
    while stop < len(lines) and not is_correction(lines[stop - 1].text):
        first = next((at for at in range(stop, len(lines)) if lines[at].is_sentence), len(lines))
        last = first
        while last < len(lines) and not lines[last].sign and not lines[last].is_fragment:
            last += 1
            if is_correction(lines[last - 1].text):
                break
        if not _bridges(lines[stop:first], lines[first:last]):
            break
        stop = last
    return stop


def _bridges(gap: Sequence[Line], beyond: Sequence[Line]) -> bool:
    """Whether the sentences beyond a gap are likely the same article's."""
    signs = {line.sign for line in gap}
    if len(gap) > 5 or signs & {"about", "comments", "footer", "row", "breadcrumb"}:
        return False
    sentences = [line.words for line in beyond if line.is_sentence]
    if "section" in signs or len(gap) > 3:
        # Links stand close together, or one beside its label, and a paragraph apart from them.
        one_block = gap[0].block == gap[-1].block and all(line.block != gap[0].block for line in beyond)
        is_apart = one_block and sum(line.words for line in gap) >= 4
        return sum(sentences) >= 15 if is_apart else len(sentences) >= 2 and sum(sentences) >= 25
    is_subheading = len(gap) == 1 and not gap[0].sign and gap[0].words <= 5
    return bool(sentences) and (not gap or sum(sentences) >= (10 if is_subheading else 20))


def _score(line: Line, usual: float) -> float:
    if line.sign:
        return _CUTTING.get(line.sign, -2.0)
    if line.is_sentence:
        bonus = 0.5 if is_correction(line.text) else 0.0
        return min(max((line.words - usual) / usual, -0.4), 1.5) + bonus
    return -0.4 if ITEM.match(line.text) or HEADING.match(line.text) else -0.8
