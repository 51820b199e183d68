"""PDF, HTML and records become Documents with what they say about themselves, or one line says why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.documents import load, page_of
from rag.documents.pages import follow
from rag.errors import DocumentError
from tests.samples import pdf, protected_pdf, scanned_pdf

MILL = "The mill of Ardvale was built in 1790 by a miller from the hills."
WHEEL = "Its wheel turns only in spring when the snow melts in the hills."
MUSEUM = "Today it is a museum that can be visited from May to October."


def _write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_a_pdf_keeps_title_author_date_and_pages(tmp_path: Path) -> None:
    source = _write(tmp_path / "a.pdf", pdf([MILL], [WHEEL], [], [MUSEUM], title="On mills", author="Ida Holm"))
    document = load(source)
    assert document.text == f"{MILL}\n\n{WHEEL}\n\n{MUSEUM}"
    assert (document.title, document.published) == ("On mills", "")
    assert (document.metadata["author"], document.metadata["created"]) == ("Ida Holm", "2021-05-06")
    pages = [page_of(document, document.text.index(sentence)) for sentence in (MILL, WHEEL, MUSEUM)]
    assert pages == [1, 2, 4]
    assert page_of(document, len(document.text)) == 4


def test_a_sentence_across_pages_is_one_and_belongs_to_the_page_it_begins_on(tmp_path: Path) -> None:
    first = "The mill of Ardvale was built in 1790 by a miller who had lost"
    document = load(_write(tmp_path / "a.pdf", pdf([MILL, first], ["two others to the river."])))
    assert f"{first} two others to the river." in document.text
    assert page_of(document, document.text.index(first)) == 1
    assert page_of(document, document.text.index("two others")) == 2


def test_running_titles_and_page_numbers_leave_a_pdf(tmp_path: Path) -> None:
    pages = [["Annual report 2020", sentence, str(n)] for n, sentence in enumerate((MILL, WHEEL, MUSEUM), start=1)]
    document = load(_write(tmp_path / "a.pdf", pdf(*pages)))
    assert document.text == f"{MILL}\n\n{WHEEL}\n\n{MUSEUM}"
    assert page_of(document, document.text.index(MUSEUM)) == 3


def test_a_document_without_pages_has_no_page(tmp_path: Path) -> None:
    assert page_of(load(_write(tmp_path / "a.txt", MILL)), 0) is None


def test_offsets_are_followed_through_changed_spaces_and_mended_words() -> None:
    raw = "One  two.\n\n\nThree fo-\nur. Five"
    tidied = "One two.\n\nThree four. Five"
    marks = [raw.index(word) for word in ("One", "two", "Three", "ur", "Five")] + [len(raw)]
    followed = follow(marks, raw, tidied)
    assert followed == (*map(tidied.index, ("One", "two", "Three", "Five", "Five")), len(tidied))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (protected_pdf([MILL], password="secret"), "is protected by a password"),
        (scanned_pdf(2), r"holds no text on its 2 pages: it is scanned"),
        (pdf([MILL])[:200], r"PDF"),
        (b"%PDF-1.7\nplain enough", r"PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is binary: a PNG picture"),
        (MILL.encode(), r"is named \.pdf but holds no PDF"),
        (b"", "is empty"),
    ],
    ids=["protected", "scanned", "truncated", "junk", "picture", "text", "empty"],
)
def test_what_is_no_readable_pdf_is_refused_by_name(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason) as caught:
        load(_write(tmp_path / "a.pdf", content))
    assert str(caught.value).startswith(f"{tmp_path / 'a.pdf'}: ")
    assert "\n" not in str(caught.value)


def test_a_pdf_whose_pages_hold_themselves_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is a broken PDF"):
        load(_write(tmp_path / "a.pdf", pdf([MILL], cycle=True)))


def test_content_decides_against_the_name(tmp_path: Path) -> None:
    assert load(_write(tmp_path / "a.txt", pdf([MILL]))).text == MILL
    page = f"<!doctype html><html><body><article><p>{MILL} {WHEEL}</p><p>{MUSEUM}</p></article></body></html>"
    assert "<p>" not in load(_write(tmp_path / "b.txt", page)).text


def test_a_json_record_gives_text_title_date_and_author(tmp_path: Path) -> None:
    record = {"Headline": "On mills", "body": MILL, "published_at": "2021-05-06T10:00:00Z", "author": {"name": "Ida"}}
    document = load(_write(tmp_path / "a.json", json.dumps(record)))
    assert (document.text, document.title, document.published) == (MILL, "On mills", "2021-05-06")
    assert document.metadata["author"] == "Ida"


def test_records_follow_each_other_under_their_titles(tmp_path: Path) -> None:
    records = [{"title": "One", "text": MILL, "date": "2020"}, {"content": WHEEL}, {"id": 3}]
    text = f"# One\n\n2020\n\n{MILL}\n\n# Record 2\n\n{WHEEL}"
    lines = "\n".join(map(json.dumps, records))
    for name, content in (
        ("a.jsonl", lines),
        ("a.json", json.dumps(records)),
        ("b.json", json.dumps({"n": 3, "articles": records})),
    ):
        document = load(_write(tmp_path / name, content))
        assert document.text == text
        assert (document.title, document.metadata["records"]) == (Path(name).stem, "2")


RECORDS = [{"title": "One", "text": MILL}, {"title": "Two", "text": WHEEL}]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"name": "Export", "description": "All of it.", "data": {"tags": ["a b"], "items": RECORDS}}),
        json.dumps({"one": RECORDS[0], "two": RECORDS[1]}),
        json.dumps([{"question": one["title"], "answer": [one["text"]]} for one in RECORDS]),
        json.dumps({"data": [{"title": one["title"], "context": one["text"], "qas": RECORDS} for one in RECORDS]}),
        json.dumps([{"headline": one["title"], "summary": one["text"], "date": 1700000000} for one in RECORDS]),
        "\n".join(map(json.dumps, RECORDS)),
    ],
    ids=["nested", "by name", "answers", "contexts", "summaries", "lines"],
)
def test_records_of_many_shapes_are_found(tmp_path: Path, content: str) -> None:
    document = load(_write(tmp_path / "a.json", content))
    assert document.text == f"# One\n\n{MILL}\n\n# Two\n\n{WHEEL}"


def test_paragraphs_of_a_record_and_plain_texts_stand_apart(tmp_path: Path) -> None:
    body = json.dumps({"title": "On mills", "body": [MILL, {"text": WHEEL}]})
    assert load(_write(tmp_path / "a.json", body)).text == f"{MILL}\n\n{WHEEL}"
    texts = load(_write(tmp_path / "b.json", json.dumps([MILL, WHEEL]))).text
    assert texts == f"# Record 1\n\n{MILL}\n\n# Record 2\n\n{WHEEL}"


@pytest.mark.parametrize("inside", ["\u2028", "\u2029", "\x85"])
def test_only_a_line_feed_ends_a_json_line(tmp_path: Path, inside: str) -> None:
    line = json.dumps({"text": f"{MILL}{inside}{WHEEL}"}, ensure_ascii=False)
    assert WHEEL in load(_write(tmp_path / "a.jsonl", f"{line}\r\n\r\n")).text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", "{", "is not JSON"),
        ("a.json", '{"words": "none"}', "holds no record with a text; name the field"),
        ("a.jsonl", '{"text": "one"}\n{', "line 2 is not JSON"),
        ("a.json", "[" * 200_000, "a.json"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path: Path, name: str, content: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        load(_write(tmp_path / name, content))


def test_html_nested_without_end_is_refused(tmp_path: Path) -> None:
    page = f"<html><body>{'<div>' * 100_000}<p>{MILL}</p></body></html>"
    with pytest.raises(DocumentError, match=r"a\.html: (?:no article was found|cannot be read as HTML)"):
        load(_write(tmp_path / "a.html", page))


def test_a_gzip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    import gzip

    with pytest.raises(DocumentError, match="gzip archive; unpack it first"):
        load(_write(tmp_path / "a.txt", gzip.compress(bytes(10_000_000))))
