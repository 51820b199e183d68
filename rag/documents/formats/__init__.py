"""One module per format, each bytes -> Raw. They know neither files nor cleaning, and no format knows another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rag.documents.formats.docx import read_docx
from rag.documents.formats.html import read_html, read_mhtml
from rag.documents.formats.markdown import read_markdown
from rag.documents.formats.pdf import read_pdf
from rag.documents.formats.records import read_json, read_jsonl
from rag.documents.formats.text import read_text
from rag.documents.raw import Raw

# By kind, as `rag.documents.kinds` names them.
READERS: Mapping[str, Callable[[bytes], Raw]] = {
    "text": read_text,
    "Markdown": read_markdown,
    "HTML": read_html,
    "MHTML": read_mhtml,
    "PDF": read_pdf,
    "Word": read_docx,
    "JSON": read_json,
    "JSON lines": read_jsonl,
}
