"""Answers as HTML. Pure functions; knows nothing of Gradio, of conversations or of where an answer came from.

Everything that comes from a document, a question or a file name passes through `inert` and nothing else does.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from rag.schema import Answer, Citation, Hit, Passage, Verdict

BADGES: dict[Verdict, str] = {"strong": "Strong", "partial": "Partial", "none": "Not in the documents"}
_MARKER = re.compile(r"\[(\d+)\]")


def inert(text: str) -> str:
    """`text` with every character that HTML, Markdown or a JavaScript template could act on as a numeric entity.

    A chat message is read as Markdown before it is read as HTML, and an HTML component is a template before that; no
    one grammar's escaping is enough, and letters and digits are safe in all of them.
    """
    return re.sub(r"[^\w\s]|_", lambda match: f"&#{ord(match.group())};", text)


def question_html(question: str) -> str:
    """A question as the visitor typed it, shortened when very long."""
    shown = question if len(question) <= 600 else question[:600] + " …"
    return f'<div class="question" dir="auto">{_line(shown)}</div>'


def note_html(note: str) -> str:
    """A line of the page itself in the conversation: an error, a wait."""
    return f'<div class="note" role="status">{_line(note)}</div>'


def answer_html(answer: Answer, key: int, *, whole: bool) -> str:
    """An answer for the conversation: its text with `[n]` as links, then what can be said about it.

    Args:
        answer: the answer, growing or whole.
        key: the exchange's number, part of the anchors that `sources_html` gives.
        whole: whether it has stopped growing; only then the verdict is known.
    """
    parts = [f'<div class="answer-text" dir="auto">{_linked(answer, key)}</div>']
    if whole and answer.mode != "smalltalk":
        parts.append(f'<div class="verdict verdict-{answer.verdict}">{BADGES[answer.verdict]}</div>')
        if not answer.abstained:
            parts.extend(f'<div class="missing">Not answered: {_line(part)}</div>' for part in answer.missing)
    if answer.standalone_question not in ("", answer.question):
        parts.append(f'<div class="searched">Searched for: {_line(answer.standalone_question)}</div>')
    # One line, because a blank line would end the HTML block and let Markdown begin.
    return f'<div class="answer">{"".join(parts)}</div>'


def sources_html(answer: Answer, key: int, *, older: bool = False) -> str:
    """What an answer rests on: its citations within their passages, then the passages that were only looked at.

    Args:
        answer: the answer, growing or whole.
        key: the exchange's number, as given to `answer_html`.
        older: hidden until one of its `[n]` is opened.

    Returns:
        A section, or nothing for an answer without citations and passages.
    """
    cards = "".join(_citation_card(citation, key) for citation in answer.citations)
    cited = {citation.passage.id for citation in answer.citations}
    others = _others([hit for hit in answer.hits if hit.passage.id not in cited])
    if not cards and others:
        cards = '<p class="none">No sentence of the documents answers this.</p>'
    if not cards:
        return ""
    return (
        f'<section class="sources{" older" if older else ""}" id="s-{key}" aria-label="Sources of this answer">'
        f'<h2 dir="auto">{_line(answer.question)}</h2>{cards}{others}</section>'
    )


def _linked(answer: Answer, key: int) -> str:
    by_number = {citation.number: citation for citation in answer.citations}
    # Splitting at a pattern with a group gives text, number, text, number, ..., text.
    pieces = _MARKER.split(answer.text.strip())
    shown = [_flow(pieces[0])]
    for number, text in zip(pieces[1::2], pieces[2::2], strict=True):
        citation = by_number.get(int(number))
        shown.append(inert(f"[{number}]") if citation is None else _link(citation, key))
        shown.append(_flow(text))
    return "".join(shown)


def _link(citation: Citation, key: int) -> str:
    quote = inert(" ".join(citation.quote.split()))
    return f'<a class="cite" href="#c-{key}-{citation.number}" title="{quote}">&#91;{citation.number}&#93;</a>'


def _citation_card(citation: Citation, key: int) -> str:
    return (
        f'<article class="source" id="c-{key}-{citation.number}" tabindex="-1">'
        f'<header><span class="number">&#91;{citation.number}&#93;</span>{_origin(citation.passage)}</header>'
        f'<blockquote dir="auto">{_highlighted(citation)}</blockquote></article>'
    )


def _highlighted(citation: Citation) -> str:
    passage = citation.passage
    start, end = citation.start - passage.start, citation.end - passage.start
    if start < 0 or passage.text[start:end] != citation.quote:
        # A quote that reaches beyond its passage stands alone: better no context than the wrong words marked.
        return f'<mark class="quote">{_phrased(citation)}</mark>'
    before, after = passage.text[:start], passage.text[end:]
    return f'{inert(before)}<mark class="quote">{_phrased(citation)}</mark>{inert(after)}'


def _phrased(citation: Citation) -> str:
    quote = citation.quote
    if citation.answer_start is None or citation.answer_end is None:
        return inert(quote)
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    if not 0 <= start < end <= len(quote):
        return inert(quote)
    return f'{inert(quote[:start])}<mark class="phrase">{inert(quote[start:end])}</mark>{inert(quote[end:])}'


def _others(hits: list[Hit]) -> str:
    if not hits:
        return ""
    cards = "".join(
        f'<article class="source other"><header>{_origin(hit.passage)}</header>'
        f'<blockquote dir="auto">{inert(hit.passage.text)}</blockquote></article>'
        for hit in hits
    )
    return f'<details class="others"><summary>Other passages looked at ({len(hits)})</summary>{cards}</details>'


def _origin(passage: Passage) -> str:
    # The name of the file says enough; where it lies on this machine is nobody's business.
    source = passage.source if "://" in passage.source else PurePath(passage.source).name
    shown = f'<span class="title" dir="auto">{inert(passage.title or source)}</span>'
    if source and source != passage.title:
        shown += f'<span class="where" dir="auto">{inert(source)}</span>'
    return shown


def _line(text: str) -> str:
    return _flow(text.strip())


def _flow(text: str) -> str:
    # No line may end within the HTML of a message: Markdown would start again after an empty one.
    return "<br>".join(inert(re.sub(r"\s+", " ", line)) for line in text.split("\n"))
