"""A conversation leaves as Markdown, HTML and JSON: whole, with working anchors, and with nothing that acts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from rag.schema import Answer, Citation, Passage
from rag.serving.export import to_html, to_json, to_markdown
from rag.serving.history import Entry, Kept
from rag.serving.keeping import Keeping
from rag.serving.profile import profile_of
from tests.serving import Page, visitor

if TYPE_CHECKING:
    from markdown_it.token import Token

TEXT = "The heron nests at Quernmore. It was counted twice in May."
HOSTILE = [
    "[click](javascript:alert(1))",
    "![x](http://beacon.example/x.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</style><svg onload=alert(1)>",
    "</title></head><body onload=alert(1)>",
    "`code` ${alert(1)} {{ 7 * 7 }} {% raw %}",
    "# Not a heading\n\n- not a list\n\n---\n\n1. no\n\n> no",
    "<http://beacon.example>",
    "http://beacon.example/auto www.beacon.example a@beacon.example",
    "[1]: http://beacon.example",
    "&lt;script&gt; &#60;b&#62;",
    '" onmouseover="alert(1)',
    "-->\n<iframe src=//beacon.example></iframe>",
    "a\u202egnp.exe\u0000\u2028b",
    "|a|b|\n|-|-|\n~~x~~ $$\\href{javascript:alert(1)}{x}$$ [^1]",
    "\r```html\r<b>\r```",
]


def conversation(text: str = TEXT, title: str = "Where does the heron nest?") -> Kept:
    passage = Passage("p", "d", title, "/home/anna/birds.txt", text, 0, 0, len(text))
    citations = tuple(Citation(number, passage, text, 0, len(text)) for number in (1, 2))
    first = Answer(
        title, title, f"{text} [1]\n\nAgain: {text} [2] [1] [7]", citations, verdict="strong", missing=(text,)
    )
    second = Answer(text, f"standalone {text}", f"The documents do not say {text}.", abstained=True)
    entries = (Entry(1, first, {"d": "abc123"}, thumb="down", reason=text), Entry(2, second))
    return Kept("id", title, "2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05+00:00", entries)


class Seen(HTMLParser):
    """Tags with their attributes, and the text, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


# ---- JSON ----------------------------------------------------------------------------------------------------------


def test_json_holds_quotes_offsets_source_and_document_hash() -> None:
    value = json.loads(to_json(conversation()))
    assert value["title"] == "Where does the heron nest?"
    first, second = value["answers"]
    citation = first["citations"][0]
    assert citation["quote"] == TEXT == TEXT[citation["start"] : citation["end"]]
    assert citation["document"] == {
        "id": "d",
        "title": "Where does the heron nest?",
        "source": "birds.txt",
        "content_hash": "abc123",
    }
    assert (first["verdict"], first["thumb"], first["reason"]) == ("strong", "down", TEXT)
    assert second["abstained"] is True


@pytest.mark.parametrize("text", HOSTILE)
def test_json_gives_hostile_text_back_unchanged_and_names_no_path_of_this_machine(text: str) -> None:
    written = to_json(conversation(text, text))
    assert json.loads(written)["answers"][0]["citations"][0]["quote"] == text
    assert "<" not in written
    assert "/home/anna" not in written


# ---- HTML ----------------------------------------------------------------------------------------------------------


def test_every_marker_leads_to_its_quote_and_back() -> None:
    seen = Seen(to_html(conversation()))
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    links = [attributes["href"] for tag, attributes in seen.tags if tag == "a"]
    assert len(ids) == len(set(ids))
    assert {"#c-1-1", "#c-1-2", "#r-1-1", "#r-1-2"} == set(links)
    assert all(str(link)[1:] in ids for link in links)
    assert "[7]" in seen.text  # a marker without a citation stays text


def test_the_page_says_what_the_answers_say() -> None:
    text = Seen(to_html(conversation())).text
    for told in (TEXT, "Strong", "Not in the documents", "characters 0 to 58", "document hash abc123", "birds.txt"):
        assert told in text


def test_the_page_loads_nothing_and_runs_nothing_by_its_own_policy() -> None:
    page = to_html(conversation())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r"url\(|@import|\bsrc=|https?:", page)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_tag_and_no_attribute_to_the_page(text: str) -> None:
    plain, hostile = Seen(to_html(conversation())), Seen(to_html(conversation(text, text)))
    allowed = {(tag, name) for tag, attributes in plain.tags for name in attributes}
    assert {tag for tag, _ in hostile.tags} <= {tag for tag, _ in plain.tags}
    assert {(tag, name) for tag, attributes in hostile.tags for name in attributes} <= allowed
    links = {str(attributes["href"]) for tag, attributes in hostile.tags if tag == "a"}
    assert all(re.fullmatch(r"#[cr]-1-[12]", link) for link in links)
    assert not re.search("[\x00\u2028\u202e]", to_html(conversation(text, text)))


# ---- Markdown ------------------------------------------------------------------------------------------------------


def test_markdown_reads_as_the_conversation() -> None:
    written = to_markdown(conversation())
    assert written.startswith("# Where does the heron nest?\n")
    assert "\n## Where does the heron nest?\n" in written
    assert f"> \\[1\\] {TEXT}" in written
    assert "**Strong**" in written


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_markdown(text: str) -> None:
    from markdown_it import MarkdownIt

    ours, theirs = (to_markdown(conversation(one, one)) for one in (TEXT, text))
    reader = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    kinds = {token.type for token in _flat(reader.parse(ours))}
    tokens = _flat(reader.parse(theirs))
    # Text, breaks and entities aside, nothing is there that was not there before.
    assert {token.type for token in tokens} - kinds <= {"softbreak", "text_special"}
    assert not [token.type for token in tokens if token.type in ("link_open", "image", "html_inline", "html_block")]
    assert not re.search(r"(?<!\\)://|(?<!\\)@|www\.", theirs)
    headings = [token.tag for token in reader.parse(theirs) if token.type == "heading_open"]
    assert headings == ["h1", "h2", "h2"]


def _flat(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *(token.children or []))]


# ---- the downloads -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["md", "html", "json"])
def test_a_conversation_is_downloaded_by_its_owner_alone(page: Page, kind: str) -> None:
    keeping = Keeping(page.data_dir)
    with visitor(page) as anna, visitor(page) as ben:
        profile = profile_of(anna.build_request("GET", "/"))  # type: ignore[arg-type]  # it has headers too
        assert profile
        name = keeping.history.start(profile, "Where does the heron nest?")
        keeping.history.append(profile, name, conversation().entries[0].answer, ())
        mine, theirs = (http.get(f"/export/{name}.{kind}") for http in (anna, ben))
        assert (mine.status_code, theirs.status_code) == (200, 404)
        assert TEXT in mine.text.replace("\\", "")
        assert mine.headers["content-disposition"] == f'attachment; filename="conversation.{kind}"'
        assert "\n" not in theirs.json()["message"]
        assert anna.get(f"/export/{name}.exe").status_code == 422
        assert anna.get("/export/unknown.md").status_code == 404
        keeping.history.erase(profile)
    keeping.close()


def test_a_smalltalk_answer_has_no_verdict() -> None:
    kept = conversation()
    hello = replace(kept, entries=(Entry(1, Answer("hi", "hi", "Hello.", mode="smalltalk")),))
    assert "Not in the documents" not in to_markdown(hello) + to_html(hello)
