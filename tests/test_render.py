"""What the page shows of an answer: the right words marked, and nothing of a document or question that could act."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.schema import Answer, Citation, Hit, Passage
from rag.serving.render import answer_html, inert, note_html, question_html, sources_html

TEXT = "It rained. It rained. The bridge fell in May, said Ann <Lee>. Nobody was hurt."
PASSAGE = Passage("p1", "d1", "The bridge", "/home/ann/secret/bridge.md", TEXT, 0, 100, 100 + len(TEXT))
OUR_TAGS = set("a article blockquote br details div h2 header mark section span summary".split())
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src='http://evil.example/'></iframe>",
    "<style>@import url(http://evil.example/x.css)</style>",
    '"><a href="javascript:alert(1)">x</a>',
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "<http://evil.example/>",
    "http://evil.example/",
    "${alert(1)}",
    "`${alert(1)}`",
    "{{value}} {{{value}}}",
    "$$x$$ \\(x\\)",
    "```mermaid\ngraph TD;A-->B\n```",
    "\n\n# heading\n\n- list\n\n<b>bold</b>",
    "a\r\n\r\n<u>b</u>",
    "&lt;script&gt;",
    "' onmouseover='alert(1)",
    "</div></blockquote><form action=//evil.example>",
]


def cite(quote: str, phrase: str = "", passage: Passage = PASSAGE, number: int = 1, after: int = 0) -> Citation:
    start = passage.start + passage.text.index(quote, after)
    if not phrase:
        return Citation(number, passage, quote, start, start + len(quote))
    begin = start + quote.index(phrase)
    return Citation(number, passage, quote, start, start + len(quote), begin, begin + len(phrase))


def answer(text: str, *citations: Citation, **fields: object) -> Answer:
    whole = Answer("Who?", "Who?", text, citations, tuple(Hit(c.passage, 1.0, "fused") for c in citations))
    return replace(whole, verdict="strong", **fields)  # type: ignore[arg-type]


def marked(shown: str, kind: str) -> list[str]:
    """The text of the marks of this kind, with a mark inside another one read as text."""
    outer = re.findall(rf'<mark class="{kind}">(.*?)</mark>(?!\w)', shown.replace("\n", " "))
    return [html.unescape(re.sub(r"<[^>]*>", "", text)) for text in outer]


def visible(shown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", shown))


class Elements(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_reaches_the_page_as_anything_but_text(payload: str) -> None:
    evil = Passage(payload, payload, payload, payload, payload, 0, 0, len(payload))
    given = Answer(
        payload,
        payload + "?",
        f"{payload} [1] {payload} [7]",
        (Citation(1, evil, payload, 0, len(payload), 1, 2),),
        (Hit(replace(evil, id="other"), 1.0, "fused"),),
        missing=(payload,),
        verdict="partial",
    )
    shown = question_html(payload) + note_html(payload) + answer_html(given, 1, whole=True) + sources_html(given, 1)
    seen = Elements(shown)
    assert seen.tags <= OUR_TAGS
    assert seen.attributes <= {"aria-label", "class", "dir", "href", "id", "role", "tabindex", "title"}
    assert seen.links == {"#c-1-1"}
    # Outside of our own tags no character is left that HTML, Markdown or a template gives a meaning.
    text = re.sub(r"<[^<>]*>", "", shown).replace("looked at (1)", "")
    assert not re.search(r"[<>\"'`$*_{}\[\]!\\()|~:/]", text.replace("Searched for:", "").replace("Not answered:", ""))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_escaping_loses_no_character(payload: str) -> None:
    assert html.unescape(inert(payload)) == payload


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_message_is_one_line_so_that_markdown_never_begins(payload: str) -> None:
    messages = (
        question_html(payload) + note_html(payload) + answer_html(answer(payload + " [1]", cite("It")), 1, whole=True)
    )
    assert not re.search(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", messages)


def test_the_marked_words_are_the_quote_and_the_phrase_lies_inside_it() -> None:
    quote = "The bridge fell in May, said Ann <Lee>."
    shown = sources_html(answer("In May [1]", cite(quote, "in May")), 3)
    assert f'<mark class="quote">{inert("The bridge fell ")}<mark class="phrase">in May</mark>' in shown
    assert visible(shown).count(TEXT) == 1


def test_a_sentence_that_occurs_twice_is_marked_where_it_was_cited() -> None:
    shown = sources_html(answer("Rain [1]", cite("It rained.", after=5)), 1)
    assert re.search(r"It rained&#46; <mark class=\"quote\">It rained&#46;</mark> The", shown)


def test_a_quote_that_does_not_match_its_passage_is_shown_alone_instead_of_marking_other_words() -> None:
    wrong = replace(cite("It rained."), start=PASSAGE.start + 3)
    shown = sources_html(answer("Rain [1]", wrong), 1)
    assert marked(shown, "quote") == ["It rained."]
    assert "bridge fell" not in visible(shown)


def test_a_number_links_to_its_card_and_an_unknown_number_stays_text() -> None:
    one = answer("Rain [1] fell [2].", cite("It rained."))
    shown = answer_html(one, 7, whole=True)
    assert re.findall(r'<a class="cite" href="#([^"]*)"', shown) == ["c-7-1"]
    assert 'id="c-7-1"' in sources_html(one, 7)
    assert visible(shown).startswith("Rain [1] fell [2].")


def test_verdict_is_said_in_words_and_only_once_the_answer_is_whole() -> None:
    one = answer("Rain [1]", cite("It rained."))
    assert "Strong" not in answer_html(one, 1, whole=False)
    assert "Strong" in answer_html(one, 1, whole=True)
    assert "Partial" in answer_html(replace(one, verdict="partial"), 1, whole=True)
    assert "Not in the documents" in answer_html(replace(one, verdict="none"), 1, whole=True)
    assert "Not in" not in answer_html(Answer("hi", "hi", "Hello!", mode="smalltalk"), 1, whole=True)


def test_a_rewritten_question_and_missing_parts_are_said() -> None:
    one = answer("Rain [1]", cite("It rained."), standalone_question="Who is Ann?", missing=("her age",))
    shown = visible(answer_html(one, 1, whole=True))
    assert "Searched for: Who is Ann?" in shown
    assert "Not answered: her age" in shown
    assert "Searched for" not in answer_html(replace(one, standalone_question="Who?"), 1, whole=True)


def test_passages_that_were_not_cited_are_closed_away_and_cited_ones_not_repeated() -> None:
    other = replace(PASSAGE, id="p2", text="Another text.")
    one = answer("Rain [1]", cite("It rained."))
    shown = sources_html(replace(one, hits=(*one.hits, Hit(other, 0.5, "fused"))), 1)
    head, _, tail = shown.partition('<details class="others">')
    assert "(1)" in visible(tail)
    assert "Another text." in visible(tail)
    assert "Another text." not in visible(head)
    assert "bridge fell" not in visible(tail)


def test_a_card_names_the_file_but_not_where_it_lies() -> None:
    shown = sources_html(answer("Rain [1]", cite("It rained.")), 1)
    assert "bridge.md" in visible(shown)
    assert "secret" not in shown


def test_an_abstention_says_that_no_sentence_answers() -> None:
    one = Answer("Who?", "Who?", "No.", hits=(Hit(PASSAGE, 1.0, "fused"),), abstained=True)
    assert "No sentence of the documents answers this." in visible(sources_html(one, 1))
    assert sources_html(Answer("hi", "hi", "Hello!"), 1) == ""
