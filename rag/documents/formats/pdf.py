"""PDF through pypdf: the pages' text with the lines of paragraphs joined, and where each page starts in it.

Must not know what the text is for. A PDF stores placed lines, so what is a paragraph is told from their lengths.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from rag.documents.formats.properties import told, usable_title
from rag.documents.raw import Raw, Unreadable
from rag.documents.whitespace import ITEM, mend

_LIGATURE = re.compile("[\ufb00-\ufb06]")
_ENDS = re.compile(r"[.?!:…][\"”’»)\]]*$")
_FULL = 0.8  # of the usual widest line: a line that long was broken for want of room
_SEEN = 3  # pages that a line at the edge must be on, numbers aside, to be a running title


def read_pdf(data: bytes) -> Raw:
    """A PDF's text, its title, author and the day it was made, and the offset where each page starts.

    Raises:
        Unreadable: it is protected by a password, or no page holds text.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    reader = PdfReader(io.BytesIO(data))
    try:
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("is protected by a password; save it without one.")
        pages = [_lines(page.extract_text()) for page in reader.pages]
        about: Mapping[str, object] = dict(reader.metadata or {})
    except DependencyError as error:
        raise Unreadable("is encrypted; print it into a new PDF, or save its text.") from error
    except (PyPdfError, RecursionError) as error:
        raise Unreadable(f"is a broken PDF ({error}); save it again, or give its text.") from error
    if not any(pages):
        count = len(pages)
        raise Unreadable(f"holds no text on its {count} page{'s' * (count != 1)}: it is scanned; run OCR on it first.")
    kept = _without_running_lines(pages)
    text, starts = _joined(kept if any(kept) else pages)
    made = re.match(r"D:(\d{4})(\d\d)(\d\d)", str(about.get("/CreationDate", "")))
    properties = told(author=str(about.get("/Author", "")), created="-".join(made.groups()) if made else "")
    return Raw(text, usable_title(str(about.get("/Title", ""))), metadata=properties, pages=starts)


def _lines(text: str) -> list[str]:
    """A page's lines in NFC without ligatures, blank ones left out."""
    spelled = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", spelled).splitlines())
    return [line for line in lines if line]


def _without_running_lines(pages: Sequence[list[str]]) -> list[list[str]]:
    """The pages without the titles and numbers that stand at the edges of several."""
    edges = Counter(key for page in pages if page for key in {_key(page[0]), _key(page[-1])})
    running = {key for key, count in edges.items() if count >= _SEEN and (key == "#" or re.search(r"[^\W\d_]", key))}
    out = []
    for page in pages:
        first, last = 0, len(page)
        while first < last and _key(page[first]) in running:
            first += 1
        while last > first and _key(page[last - 1]) in running:
            last -= 1
        out.append(page[first:last])
    return out


def _key(line: str) -> str:
    """What a running title shares from page to page: all but its numbers."""
    return re.sub(r"\d+", "#", line.casefold())


def _joined(pages: Sequence[list[str]]) -> tuple[str, tuple[int, ...]]:
    """All lines as one text, and the offset where each page's first line starts, or would start."""
    lines = [line for page in pages for line in page]
    full = _FULL * sorted(map(len, lines))[len(lines) * 9 // 10]
    words = Counter(re.findall(r"[\w-]+", "\n".join(lines).lower()))
    out: list[str] = []  # lines and what stands between them
    starts: list[int] = []
    size = 0
    for page in pages:
        starts.append(size)
        for number, line in enumerate(page):
            gap = _gap(out[-1], line, full, on_new_page=number == 0) if out else ""
            whole = mend(out[-1], line, words) if gap == " " else None
            if whole:
                gap, left = "", whole[: -len(line)]
                size += len(left) - len(out[-1])
                out[-1] = left
            size += len(gap)
            if number == 0:
                starts[-1] = size
            out += gap, line
            size += len(line)
    return "".join(out), tuple(starts)


def _gap(before: str, line: str, full: float, *, on_new_page: bool) -> str:
    """What stands between two lines: a space within a paragraph, a line break before an item, else a blank line."""
    if ITEM.match(line):
        return "\n"
    ended = bool(_ENDS.search(before))
    if line[0].islower() and not ended:
        return " "
    is_heading = len(line) < full / 2 and not _ENDS.search(line)
    if len(before) < full or (ended and (is_heading or on_new_page)):
        return "\n\n"
    return " "
