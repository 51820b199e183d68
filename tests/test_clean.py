"""Cleaning keeps articles and clean texts whole, and takes the furniture off page dumps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evals.paths import shared_dir
from rag.documents.clean import Cleaned, clean
from rag.documents.signs import sign_of
from rag.documents.whitespace import tidy

HERE = Path(__file__).parent
CLEAN_TEXTS = sorted((HERE / "clean_texts").glob("*.txt"))
# Each line of a dump opens with "+ " where it must stay and "- " where it must go.
PAGE_DUMPS = sorted((HERE / "page_dumps").glob("*.txt"))
ARTICLE = "al-monitor-nagorno-karabakh.txt"


def _lines(dump: Path, mark: str = "") -> list[str]:
    lines = dump.read_text(encoding="utf-8").split("\n")
    return [line[2:] for line in lines if line.startswith(mark) and (line or not mark)]


@pytest.fixture(scope="module")
def article() -> str:
    folder = shared_dir()
    if folder is None or not (folder / "article" / ARTICLE).is_file():
        pytest.skip("the article's text is not beside this checkout (RAG_SHARED_DIR)")
    return (folder / "article" / ARTICLE).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def cleaned_article(article: str) -> Cleaned:
    return clean(article)


@pytest.mark.parametrize("path", CLEAN_TEXTS, ids=lambda path: path.stem)
def test_clean_text_comes_through_unchanged(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert clean(text) == Cleaned(text.strip(), "", "", ())


def test_there_are_clean_texts_and_dumps_to_hold_the_rules_against() -> None:
    assert len(CLEAN_TEXTS) >= 60
    assert len(PAGE_DUMPS) >= 25


@pytest.mark.parametrize("path", PAGE_DUMPS, ids=lambda path: path.stem)
def test_page_dump_keeps_its_article_and_nothing_else(path: Path) -> None:
    cleaned = clean("\n".join(_lines(path)))
    assert cleaned.text.split() == " ".join(_lines(path, "+")).split()
    assert " ".join(cleaned.dropped).split() == " ".join(_lines(path, "-")).split()
    assert cleaned.title in cleaned.text.split("\n")[0]
    assert cleaned.title


@pytest.mark.parametrize("path", PAGE_DUMPS, ids=lambda path: path.stem)
def test_cleaning_twice_changes_nothing_more(path: Path) -> None:
    once = clean("\n".join(_lines(path))).text
    assert clean(once) == Cleaned(once, "", "", ())


def test_dates_near_the_headline_become_the_publication_date() -> None:
    dates = {path.stem: clean("\n".join(_lines(path))).published for path in PAGE_DUMPS}
    assert dates["news_cookie_banner"] == "2021-04-12"
    assert dates["magazine_subscription"] == "2022-10-03"
    assert dates["german_news"] == ""
    assert dates["german_paywall"] == "2024-03-12"
    assert dates["captions_between_paragraphs"] == "2018-02-08"


def test_the_article_begins_with_its_headline_and_deck(cleaned_article: Cleaned) -> None:
    headline, deck, first = cleaned_article.text.split("\n")[0:5:2]
    assert headline.startswith("Turkey backs")
    assert cleaned_article.title == headline
    assert deck.startswith("The flare-up")
    assert first.startswith("As the four-day-old war")


def test_the_article_ends_with_its_note(cleaned_article: Cleaned) -> None:
    last = cleaned_article.text.split("\n")[-1]
    assert last.startswith("Editor's note")
    assert last.endswith("deployed to Azerbaijan.")


def test_every_body_paragraph_of_the_article_stays(article: str, cleaned_article: Cleaned) -> None:
    paragraphs = [tidy(line) for line in article.split("\n")]
    body = paragraphs[paragraphs.index(next(p for p in paragraphs if p.startswith("As the four"))) :]
    body = [p for p in body[: body.index(next(p for p in body if p.startswith("Editor's note")))] if p]
    assert len(body) == 18
    assert [p for p in body if p not in cleaned_article.text.split("\n")] == []


@pytest.mark.parametrize("phrase", ["Skip to", "Photo", "professionals", "Briefing", "$25", "Sign in", "Trend Reports"])
def test_furniture_of_the_article_is_dropped(cleaned_article: Cleaned, phrase: str) -> None:
    assert phrase not in cleaned_article.text
    assert any(phrase in block for block in cleaned_article.dropped)


def test_rules_hold_no_phrase_of_the_article(article: str) -> None:
    folder = HERE.parent / "rag" / "documents"
    code = " ".join(re.findall(r"\w+", " ".join(p.read_text(encoding="utf-8") for p in folder.glob("*.py")).lower()))
    for word in ("newsletter", "monitor", "member", "premium", "briefing", "expertise", "inbox", "annually"):
        assert not re.search(rf"\b{word}", code)
    words = re.findall(r"\w+", article[article.index("Editor's note") :].lower())
    shared = {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
    assert [phrase for phrase in shared if f" {phrase} " in code] == []


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("in\u00a0 the harbour", "in the harbour"),
        ("Two.  Sentences.", "Two. Sentences."),
        ("zero\u200bwidth\ufeff jo\u200din", "zerowidth join"),
        ("cafe\u0301", "café"),
        ("co\u00adoperate", "cooperate"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("a\x0cb", "a\n\nb"),
        ("tail   \n\n  \nend\n", "tail\n\n\nend"),
        ("", ""),
        (" \n\u00a0\n", ""),
    ],
)
def test_whitespace_is_repaired(raw: str, text: str) -> None:
    assert clean(raw).text == text


WRAPPED = """\
The old observatory stands on a hill above the town, and its dome can be seen from
every street that runs north. It was closed in 1974, when the lights of the harbour
grew so bright that the fainter stars were lost to the eye, and with them the well-
known telescope was sold."""


def test_hard_wrapped_paragraphs_are_joined() -> None:
    whole = clean(WRAPPED + "\n\n- a list\n- stays a list").text
    assert whole.startswith("The old observatory stands on a hill above the town, and its dome can be seen from every")
    assert whole.endswith("\n\n- a list\n- stays a list")


def test_a_hyphen_at_a_line_end_goes_only_where_the_text_knows_the_whole_word() -> None:
    known = WRAPPED.replace("them the well-\nknown", "a famous tele-\nscope") + "\n\nThe telescope left."
    assert "a famous telescope telescope" in clean(known).text
    assert "the well-known telescope" in clean(WRAPPED).text


def test_a_market_report_is_no_offer() -> None:
    report = "Lead was flat at $2,060 a tonne and zinc gained $14 to $2,455, while copper touched $8,972."
    dump = "\n".join(_lines(HERE / "page_dumps" / "news_cookie_banner.txt"))
    within = dump.replace("Nobody was hurt in the flood.", f"Nobody was hurt in the flood.\n\n{report}")
    assert report in clean(within).text


@pytest.mark.parametrize("line", ["Nobody there reads Facebook.", "Related to that was the price of a boat."])
def test_a_sentence_that_opens_or_ends_like_a_control_stays(line: str) -> None:
    assert not sign_of(line)


def test_verse_beside_wrapped_prose_keeps_its_lines() -> None:
    verse = "The lamps lean in like aunts,\neach with a moth for a brooch"
    assert clean(f"{WRAPPED}\n\n{verse}").text.endswith(verse)


def test_a_long_line_takes_no_time_out_of_proportion() -> None:
    assert clean("a" * 300_000 + "\n" + "privacy " * 50_000 + "\n" + "(" * 100_000).dropped == ()
