"""The citation check: drafts taken apart, facts compared, sentences supported or left out."""

from __future__ import annotations

import pytest

from rag.answering.llm.check import Checker, load_limits
from rag.answering.llm.draft import claims_of
from rag.answering.llm.exchange import exchanged, turned_round
from rag.answering.llm.facts import held_by, lacking
from rag.answering.llm.injection import instructs
from rag.answering.llm.numbers import figured, measures_of, numbers_of
from rag.answering.llm.order import denies, displaced, wording_of
from rag.schema import Document, Encoder, Hit, Passage

LIGHTHOUSE = (
    "The Carrow lighthouse was built in 1874 by Ada Winslow, an engineer from Leith. It stands on Gull Rock, north of "
    "the harbour. The keeper, Tom Hale, did not leave it during the storm of May 2, 1911. The lamp burned "
    "whale oil until 1922."
)
FERRY = (
    "The ferry to Merrow Island sails twice a day. Captain Ines Duarte has commanded it since 2003. It carries 40 "
    "passengers and seven cars. In winter the European Union pays for its fuel."
)
MARKET = "The fish market in Dunmore opens at five in the morning. Buyers from Turkey come for the mackerel in August."


# ---- drafts --------------------------------------------------------------------------------------------------------


def cited(draft: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(claim.text, claim.cited) for claim in claims_of(draft)]


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("It burned. [1] It rained [2].", [("It burned.", (1,)), ("It rained.", (2,))]),
        ("It burned [1][2]. It rained. [1, 3]", [("It burned.", (1, 2)), ("It rained.", (1, 3))]),
        ("It burned [1-3].", [("It burned.", (1, 2, 3))]),
        ("# Causes\n\nThe causes are:\n- Oil [1]\n- Wind. [2]", [("Oil", (1,)), ("Wind.", (2,))]),
        ("**Causes**\n1. It **burned** [4]", [("It burned", (4,))]),
        ("No marker here.", [("No marker here.", ())]),
        ("See ![it](http://x.example/a.png) burn [1].", [("See it burn.", (1,))]),
        ("\n\n[1]", []),
    ],
)
def test_a_draft_is_taken_apart(draft: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert cited(draft) == expected


def test_growing_draft_never_gives_a_sentence_without_its_marker() -> None:
    draft = "The lamp burned oil. [1][2] It was lit in 1874 by Mr. Hale [3]. Then it went dark.\n- One more. [4]"
    whole = cited(draft)
    for end in range(len(draft)):
        found = [(claim.text, claim.cited) for claim in claims_of(draft[:end], growing=True)]
        assert found == whole[: len(found)]


# ---- facts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("It happened on 2 May 1911.", "the storm of May 2, 1911"),
        ("It happened on 1911-05-02.", "the storm of May 2nd, 1911"),
        ("Seven cars fit.", "It carries 7 cars."),
        ("It costs 2.5 million.", "a price of 2,500,000"),
        ("Twenty-five came.", "25 came"),
        ("The EU pays.", "the European Union pays"),
        ("The European Union pays.", "the EU pays"),
        ("Erdogan spoke.", "Erdoğan spoke"),
        ("A Turkish ship came.", "a ship from Turkey"),
        ("World War II began.", "the Second World War began"),
        ("President Hale spoke.", "Hale spoke"),
        ("The two ships met.", "the ship met another"),
        ("Meanwhile the ship left.", "the ship left"),
        ("It lasted from 1914 to 1918.", "the years 1914–18"),
        ("It cost €2 million.", "a cost of €2m"),
        ("It lost 30% of its oil.", "It lost 30 per cent of its oil."),
        ("A lamp of 40 mg burned.", "a 40-milligram lamp"),
        ("The U.S. paid.", "the US paid"),
        ("It was on 20/05/1956.", "on 20 May 1956"),
    ],
)
def test_spelling_variants_hold_a_fact(claim: str, text: str) -> None:
    assert lacking(claim, held_by(text)) == []


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("It happened on May 3, 1911.", "the storm of May 2, 1911, which took 3 ships"),
        ("Eight cars fit.", "It carries 7 cars."),
        ("Brazil paid.", "Turkey paid"),
        ("The ship of Ada Morley came.", "the ship of Ada Winslow came"),
        ("It was in August.", "It was in June."),
        ("An Austrian ship came.", "a ship from Australia"),
        ("It costs 2.5 billion.", "a price of 2.5 million"),
        ("It sailed 40 miles.", "It sailed 40 km."),
        ("It burned in the autumn of 1911.", "It burned in the spring of 1911."),
        ("It sails three times a day.", "It sails twice a day."),
    ],
)
def test_a_changed_fact_is_missed(claim: str, text: str) -> None:
    assert lacking(claim, held_by(text))


def test_numbers_are_read_in_words_and_figures() -> None:
    assert numbers_of("three hundred thousand") == {"300000"}
    assert numbers_of("1,874 and 2.50") == {"1874", "2.5"}
    assert numbers_of("one of them", required=True) == frozenset()


def test_numbers_and_measures_have_one_spelling() -> None:
    assert figured("two thousand men, 30% of 5km") == figured("2,000 men, 30 per cent of 5 kilometres")
    assert measures_of("a 40-mg dose") == measures_of("40 milligrams") == {("40", "milligram")}


def test_an_insertion_does_not_part_a_name_from_its_verb() -> None:
    said = wording_of("Ada Winslow, who succeeded Tom Hale in 1874, blamed the harbour for the losses.")
    assert displaced(wording_of("Winslow blamed the harbour."), said) == 0
    assert displaced(wording_of("Hale blamed the harbour for the losses."), said) > 0


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("The colony was founded on the border of Georgia and settled by debtors.", False),
        ("The colony was founded on the border of Andean and settled by debtors.", True),
        ("The colony was founded on the border of Florida and settled by debtors.", True),
        ("The colony was founded on the Georgian border and settled by debtors.", False),
        ("Debtors of Florida settled there.", False),
    ],
)
def test_another_name_among_the_same_words_is_noticed(claim: str, expected: bool) -> None:
    said = wording_of("The colony was founded on the border of Georgia and settled by debtors, not from Florida.")
    assert exchanged(wording_of(claim), said) is expected


def test_another_number_among_the_same_words_is_noticed_and_initials_are_no_other_name() -> None:
    said = wording_of("The Food and Drug Agency fined the firm in the third quarter of the year.")
    assert exchanged(wording_of("The Food and Drug Agency fined the firm in the second quarter of the year."), said)
    assert not exchanged(wording_of("The FDA fined the firm in the third quarter of the year."), said)


def test_names_that_change_ends_are_noticed() -> None:
    said = "The boat sails from Leith to Oslo."
    assert turned_round("It sails from Oslo to Leith.", said)
    assert not turned_round("It sails to Oslo from Leith.", said)


def test_a_swapped_pair_of_names_is_noticed_and_a_passive_is_not() -> None:
    said = wording_of("Arland attacked Borvia on the northern border.")
    assert displaced(wording_of("Borvia attacked Arland on the northern border."), said) > 0
    assert displaced(wording_of("Arland attacked Borvia on the border."), said) == 0
    assert displaced(wording_of("Borvia was attacked by Arland on the border."), said) == 0


@pytest.mark.parametrize(
    ("claim", "text", "expected"),
    [
        ("The keeper did not leave.", "The keeper left.", False),  # another form of the verb: not noticed
        ("The keeper did not leave the tower.", "The keeper had to leave the tower.", True),
        ("The keeper left the tower.", "The keeper never left the tower.", True),
        ("The keeper didn't leave.", "The keeper refused to leave.", False),
        ("It was not only oil.", "It was oil.", False),
        ("It did not burn until May.", "It did burn until May.", False),
        ("The bank failed, and the keeper left.", "The keeper left, and the bank failed.", False),
        ("The keeper failed to leave the tower.", "The keeper had to leave the tower.", True),
        (
            "He did not leave the old stone hut, but Hale had to eat.",
            "He did not leave. Hale did not eat the oil.",
            True,
        ),
    ],
)
def test_a_denial_is_noticed(claim: str, text: str, expected: bool) -> None:
    assert denies(wording_of(claim), wording_of(text)) is expected


# ---- the whole check -----------------------------------------------------------------------------------------------


def document(number: int, text: str) -> Document:
    return Document(f"d{number}", f"Text {number}", "", text, "")


DOCUMENTS = {f"d{number}": document(number, text) for number, text in enumerate((LIGHTHOUSE, FERRY, MARKET), start=1)}
HITS = [
    Hit(Passage(f"p{d.id}", d.id, d.title, "", d.text, 0, 0, len(d.text)), 1.0, "fused") for d in DOCUMENTS.values()
]


@pytest.fixture(scope="module")
def checker(encoder: Encoder) -> Checker:
    return Checker(encoder, lambda word: 1.0 + len(word) / 5, DOCUMENTS.__getitem__, load_limits())


def quotes(checker: Checker, claim: str, *numbers: int) -> list[tuple[str, str]]:
    """Document and words of the evidence."""
    desk = checker.lay_out("What is said?", HITS)
    found = checker.check(claim, numbers, desk, "What is said?")
    return [
        (one.hit.passage.document_id, DOCUMENTS[one.hit.passage.document_id].text[one.start : one.end]) for one in found
    ]


def test_a_paraphrase_is_supported_by_the_words_that_say_it(checker: Checker) -> None:
    (found,) = quotes(checker, "Ada Winslow built the lighthouse of Carrow in 1874.", 1)
    assert found == ("d1", LIGHTHOUSE[: LIGHTHOUSE.index(" It stands")])


def test_a_wrong_citation_is_exchanged_for_the_passage_that_says_it(checker: Checker) -> None:
    for wrong in (2, 3, 7):
        ((home, _),) = quotes(checker, "The lamp burned whale oil until 1922.", wrong)
        assert home == "d1"


def test_a_sentence_without_a_marker_gets_one(checker: Checker) -> None:
    ((home, quote),) = quotes(checker, "Captain Ines Duarte has commanded the ferry since 2003.")
    assert (home, "Duarte" in quote) == ("d2", True)


@pytest.mark.parametrize(
    "claim",
    [
        "Ada Winslow built the lighthouse of Carrow in 1875.",
        "Ines Duarte built the lighthouse of Carrow in 1874.",
        "The ferry carries 40 passengers and nine cars.",
        "The keeper Tom Hale left it during the storm of May 2, 1911.",
        "The storm of May 3, 1911 did not drive the keeper Tom Hale out.",
        "The lighthouse was painted red and white by volunteers.",
        "I hope this helps!",
        'Tom Hale "never left the lamp alone" during the storm of May 2, 1911.',
        "Ada Winslow carries 40 passengers and seven cars.",
        "The lamp burned whale oil until 1922, see https://oil.example.",
    ],
)
def test_what_no_passage_says_is_not_supported(checker: Checker, claim: str) -> None:
    assert quotes(checker, claim, 1, 2) == []


def test_two_passages_support_together_what_neither_says_alone(checker: Checker) -> None:
    found = quotes(
        checker, "The lamp burned whale oil until 1922, and the ferry to Merrow Island sails twice a day.", 1, 2
    )
    assert [home for home, _ in found] == ["d1", "d2"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Turkey ignored the earlier agreement and said that it would go on.",
        "When asked about the war, officials say little.",
        "From now on, the ferry costs more.",
        "New rules for imports apply in May.",
        "AI systems must be regulated, the minister said.",
        "The heating system: a brief history.",
    ],
)
def test_ordinary_sentences_are_not_taken_for_instructions(sentence: str) -> None:
    assert not instructs(sentence)
