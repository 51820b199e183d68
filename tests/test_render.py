"""What the page shows of an answer: the right words marked, and nothing of a document or question that could act."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote
from zlib import crc32

import pytest

from rag.schema import Answer, Citation, Hit, Passage
from rag.serving.render import answer_html, inert, note_html, question_html, tools_html

TEXT = "It rained. It rained. The bridge fell in May, said Ann <Lee>. Nobody was hurt."
PASSAGE = Passage("p1", "d1", "The bridge", "/home/ann/secret/bridge.md", TEXT, 0, 100, 100 + len(TEXT))
OUR_TAGS = set("a blockquote br button details div h3 li ol q span summary ul".split())
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


def evil_answers(payload: str) -> list[Answer]:
    """An answer and a refusal that consist of the payload, wherever text may come from outside."""
    evil = Passage(payload, payload, payload, payload, payload, 0, 0, len(payload))
    given = Answer(
        payload,
        payload + "?",
        f"{payload} [1] {payload} [7]\n\n{payload}\n\n- {payload} [1]\n- {payload}",
        (Citation(1, evil, payload, 0, len(payload), 1, 2),),
        (Hit(evil, 1.0, "fused"),),
        missing=(payload,),
        verdict="partial",
        mode="llm",
        notice=payload,
    )
    return [given, replace(given, citations=(), abstained=True, verdict="none")]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_reaches_the_page_as_anything_but_text(payload: str) -> None:
    answers = [answer_html(one, whole=True) for one in evil_answers(payload)]
    shown = "".join([question_html(payload, 1), note_html(payload), *answers])
    seen = Elements(shown)
    assert seen.tags <= OUR_TAGS
    assert seen.attributes <= {"class", "dir", "href", "id", "name", "role", "title", "type", "value"}
    assert all(re.fullmatch(r"#at=[\w.~%-]*(;\d+,\d+){2,3}~[0-9a-f]{8}", link) for link in seen.links)
    # Outside of our own tags no character is left that HTML, Markdown or a template gives a meaning.
    text = re.sub(r"<[^<>]*>", "", shown.replace(":<blockquote", "<blockquote"))
    for ours in ("Searched for:", "Not answered:", "Looked for:", "The nearest passage, in ", ": ", "?", ", "):
        text = text.replace(ours, "")
    assert not re.search(r"[<>\"'`$*_{}\[\]!\\()|~:/]", text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_escaping_loses_no_character(payload: str) -> None:
    assert html.unescape(inert(payload)) == payload


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_message_is_one_line_so_that_markdown_never_begins(payload: str) -> None:
    answers = [answer_html(one, whole=True) for one in evil_answers(payload)]
    messages = "".join([question_html(payload, 1), note_html(payload), *answers])
    assert not re.search(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", messages)


def links(shown: str, kind: str = "place cite") -> list[str]:
    return [html.unescape(href) for href in re.findall(rf'<a class="{kind}"[^>]*href="([^"]*)"', shown)]


def test_a_number_carries_the_offsets_of_quote_passage_and_phrase() -> None:
    quote = "The bridge fell in May, said Ann <Lee>."
    start = 100 + TEXT.index(quote)
    phrase = 100 + TEXT.index("in May")
    shown = answer_html(answer("In May [1]", cite(quote, "in May")), whole=True)
    expected = f"#at=d1;{start},{start + len(quote)};100,{100 + len(TEXT)};{phrase},{phrase + len('in May')}"
    expected += f"~{crc32(quote.encode()):08x}"
    assert links(shown) == [expected]


def test_a_sentence_that_occurs_twice_is_told_apart_by_its_offsets() -> None:
    first = answer_html(answer("Rain [1]", cite("It rained.")), whole=True)
    second = answer_html(answer("Rain [1]", cite("It rained.", after=5)), whole=True)
    assert links(first)[0].split(";")[1] == "100,110"
    assert links(second)[0].split(";")[1] == "111,121"


def test_a_documents_id_survives_the_link_whatever_it_is() -> None:
    strange = replace(PASSAGE, document_id="a;b,c #1/ü\"'")
    (link,) = links(answer_html(answer("Rain [1]", cite("It rained.", passage=strange)), whole=True))
    assert unquote(link.removeprefix("#at=").split(";")[0]) == strange.document_id


def test_a_link_tells_the_words_it_means_from_others_whatever_their_line_breaks() -> None:
    def sums(passage: Passage) -> str:
        (link,) = links(answer_html(answer("Rain [1]", cite(passage.text, passage=passage)), whole=True))
        return link.partition("~")[2]

    assert sums(PASSAGE) == sums(replace(PASSAGE, text=TEXT.replace(" ", "\n ")))
    assert sums(PASSAGE) != sums(replace(PASSAGE, text=TEXT.replace("May", "Mai")))


def test_an_unknown_number_stays_text_and_a_number_shows_its_quote() -> None:
    shown = answer_html(answer("Rain [1] fell [2].", cite("It rained.")), whole=True)
    assert len(links(shown)) == 1
    assert visible(shown).startswith("Rain\u00a0[1] fell\u00a0[2].")
    assert f'title="{inert("It rained.")}"' in shown


def test_a_quote_from_a_document_with_pages_names_its_page() -> None:
    shown = answer_html(answer("Rain [1]", replace(cite("It rained."), page=3)), whole=True)
    assert visible(shown).startswith("Rain\u00a0[1] p.\u00a03")
    assert "p.\u00a0" not in visible(answer_html(answer("Rain [1]", cite("It rained.")), whole=True))


def test_verdict_is_said_in_words_and_only_once_the_answer_is_whole() -> None:
    one = answer("Rain [1]", cite("It rained."), confidence=0.873)
    assert "Strong" not in answer_html(one, whole=False)
    assert "Strong" in answer_html(one, whole=True)
    assert "87%" in visible(answer_html(one, whole=True))
    assert "Partial" in answer_html(replace(one, verdict="partial"), whole=True)
    assert "Not in the documents" in answer_html(replace(one, verdict="none"), whole=True)
    assert "Not in" not in answer_html(Answer("hi", "hi", "Hello!", mode="smalltalk"), whole=True)


def test_the_answer_phrase_stands_before_its_sentence_and_items_are_a_list() -> None:
    phrase = answer("In May [1]\n\nThe bridge fell in May. [1]", cite("It rained."))
    shown = answer_html(phrase, whole=True)
    assert visible(re.findall(r'<div class="lead">(.*?)</div>', shown)[0]) == "In May\u00a0[1]"
    items = answer_html(answer("- Rain [1]\n- Snow [1]", cite("It rained.")), whole=True)
    assert re.findall(r"<li>(\w+)", items.partition('class="about"')[0]) == ["Rain", "Snow"]
    sentence = answer_html(answer("It rained. [1]", cite("It rained.")), whole=True)
    assert 'class="lead"' not in sentence


def test_a_rewritten_question_missing_parts_and_a_models_part_are_said() -> None:
    one = answer("Rain [1]", cite("It rained."), standalone_question="Who is Ann?", missing=("her age",))
    shown = visible(answer_html(replace(one, mode="llm", notice="It was slow."), whole=True))
    assert "Searched for: Who is Ann?" in shown
    assert "Not answered: her age" in shown
    assert "Written by a language model" in shown
    assert "It was slow." in shown
    plain = answer_html(replace(one, standalone_question="Who?"), whole=True)
    assert "Searched for" not in plain
    assert "language model" not in plain


def test_a_refusal_names_what_was_looked_for_and_the_nearest_passage_without_a_citation() -> None:
    one = Answer("Who?", "Who is it?", "No.", hits=(Hit(PASSAGE, 1.0, "fused", 1, None),), abstained=True)
    shown = answer_html(one, whole=True)
    assert "Looked for: Who is it?" in visible(shown)
    assert "The bridge fell in May" in visible(shown)
    assert links(shown) == []
    (nearest,) = set(links(shown, "place"))
    assert nearest.startswith(f"#at=d1;100,{100 + len(TEXT)};100,{100 + len(TEXT)}~")
    assert "secret" not in shown


def test_a_passage_in_a_list_shows_no_signs_of_its_headings() -> None:
    titled = replace(PASSAGE, text="# The bridge\n\nIt fell. Number #1 of many.")
    one = Answer("Who?", "Who?", "No.", hits=(Hit(titled, 1.0, "fused", 1, None),), abstained=True)
    shown = visible(answer_html(one, whole=True))
    assert shown.count("The bridge It fell. Number #1 of many.") == 2
    assert "# The" not in shown


def test_only_a_kept_answer_can_be_judged_and_only_the_last_asked_again() -> None:
    names = re.compile(r'name="(\w+)" value="(\d+)" class="(\w+)"')
    kept = names.findall(tools_html(number=3, last=True, thumb="up"))
    assert ("good", "3", "on") in kept
    assert ("bad", "3", "off") in kept
    assert [name for name, _, _ in names.findall(tools_html(number=0, last=False, thumb=""))] == ["copy", "edit"]
