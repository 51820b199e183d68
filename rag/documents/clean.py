"""Raw text -> the article in it. Decides first whether the text is a page dump; anything else keeps its every word.

A page dump is a run of prose (the body) between lines that are furniture of different kinds: controls, prices, picture
credits, lines that repeat. Only such a text loses blocks. Must not know any site, and no phrase of any page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.documents.body import Line, body_of, key, read_lines
from rag.documents.signs import addresses, date_of, is_byline, is_correction
from rag.documents.whitespace import HEADING, ITEM, tidy

_MARKUP = re.compile(r"#{1,6} |\s*(?:```|~~~|<!?[\w/-]|\.\. |:\w+:|\|.*\|)|[=~^-]{4,}$|\[?!\[")
# A day with its hour, whatever the language calls its month.
_TIMED = re.compile(r"\b(?:19|20)\d\d\b.*\b\d{1,2}[:h]\d\d\b")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article's text with what its page said about it, and the blocks left out of it in their order."""

    text: str
    title: str
    published: str
    dropped: tuple[str, ...]


def clean(raw: str) -> Cleaned:
    """The article in `raw`, with its whitespace repaired; blocks are dropped only where the text is a page dump."""
    text = tidy(raw)
    lines = read_lines(text)
    body = body_of(lines)
    if not _is_page_dump(lines, body):
        return Cleaned(text, "", "", ())
    headline = _headline(lines, body)
    kept = _kept(lines, body, headline)
    dated = [line for line in lines[headline : body.start + 6] if not line.is_sentence]
    published = next((date for line in dated if (date := date_of(line.text))), "")
    title = re.sub(r"^#+\s*", "", lines[headline].text) if headline < body.start else ""
    return Cleaned(_assemble(lines, kept), title, published, _blocks(lines, kept))


def _is_page_dump(lines: Sequence[Line], body: range) -> bool:
    """Whether furniture of several kinds stands around a body of prose."""
    prose = [line.words for line in lines[body.start : body.stop] if line.is_sentence and line.words >= 8]
    if len(prose) < 2 or sum(prose) < 50:
        return False
    comments = next((at for at in range(body.stop, len(lines)) if lines[at].sign == "comments"), len(lines))
    outside = [*lines[: body.start], *lines[body.stop : comments + 1]]
    if sum(line.words for line in outside if line.is_sentence or ITEM.match(line.text)) > 0.5 * sum(prose):
        return False  # a document of many parts: its body is not one run
    signs = [line.sign for line in outside if line.sign]
    inner = [line.sign for line in lines[body.start : body.stop] if line.sign != "pitch"]
    kinds = len({*signs, *inner} - {"", "repeated"}) + _opens_with_menu(lines[: body.start])
    fragments = sum(line.is_fragment for line in outside)
    if sum(bool(_MARKUP.match(line.text)) for line in lines) >= 3:
        kinds -= 2  # a document in a markup language shows badges, links and notices of its own
    return len(signs) >= 3 and fragments >= 3 and (kinds >= 3 or (kinds == 2 and len(signs) >= 4))


def _opens_with_menu(head: Sequence[Line]) -> bool:
    """Whether the text begins with a column of names, as those of a site's sections."""
    names = 0
    for line in head:
        if line.words > 3 or not line.text[:1].isupper() or not line.is_fragment or re.search(r"[\d.,:;?!]", line.text):
            break
        names += 1
    return names >= 5


def _headline(lines: Sequence[Line], body: range) -> int:
    """Index of the headline before the body, or `body.start` where there is none."""
    head = range(body.start)
    marked = [at for at in head if re.match(r"# \S", lines[at].text)]
    if marked:
        return marked[-1]
    likely = [at for at in head if _could_be_headline(lines[at])]
    if not likely:
        return body.start
    byline = next((at for at in head if is_byline(lines[at].text) or date_of(lines[at].text)), body.start)
    likely = [at for at in likely if at < byline] or likely
    first = last = likely[-1]
    # A deck without a full stop looks like a headline too: go back over what stands directly above.
    for at in reversed(likely[:-1]):
        between = lines[at + 1 : first]
        if any(line.sign not in ("", "credit") or line.words < 3 for line in between):
            break
        first = at
    return first if last - first <= 3 else last


def _could_be_headline(line: Line) -> bool:
    if line.sign not in ("", "repeated") or ITEM.match(line.text) or is_byline(line.text) or date_of(line.text):
        return False
    if _TIMED.search(line.text):
        return False
    return 4 <= line.words <= 30 and not line.text.rstrip().endswith((".", ",", ":", ";"))


def _kept(lines: Sequence[Line], body: range, headline: int) -> list[bool]:
    kept = [False] * len(lines)
    for at in range(headline, body.start):
        introduces = lines[at].text.endswith(":") and bool(ITEM.match(lines[at + 1].text))
        kept[at] = at == headline or introduces or _belongs_to_head(lines[at], key(lines[headline]))
    for at in body:
        kept[at] = lines[at].sign in ("", "repeated") and not (
            kept[headline] and key(lines[at]) == key(lines[headline])
        )
    _drop_lists_of_links(lines, body, kept)
    _drop_boxes(lines, body, kept)
    _keep_corrections(lines, body.stop, kept)
    return kept


def _belongs_to_head(line: Line, headline: str) -> bool:
    """Whether a line between headline and body is part of the article: deck, byline or date."""
    if line.sign or key(line) == headline:
        return False
    return line.is_sentence or is_byline(line.text) or bool(date_of(line.text)) or line.words >= 4


def _drop_lists_of_links(lines: Sequence[Line], body: range, kept: list[bool]) -> None:
    """Within the body a label such as a section's takes the headline-like lines below it along."""
    below = False
    for at in body:
        if lines[at].sign == "section":
            below = True
        elif lines[at].is_sentence or HEADING.match(lines[at].text):
            below = False
        elif below and lines[at].words >= 4:
            kept[at] = False


def _drop_boxes(lines: Sequence[Line], body: range, kept: list[bool]) -> None:
    """Within the body a small block with a control in it takes along what it says to the reader."""
    sizes = Counter(lines[at].block for at in body)
    boxes = {lines[at].block for at in body if lines[at].sign == "control" and sizes[lines[at].block] in range(2, 6)}
    for at in body:
        line = lines[at]
        if line.block in boxes and line.words <= 14 and (line.is_fragment or addresses(line.text)):
            kept[at] = False


def _keep_corrections(lines: Sequence[Line], stop: int, kept: list[bool]) -> None:
    """Below the body only remarks on corrections stay, down to the comments."""
    for at in range(stop, len(lines)):
        if lines[at].sign == "comments":
            return
        kept[at] = lines[at].is_sentence and is_correction(lines[at].text)


def _assemble(lines: Sequence[Line], kept: Sequence[bool]) -> str:
    """The kept lines: those of one block on lines of their own, blocks a blank line apart."""
    out = ""
    previous: Line | None = None
    for line, stays in zip(lines, kept, strict=True):
        if stays:
            gap = "" if previous is None else "\n" if line.block == previous.block else "\n\n"
            out, previous = out + gap + line.text, line
    return out


def _blocks(lines: Sequence[Line], kept: Sequence[bool]) -> tuple[str, ...]:
    """The dropped lines, those of one block together."""
    blocks: dict[int, list[str]] = {}
    for line, stays in zip(lines, kept, strict=True):
        if not stays:
            blocks.setdefault(line.block, []).append(line.text.strip())
    return tuple("\n".join(block) for block in blocks.values())
