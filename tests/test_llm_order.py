"""What words around names, negations and contraries say, and when two windows may support a sentence together."""

from __future__ import annotations

import pytest

from rag.answering.llm.check import Checker, load_limits
from rag.answering.llm.exchange import contrary, turned_round
from rag.answering.llm.facts import full_names, held_by, lacking
from rag.answering.llm.order import denies, displaced, joined, lends_a_name, wording_of
from rag.schema import Document, Encoder, Hit, Passage

PORT = (
    "A fire broke out in the port of Salmeira. Fire chief Beatriz Amaro said that a faulty cable had caused it. "
    "The minister Clara Nogueira promised 6 million euros. Amaro needed nine hours to put the fire out."
)
FERRY = "The ferry to Merrow Island sails twice a day. Captain Ines Duarte has commanded it since 2003."
DOCUMENTS = {
    f"d{number}": Document(f"d{number}", f"Text {number}", "", text, "") for number, text in enumerate((PORT, FERRY), 1)
}
HITS = [
    Hit(Passage(f"p{d.id}", d.id, d.title, "", d.text, 0, 0, len(d.text)), 1.0, "fused") for d in DOCUMENTS.values()
]


# ---- two texts as one ----------------------------------------------------------------------------------------------


def test_joined_texts_put_no_word_of_one_beside_a_word_of_the_other() -> None:
    one, other = wording_of("The keeper saw Ada Winslow."), wording_of("Tom Hale did not burn the oil.")
    both = joined(one, other)
    assert both.roots == one.roots | other.roots | {""}
    assert both.scopes == one.scopes + other.scopes
    # At the seam "Winslow" and "Tom" would be neighbours, and one name of four words.
    claim = wording_of("The keeper saw Tom Hale.")
    assert displaced(claim, both) > 0
    assert {word.run for word in both.words if word.root in ("ada", "winsl")}.isdisjoint(
        word.run for word in both.words if word.root in ("tom", "hale")
    )


def test_joined_texts_are_passive_or_point_back_when_one_of_them_does() -> None:
    plain, passive, points = (wording_of(text) for text in ("Oil burned.", "Oil was sold by Hale.", "He sold it."))
    assert (joined(plain, passive).passive, joined(plain, points).points) == (True, True)
    assert (joined(plain, plain).passive, joined(plain, plain).points) == (False, False)


# ---- a name that the next sentence lends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "sentences", "expected"),
    [
        ("Turkey closed its border.", ("Iran closed the border.", "Turkey kept silent."), True),
        (
            "Turkey closed its border.",
            ("Iran closed its border.", "Turkey kept silent."),
            False,
        ),  # "its" asks for a name
        ("The Carrow mill has two wheels.", ("The Carrow mill is old.", "The mill has two wheels."), False),
        ("Iran closed the border and kept silent.", ("Iran closed the border.", "Turkey kept silent."), False),
        ("Iran closed the border.", ("Iran closed the border.",), False),
    ],
)
def test_a_sentence_that_lends_only_a_name_is_noticed(claim: str, sentences: tuple[str, ...], expected: bool) -> None:
    assert lends_a_name(wording_of(claim), [wording_of(one) for one in sentences]) is expected


# ---- two windows ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checker(encoder: Encoder) -> Checker:
    return Checker(encoder, lambda word: 1.0 + len(word) / 5, DOCUMENTS.__getitem__, load_limits())


@pytest.mark.parametrize(
    ("claim", "homes"),
    [
        ("Clara Nogueira promised 6 million euros, and Ines Duarte has commanded the ferry since 2003.", ["d1", "d2"]),
        # The window with her name tells nothing else of it.
        ("Beatriz Amaro has commanded the ferry to Merrow Island since 2003.", []),
        ("Ines Duarte said that a faulty cable had caused the fire.", []),
    ],
)
def test_two_windows_support_what_both_tell(checker: Checker, claim: str, homes: list[str]) -> None:
    found = checker.check(claim, (1, 2), checker.lay_out("What is said?", HITS))
    assert [one.hit.passage.document_id for one in found] == homes


# ---- names ---------------------------------------------------------------------------------------------------------


def test_a_full_name_is_held_where_the_text_goes_on_with_the_last_one(checker: Checker) -> None:
    desk = checker.lay_out("What is said?", HITS)
    (found,) = checker.check("Beatriz Amaro needed nine hours to put the fire out.", (1,), desk)
    assert PORT[found.start : found.end] == "Amaro needed nine hours to put the fire out."
    assert checker.check("Clara Amaro needed nine hours to put the fire out.", (1,), desk) == ()


def test_a_last_name_of_two_people_stands_for_neither() -> None:
    named = full_names("Recep Tayyip Erdoğan spoke. Tayyip Erdoğan left. Ada Hale and Tom Hale met Anne-Marie O’Neil.")
    assert named == {"erdogan": {"recep", "tayyip"}, "o'neil": {"anne", "marie"}}


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The French ship came.", "a ship from France"),
        ("The Netherlands paid.", "Dutch money paid for it"),
        ("The Danes came.", "a ship from Denmark"),
        ("Britain paid.", "a Briton paid"),
    ],
)
def test_people_and_their_country_hold_each_other(claim: str, text: str) -> None:
    assert lacking(claim, held_by(text)) == []
    assert lacking(claim, held_by("a ship from Portugal, Norway and Wales"))


# ---- measures, ends, negations, contraries --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "text", "missed"),
    [
        ("It covers 4,500 square feet.", "It covers 4,500 square metres.", True),
        ("It covers 4,500 square meters.", "It covers 4,500 square metres.", False),
        ("It lies twelve kilometres off.", "It lies twelve nautical miles off.", True),
        ("It lies 12 nautical miles off.", "It lies twelve nautical miles off.", False),
    ],
)
def test_a_measure_of_two_words_is_one(claim: str, text: str, missed: bool) -> None:
    assert bool(lacking(claim, held_by(text))) is missed


def test_numbers_that_change_ends_are_noticed() -> None:
    said = "The share rose from 2 to 9 percent."
    assert turned_round("It rose from nine to two percent.", said)
    assert not turned_round("It rose from two to nine percent.", said)


@pytest.mark.parametrize(
    ("claim", "text", "expected"),
    [
        ("Boats cannot be taxed there.", "The state may not tax boats.", False),
        ("The soup should not be boiled.", "Never boil the soup.", False),
        ("The radar cannot see through clouds.", "The radar can see through clouds but not through heavy rain.", True),
        ("He said the offer was small and rejected it.", "He rejected the offer as too small.", False),
        ("He took the small offer.", "He rejected the offer as too small.", True),
    ],
)
def test_forms_of_a_denied_verb_meet_and_prepositions_do_not(claim: str, text: str, expected: bool) -> None:
    assert denies(wording_of(claim), wording_of(text)) is expected


@pytest.mark.parametrize(
    ("claim", "text", "expected"),
    [
        ("Simmer it after the rice goes in.", "Simmer it before the rice goes in.", True),
        ("It has cost more than planned.", "It has cost less than planned.", True),
        ("The court overturned the fine.", "The court upheld the fine.", True),
        ("The court accepted the offer.", "The court approved the offer.", False),
        ("It cost more than 200 euros.", "It took less than a year.", False),
        ("It reopened for ferries.", "It reopened for ferries and stayed closed for ferries to Merrow.", False),
        ("Higher temperatures kill it.", "High temperature kills it, low temperature does not.", False),
    ],
)
def test_a_contrary_before_the_same_word_is_noticed(claim: str, text: str, expected: bool) -> None:
    assert contrary(claim, text) is expected
