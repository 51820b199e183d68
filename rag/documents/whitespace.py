"""Repairs characters and line breaks, and nothing else. Must not know what a page is or which words matter."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise

ITEM = re.compile(r"\s*(?:[-*+•‣▪◦–—]|\(?(?:\d{1,3}(?:\.\d+)*|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s+\S")
HEADING = re.compile(r"#{1,6}\s")
_FENCE = re.compile(r"\s*(?:```|~~~)")
# Tables, code and quoted lines: their line breaks and their spacing are meant.
_LITERAL = re.compile(r"\t|[|{}=<>\\`]|^\s{2,}|^#")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
# Joiners carry meaning in Persian, Indic scripts and emoji; between Latin letters they are dirt.
_LATIN_JOINER = re.compile("(?<=[\x00-\u024f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\u024f])")
_ODD_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# A half of a surrogate pair is no character: JSON can spell it, and nothing can store it.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NARROWEST_WRAP = 60  # verse is narrower, hand-wrapped prose is not
_LONGEST_WORD = 60
_FILL = 0.88  # text set in a proportional font is ragged when counted in characters


def tidy(raw: str) -> str:
    """`raw` in NFC with plain line ends and spaces; hard-wrapped prose is joined again, meant line breaks stay."""
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n"))
    text = re.sub("[\r\x0b\x85\u2028]", "\n", text)
    text = re.sub("[\x0c\u2029]", "\n\n", text)
    text = _LATIN_JOINER.sub("", _INVISIBLE.sub("", printable(text)))
    lines = [line.rstrip() for line in _ODD_SPACE.sub(" ", text).split("\n")]
    fenced = fenced_lines(lines)
    spaced = [line if literal else _single_spaced(line) for line, literal in zip(lines, fenced, strict=True)]
    return "\n".join(_unwrap(spaced, fenced)).strip()


def printable(text: str) -> str:
    """`text` without the characters that nothing shows and some stores refuse; line breaks stay."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """`text` as fits a title: printable, on one line, and without marks that turn the direction of what follows."""
    return " ".join(_TURNING.sub("", printable(unicodedata.normalize("NFC", text))).split())


def fenced_lines(lines: list[str]) -> list[bool]:
    """For each line whether it stands in a fenced code block, the fences included."""
    inside, out = False, []
    for line in lines:
        fence = bool(_FENCE.match(line))
        out.append(inside or fence)
        inside ^= fence
    return out


def _single_spaced(line: str) -> str:
    """Runs of two spaces become one in prose; wider runs align columns and stay."""
    if _LITERAL.search(line) or "    " in line.strip():
        return line
    return re.sub(r"(?<=\S) {2,3}(?=\S)", " ", line)


def _unwrap(lines: list[str], fenced: list[bool]) -> list[str]:
    segments = _segments(lines, fenced)
    widths = [max(map(len, segment)) for segment in segments if _is_witness(segment)]
    if not widths:
        return lines
    width = max(widths)
    words = Counter(re.findall(r"[\w-]+", "\n".join(lines).lower()))
    out: list[str] = []
    for segment in segments:
        out.extend([_join(segment, words)] if _fills(segment, width) else segment)
    return out


def _segments(lines: list[str], fenced: list[bool]) -> list[list[str]]:
    """Runs of lines that could be one wrapped paragraph: cut at blanks, at list items, and around literal lines."""
    segments: list[list[str]] = []
    is_open = False
    for line, inside_fence in zip(lines, fenced, strict=True):
        literal = inside_fence or not line or (bool(_LITERAL.search(line)) and not ITEM.match(line))
        if is_open and not literal and not ITEM.match(line):
            segments[-1].append(line)
        else:
            segments.append([line])
        is_open = not literal
    return segments


def _fills(segment: list[str], width: int) -> bool:
    """Whether each line breaks only where the next word would not have fitted into `width`."""
    if len(segment) < 2 or max(map(len, segment)) > width:
        return False
    if len(segment) > 3 and all(line[:1].isupper() for line in segment):
        return False
    return all(len(line) + 1 + len(after.split(" ", 1)[0]) > width * _FILL for line, after in pairwise(segment))


def _is_witness(segment: list[str]) -> bool:
    """Whether a segment proves, by itself, that the text was wrapped: full lines of prose, broken inside sentences."""
    width = max(map(len, segment))
    if len(segment) < 3 or not _NARROWEST_WRAP <= width <= 160 or not _fills(segment, width):
        return False
    joined = " ".join(segment)
    return (
        any(line[:1].islower() for line in segment[1:])
        and bool(re.search(r"[.?!…:;]", joined))
        and sum(c.isalpha() or c == " " for c in joined) > 0.85 * len(joined)
    )


def _join(segment: list[str], words: Counter[str]) -> str:
    pieces = segment[:1]
    for line in segment[1:]:
        whole = mend(pieces[-1], line, words)
        pieces[-1:] = [whole] if whole else [pieces[-1], line.lstrip()]
    return " ".join(pieces)


def mend(left: str, right: str, words: Counter[str]) -> str | None:
    """The two lines with a word broken by a hyphen made whole, or None where there is none.

    The hyphen goes only when the text also has the whole word and never the hyphenated one; else it stays, unspaced.
    """
    head, tail = re.search(r"([^\W\d_]{2,})-$", left[-_LONGEST_WORD:]), re.match(r"[^\W\d_]+", right)
    if not head or not tail or not right[0].islower():
        return None
    whole, hyphenated = (head[1] + tail[0]).lower(), f"{head[1]}-{tail[0]}".lower()
    safe = words[whole] > 0 and words[hyphenated] == 0
    return (left[:-1] if safe else left) + right
