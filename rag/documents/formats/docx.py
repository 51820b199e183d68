"""Word documents (.docx) through python-docx: headings, paragraphs, lists and tables as Markdown-like text.

Must not know what the text is for. The archive's declared sizes are checked before anything is unpacked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from rag.documents.formats.properties import told, usable_title
from rag.documents.raw import Raw, Unreadable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

# Unpacked, by the archive's own account. A long book with its pictures stays below both.
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 100
MAX_PARTS = 10_000
_HEART = "word/document.xml"
_OTHERS = {
    "xl/": "a spreadsheet, not a text",
    "ppt/": "a presentation, not a text",
    "mimetype": "an OpenDocument or EPUB file",
}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Around blocks of a text: content controls such as a cover page's, and changes that were proposed and are shown.
_WRAPPERS = frozenset(_W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))
# What Word does not show as text, and what it says a second time for its older versions.
_UNSHOWN = frozenset(
    [*(_W + name for name in ("pPr", "rPr", "del", "moveFrom", "sdtPr", "instrText")),
     "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"]
)  # fmt: skip
_SPACES = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}


def read_docx(data: bytes) -> Raw:
    """A Word document's text, with title, author and the day it was made from its core properties."""
    _check_archive(data)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
    except ValueError as error:
        raise Unreadable("is a template, or holds macros; save it as a plain .docx.") from error
    if document.element.tag != f"{_W}document":
        raise Unreadable("is in the Strict form of Word's format; save it as a plain .docx.")
    blocks = _blocks(document.element.body, document)
    # Items of one list stand below each other, without blank lines.
    text = re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", "\n\n".join(filter(None, blocks)))
    core = document.core_properties
    heading = re.search(r"(?m)^# (.+)$", text)
    title = usable_title(core.title or "") or (heading[1] if heading else "")
    created = core.created.date().isoformat() if core.created else ""
    return Raw(text, title, metadata=told(author=core.author or "", created=created))


def _check_archive(data: bytes) -> None:
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise Unreadable(f"is a broken archive ({error}); save the document again.") from error
    names = {part.filename for part in parts}
    if _HEART not in names:
        kind = next((kind for start, kind in _OTHERS.items() if any(name.startswith(start) for name in names)), "")
        raise Unreadable(f"is {kind or 'a zip archive without a Word document in it'}; give the text as .docx or PDF.")
    size = sum(part.file_size for part in parts)
    if size > MAX_UNPACKED or size > MAX_RATIO * len(data) or len(parts) > MAX_PARTS:
        raise Unreadable(
            f"would unpack {len(data) / 1024**2:.1f} MB into {size / 1024**2:,.0f} MB in {len(parts):,} parts; "
            "save the document again, or give its text."
        )


def _blocks(parent: Any, document: Document) -> Iterator[str]:
    """Paragraphs and tables in their order. python-docx itself passes over those that stand inside something."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for child in parent:
        if child.tag == f"{_W}p":
            yield _paragraph(Paragraph(child, document._body))
        elif child.tag == f"{_W}tbl":
            yield _table(Table(child, document._body))
        elif child.tag in _WRAPPERS:
            yield from _blocks(child, document)


def _pieces(element: Any) -> Iterator[str]:
    """All text that is shown inside an element, that of text boxes and inner tables too."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag] if child.get(f"{_W}type", "textWrapping") == "textWrapping" else ""
        elif child.tag not in _UNSHOWN:
            yield from _pieces(child)
            yield "\n" if child.tag == f"{_W}p" else ""


def _paragraph(paragraph: Paragraph) -> str:
    """The paragraph's words; a heading with its number signs, an item of a list with a dash."""
    text = "".join(_pieces(paragraph._p)).strip()
    style = (paragraph.style.name if paragraph.style else None) or ""
    found = re.fullmatch(r"Heading ([1-6])", style)
    if not text or not (found or style == "Title" or _is_item(paragraph, style)):
        return text
    line = " ".join(text.split())
    return f"{'#' * int(found[1]) if found else '#'} {line}" if found or style == "Title" else f"- {line}"


def _is_item(paragraph: Paragraph, style: str) -> bool:
    properties = paragraph._p.pPr
    return style.startswith("List ") or (properties is not None and properties.numPr is not None)


def _table(table: Table) -> str:
    """A line for each row, its cells between bars; a merged cell counts once in a row."""
    rows = []
    for row in table.rows:
        cells = {cell._tc: " ".join("".join(_pieces(cell._tc)).split()) for cell in row.cells}
        if any(cells.values()):
            rows.append(f"| {' | '.join(cells.values())} |")
    return "\n".join(rows)
