"""A kept conversation as Markdown, as one HTML page or as JSON. Pure functions; knows neither files nor HTTP.

Questions, titles and document text are data in each: none can become a link, a tag, a script or a heading.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from typing import Any

from rag.schema import Answer, Citation, Verdict
from rag.serving.history import Entry, Kept
from rag.serving.public import answer_value, source_name

FORMAT = 1
_BADGES: dict[Verdict, str] = {"strong": "Strong", "partial": "Partial", "none": "Not in the documents"}
_MARKER = re.compile(r"\[(\d+)\]")
# Control characters, and those that reverse the reading direction of what follows.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
# What Markdown, its common dialects and site generators act on inside a line ...
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#&|~$!@^]|:(?=//)|(?<=www)\.", re.IGNORECASE)
# ... and at its beginning.
_OPENER = re.compile(r"^(\d*)([-+=:.)])")

_STYLE = """
:root{color-scheme:light dark}
body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2.5rem}
.badge,.meta,footer{font-size:.85rem;opacity:.75}
ol{list-style:none;padding:0}li{border-left:3px solid #0d9488;padding:.25rem .9rem;margin:.75rem 0}
li:target{background:#0d948826}blockquote{margin:0 0 .25rem}a{color:inherit}
.where{white-space:pre-wrap;font-size:.85rem;opacity:.75}
"""


def to_json(kept: Kept) -> str:
    """The conversation as one JSON object: each answer with its quotes, offsets, sources and document hashes."""
    value = {
        "format": FORMAT,
        "title": kept.title,
        "created": kept.created,
        "updated": kept.updated,
        "answers": [_entry_value(entry) for entry in kept.entries],
    }
    # An escaped "<" is the same JSON, and harmless wherever somebody pastes it.
    return json.dumps(value, ensure_ascii=False, indent=2).replace("<", "\\u003c") + "\n"


def to_markdown(kept: Kept) -> str:
    """The conversation as Markdown: a heading for each question, then answer, verdict and numbered quotes."""
    blocks = [f"# {_md(kept.title)}", f"Kept on {_md(kept.created[:10])}."]
    for entry in kept.entries:
        answer = entry.answer
        blocks += [f"## {_md(answer.question)}", *_md_paragraphs(answer.text)]
        blocks += [f"**{line}**" if first else _md(line) for first, line in _remarks(answer)]
        for citation in answer.citations:
            quote = _md(citation.quote)
            blocks.append(f"> \\[{citation.number}\\] {quote}\n>\n> {_md(_where(citation, entry))}")
    return "\n\n".join(blocks) + "\n"


def to_html(kept: Kept) -> str:
    """The conversation as one page that loads nothing: `[n]` leads to the quote, and the quote back."""
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    sections = "\n".join(_html_entry(entry) for entry in kept.entries)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_html(kept.title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1 dir="auto">{_html(kept.title)}</h1>
<p class="meta">Kept on {_html(kept.created[:10])}.</p>
{sections}
</main>
<footer>Each quote is the document's own words, at the characters given.</footer>
</body>
</html>
"""


def _entry_value(entry: Entry) -> dict[str, Any]:
    feedback = {"thumb": entry.thumb, "reason": entry.reason} if entry.thumb else {}
    return {"number": entry.number, "created": entry.created, **answer_value(entry.answer, entry.hashes), **feedback}


def _remarks(answer: Answer) -> list[tuple[bool, str]]:
    """What stands under an answer, line by line; True for the verdict."""
    lines: list[tuple[bool, str]] = []
    if answer.mode != "smalltalk":
        lines.append((True, _BADGES[answer.verdict]))
    if answer.standalone_question not in ("", answer.question):
        lines.append((False, f"Searched for: {answer.standalone_question}"))
    if not answer.abstained:
        lines += [(False, f"Not answered: {part}") for part in answer.missing]
    if answer.notice:
        lines.append((False, answer.notice))
    return lines


def _where(citation: Citation, entry: Entry) -> str:
    passage = citation.passage
    known = entry.hashes.get(passage.document_id, "")
    source = source_name(passage.source)
    parts = [passage.title or source, source if source != passage.title else ""]
    parts += [f"page {citation.page}" if citation.page else ""]
    parts += [f"characters {citation.start} to {citation.end}", f"document hash {known}" if known else ""]
    return ", ".join(part for part in parts if part)


def _clean(text: str) -> str:
    return _UNSEEN.sub("", text.replace("\r", "\n"))


def _md(text: str) -> str:
    line = _MARKUP.sub(lambda match: "\\" + match.group(), " ".join(_clean(text).split()))
    return _OPENER.sub(r"\1\\\2", line)


def _md_paragraphs(text: str) -> list[str]:
    return [_md(line) for line in _clean(text).split("\n") if line.strip()]


def _html(text: str) -> str:
    return escape(_clean(text), quote=True)


def _html_entry(entry: Entry) -> str:
    answer = entry.answer
    remarks = "".join(f'<p class="badge">{_html(line)}</p>' for _, line in _remarks(answer))
    quotes = "".join(_html_citation(one, entry) for one in answer.citations)
    listed = f"<ol>{quotes}</ol>" if quotes else ""
    return f'<section><h2 dir="auto">{_html(answer.question)}</h2>{_html_text(entry)}{remarks}{listed}</section>'


def _html_text(entry: Entry) -> str:
    numbers = {str(citation.number) for citation in entry.answer.citations}
    linked: set[str] = set()

    def link(match: re.Match[str]) -> str:
        number = match[1]
        if number not in numbers:
            return match[0]
        # A quote that supports two sentences leads back to the first.
        back = "" if number in linked else f' id="r-{entry.number}-{number}"'
        linked.add(number)
        return f'<a href="#c-{entry.number}-{number}"{back}>[{number}]</a>'

    # Escaping leaves "[1]" as it is.
    lines = (_MARKER.sub(link, _html(line)) for line in entry.answer.text.split("\n") if line.strip())
    return "".join(f'<p dir="auto">{line}</p>' for line in lines)


def _html_citation(citation: Citation, entry: Entry) -> str:
    name = f"{entry.number}-{citation.number}"
    return (
        f'<li id="c-{name}"><a href="#r-{name}" aria-label="Back to the answer">[{citation.number}]</a>'
        f'<blockquote dir="auto">{_html(citation.quote)}</blockquote>'
        f'<div class="where">{_html(_where(citation, entry))}</div></li>'
    )
