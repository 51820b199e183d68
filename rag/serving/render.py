"""Answers as HTML. Pure functions; knows nothing of Gradio, of conversations or of where an answer came from.

Everything that comes from a document, a question or a file name passes through `inert` and nothing else does. A link
into a document carries its offsets, so that the reader pane needs nothing but the document: see `place`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote
from zlib import crc32

from rag.answering.compose import OBJECTIONS
from rag.schema import Answer, Citation, Passage, Verdict
from rag.serving.why import Why, why

BADGES: dict[Verdict, str] = {"strong": "Strong", "partial": "Partial", "none": "Not in the documents"}
SURE: dict[Verdict, str] = {
    "strong": "The reader holds the quoted words to be the answer with a probability of {}.",
    "partial": "The reader holds the quoted words to be the answer with a probability of {}, or only part is answered.",
    "none": "The best passage answers the question with a probability of {}, which is too little to go by.",
}
WRITTEN = "Written by a language model, each sentence checked against its citation."
EXCERPT = 320
_MARKER = re.compile(r"\[(\d+)\]")
# A first paragraph longer than this is a sentence already, not an answer phrase that a sentence follows.
_LEAD = 160


def inert(text: str) -> str:
    """`text` with every character that HTML, Markdown or a JavaScript template could act on as a numeric entity.

    A chat message is read as Markdown before it is read as HTML, and an HTML component is a template before that; no
    one grammar's escaping is enough, and letters and digits are safe in all of them.
    """
    return re.sub(r"[^\w\s]|_", lambda match: f"&#{ord(match.group())};", text)


def question_html(question: str, key: int) -> str:
    """A question as the visitor typed it, shortened when very long; `key` numbers the exchange."""
    shown = question if len(question) <= 600 else question[:600] + " …"
    return f'<div class="question" id="question-{key}" dir="auto">{_line(shown)}</div>'


def note_html(note: str, *, waiting: bool = False) -> str:
    """A line of the page itself in the conversation: an error, or a wait."""
    return f'<div class="note{" waiting" if waiting else ""}" role="status">{_line(note)}</div>'


def answer_html(answer: Answer, *, whole: bool) -> str:
    """An answer for the conversation: its text with `[n]` as links, then what can be said about it.

    Args:
        answer: the answer, growing or whole.
        whole: whether it has stopped growing; only then the verdict is known.

    Returns:
        One line, because a blank line would end the HTML block and let Markdown begin.
    """
    if answer.abstained:
        return _refused(answer)
    shown = [f'<div class="answer-text" dir="auto">{_text(answer)}</div>']
    if whole and answer.mode != "smalltalk":
        if "The documents do not answer:" not in answer.text:
            shown += [_aside("Not answered", part, "missing") for part in answer.missing]
        shown += [_searched(answer), _about(answer)]
    return "".join(shown)


def tools_html(*, number: int, last: bool, thumb: str) -> str:
    """The buttons of an answer, which the page's script acts on.

    Args:
        number: the answer's number in its kept conversation; 0 when it is not kept, and so cannot be judged.
        last: whether it can be asked again in its place.
        thumb: what the visitor thought of it: "up", "down" or nothing.
    """
    buttons = [("copy", "Copy", "")]
    if last:
        buttons.append(("retry", "Ask again", ""))
    buttons.append(("edit", "Edit question", ""))
    if number:
        buttons += [("good", "Helpful", "up"), ("bad", "Not right", "down")]
    made = (
        f'<button type="button" name="{name}" value="{number}" class="{"on" if means and means == thumb else "off"}">'
        f"{label}</button>"
        for name, label, means in buttons
    )
    return f'<div class="tools" role="group" title="About this answer">{"".join(made)}</div>'


def place(passage: Passage, citation: Citation | None = None) -> str:
    """The target of a link into a document: `#at=ID;start,end;passage start,end;answer start,end~sum`, in characters.

    The sum is the CRC-32 of the words between start and end, so that a link which has outlived its document's text
    shows nothing rather than other words.
    """
    start, end = (citation.start, citation.end) if citation else (passage.start, passage.end)
    where = f"#at={quote(passage.document_id, safe='')};{start},{end};{passage.start},{passage.end}"
    if citation and citation.answer_start is not None and citation.answer_end is not None:
        where += f";{citation.answer_start},{citation.answer_end}"
    words = " ".join(re.split(r"[ \t\n\r]+", citation.quote if citation else passage.text)).strip(" ")
    return f"{where}~{crc32(words.encode('utf-8', 'replace')):08x}"


def _text(answer: Answer) -> str:
    """The paragraphs: an answer phrase stands out before the sentence that says it, items become a list."""
    paragraphs = [part for part in re.split(r"\n\s*\n", answer.text.strip()) if part.strip()]
    link = _linker(answer)
    if len(paragraphs) < 2 or len(paragraphs[0]) > _LEAD or paragraphs[0].startswith("- "):
        return "".join(_paragraph(part, link) for part in paragraphs)
    first = f'<div class="lead">{_linked(paragraphs[0], link)}</div>'
    return first + "".join(_paragraph(part, link) for part in paragraphs[1:])


def _paragraph(text: str, link: Callable[[str], str]) -> str:
    lines = text.split("\n")
    if all(line.startswith("- ") for line in lines):
        items = "".join(f"<li>{_linked(line[2:], link)}</li>" for line in lines)
        return f'<ul class="rest">{items}</ul>'
    kind = "rest objection" if text.startswith(tuple(OBJECTIONS.values())) else "rest"
    return f'<div class="{kind}">{"<br>".join(_linked(line, link) for line in lines)}</div>'


def _linked(text: str, link: Callable[[str], str]) -> str:
    # Splitting at a pattern with a group gives text, number, text, number, ..., text.
    pieces = _MARKER.split(text)
    shown = [_flow(pieces[0])]
    for number, after in zip(pieces[1::2], pieces[2::2], strict=True):
        if shown[-1].endswith(" "):  # a number never begins a line
            shown[-1] = f"{shown[-1][:-1]}&#160;"
        shown += [link(number), _flow(after)]
    return "".join(shown)


def _linker(answer: Answer) -> Callable[[str], str]:
    by_number = {citation.number: citation for citation in answer.citations}

    def link(number: str) -> str:
        citation = by_number.get(int(number))
        if citation is None:
            return inert(f"[{number}]")
        words = inert(" ".join(citation.quote.split()))
        target = inert(place(citation.passage, citation))
        page = f'<span class="pageno"> p&#46;&#160;{citation.page}</span>' if citation.page else ""
        return f'<a class="place cite" role="doc-noteref" href="{target}" title="{words}">&#91;{number}&#93;</a>{page}'

    return link


def _refused(answer: Answer) -> str:
    """The card of a question that the documents do not answer: never a citation, but the nearest passage to read."""
    card = [
        "<h3>The documents do not say this.</h3>",
        f"<div>Looked for: <q>{_line(answer.standalone_question)}</q></div>",
    ]
    if answer.hits:
        passage = answer.hits[0].passage
        text = _run_on(passage)
        shown = text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"
        link = f'<a class="place" href="{inert(place(passage))}">Read it in the article</a>'
        card.append(
            f'<div class="nearest">The nearest passage, in {_line(passage.title)}:'
            f'<blockquote dir="auto">{_line(shown)}</blockquote>{link}</div>'
        )
    card.append('<div class="rephrase"></div>')
    return f'<div class="abstained answer-text" dir="auto">{"".join(card)}</div>{_searched(answer)}{_about(answer)}'


def _searched(answer: Answer) -> str:
    if answer.standalone_question in ("", answer.question):
        return ""
    return (
        f'<div class="aside searched">Searched for: <q class="searched-text" dir="auto">'
        f'{_line(answer.standalone_question)}</q> <button type="button" name="again">Change</button></div>'
    )


def _about(answer: Answer) -> str:
    """The badge in words with its number on demand, who wrote the answer, and why these passages."""
    sure = SURE[answer.verdict].format(f"{answer.confidence:.0%}")
    shown = [
        f'<details class="verdict verdict-{answer.verdict}"><summary>{BADGES[answer.verdict]}</summary>'
        f"<div>{_line(sure)}</div></details>"
    ]
    if answer.hits:
        shown.append(_why(answer))
    written = _aside("", WRITTEN, "written") if answer.mode == "llm" else ""
    notice = _aside("", answer.notice, "notice") if answer.notice else ""
    return f'<div class="about">{"".join(shown)}</div>{written}{notice}'


def _why(answer: Answer) -> str:
    known = {one.passage_id: one for one in why(answer)}
    rows = []
    for hit in answer.hits:
        passage = hit.passage
        start = " ".join(_run_on(passage).split()[:14])
        link = f'<a class="place" href="{inert(place(passage))}">{_line(start)} …</a>'
        rows.append(f'<li dir="auto">{link}<span class="signs">{_signs(known[passage.id])}</span></li>')
    return f'<details class="why"><summary>Why this passage?</summary><ol>{"".join(rows)}</ol></details>'


def _signs(one: Why) -> str:
    words = f"Words matched: {', '.join(one.words)}" if one.words else "No word matched"
    ranks = (("by meaning", one.dense_rank), ("by words", one.lexical_rank), ("together", one.fused_rank))
    told = [f"{name}: rank {rank}" if rank is not None else f"{name}: not found" for name, rank in ranks]
    return _line(" · ".join([words, *told]))


def _run_on(passage: Passage) -> str:
    """A passage as one line, without the signs of Markdown headings."""
    return " ".join(re.sub(r"(?m)^#{1,6} ", "", passage.text).split())


def _aside(label: str, text: str, kind: str) -> str:
    return f'<div class="aside {kind}">{f"{label}: " if label else ""}{_line(text)}</div>'


def _line(text: str) -> str:
    return _flow(text.strip())


def _flow(text: str) -> str:
    # No line may end within the HTML of a message: Markdown would start again after an empty one.
    return "<br>".join(inert(re.sub(r"\s+", " ", line)) for line in text.split("\n"))
