"""An answer is made of verbatim quotes, each with a number, numbered in the order in which they appear."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answering import compose
from rag.answering.compose import Draft
from rag.answering.evidence import Evidence
from rag.schema import Document, Hit, Passage

TEXT = (
    "The ferry belongs to Ann Lee, who lives\nbeyond the lake. It carries goats. "
    "The mill, built in 1890, grinds rye and oats. Nobody knows why the mine closed."
)
VALLEY = Document("d", "The valley", "valley.txt", TEXT, "hash", metadata={"pages": "[0, 74]"})
FERRY = "The ferry belongs to Ann Lee, who lives\nbeyond the lake."
GOATS = "It carries goats."
MILL = "The mill, built in 1890, grinds rye and oats."


def evidence(sentence: str, phrase: str, document_id: str = "d") -> Evidence:
    start, answer = TEXT.index(sentence), TEXT.index(phrase, TEXT.index(sentence))
    passage = Passage(document_id, document_id, "The valley", "valley.txt", TEXT, 0, 0, len(TEXT))
    hit = Hit(passage, 1.0, "fused")
    return Evidence(hit, start, start + len(sentence), answer, answer + len(phrase), 0.0, phrase, sentence)


def markers(draft: Draft) -> list[int]:
    return [int(number) for number in re.findall(r"\[(\d+)\]", draft.text)]


def check(draft: Draft) -> None:
    """Markers and citations agree, and each quote is verbatim."""
    assert list(dict.fromkeys(markers(draft))) == [citation.number for citation in draft.citations]
    for citation in draft.citations:
        assert citation.quote == TEXT[citation.start : citation.end]
        if citation.answer_start is not None and citation.answer_end is not None:
            assert citation.start <= citation.answer_start < citation.answer_end <= citation.end


def test_fact_is_the_phrase_and_then_its_sentence() -> None:
    draft = compose.write_fact(Draft(), evidence(FERRY, "Ann Lee"), VALLEY)
    assert draft.text == "Ann Lee [1]\n\nThe ferry belongs to Ann Lee, who lives beyond the lake. [1]"
    (citation,) = draft.citations
    assert citation.quote == FERRY, "the quote keeps its line break, the text does not"
    assert TEXT[citation.answer_start : citation.answer_end] == "Ann Lee"
    check(draft)


def test_phrase_that_is_most_of_its_sentence_is_not_said_twice() -> None:
    draft = compose.write_fact(Draft(), evidence(GOATS, "It carries goats"), VALLEY)
    assert draft.text == "It carries goats. [1]"
    assert (draft.citations[0].answer_start, draft.citations[0].answer_end) == (None, None)


def test_phrase_is_trimmed_and_begins_with_a_capital() -> None:
    assert compose.answer_phrase(evidence(MILL, "built in 1890,")) == "Built in 1890"


def test_sentences_stand_in_reading_order_with_rising_numbers() -> None:
    chosen = [evidence(MILL, "1890"), evidence(FERRY, "Ann Lee")]
    draft = compose.write_sentences(Draft(), chosen, [VALLEY, VALLEY])
    assert draft.text == f"The ferry belongs to Ann Lee, who lives beyond the lake. [1] {MILL} [2]"
    assert [citation.quote for citation in draft.citations] == [FERRY, MILL]
    check(draft)


def test_sentences_that_overlap_are_one_quote() -> None:
    first, second = evidence(f"{FERRY} {GOATS}", "Ann Lee"), evidence(f"{GOATS} {MILL}", "1890")
    draft = compose.write_sentences(Draft(), [second, evidence(FERRY, "Ann Lee"), first], [VALLEY] * 3)
    assert [citation.quote for citation in draft.citations] == [f"{FERRY} {GOATS} {MILL}"]
    assert draft.text.count("It carries goats.") == 1
    check(draft)


def test_list_has_a_line_for_each_item_and_one_number_for_one_sentence() -> None:
    items = [evidence(MILL, "rye"), evidence(MILL, "oats"), evidence(FERRY, "Ann Lee")]
    draft = compose.write_list(Draft(), items, [VALLEY] * 3)
    assert draft.text.split("\n") == [
        f"- Rye: {MILL} [1]",
        "- Oats [1]",
        "- Ann Lee: The ferry belongs to Ann Lee, who lives beyond the lake. [2]",
    ]
    check(draft)


def test_quote_inside_a_longer_quote_gets_no_number_of_its_own() -> None:
    both = f"{FERRY} {GOATS}"
    draft = compose.write_fact(Draft(), evidence(both, "Ann Lee"), VALLEY)
    draft = compose.write_sentences(draft, [evidence(GOATS, "goats"), evidence(MILL, "1890")], [VALLEY, VALLEY])
    assert [citation.quote for citation in draft.citations] == [both, MILL]
    assert draft.text.count("It carries goats.") == 1
    check(draft)


def test_same_offsets_of_another_document_are_another_quote() -> None:
    draft = compose.write_fact(Draft(), evidence(FERRY, "Ann Lee"), VALLEY)
    draft = compose.write_fact(draft, evidence(FERRY, "Ann Lee", "other"), VALLEY)
    assert [citation.passage.document_id for citation in draft.citations] == ["d", "other"]
    check(draft)


def test_parts_of_an_answer_go_on_numbering() -> None:
    draft = compose.write_fact(Draft(), evidence(MILL, "1890"), VALLEY)
    draft = compose.write_fact(draft, evidence(FERRY, "Ann Lee"), VALLEY)
    assert markers(draft) == [1, 1, 2, 2]
    check(draft)


def test_refusal_says_what_was_looked_for_and_what_is_nearest() -> None:
    text = compose.refusal("Who is Bob?", evidence(FERRY, "Ann Lee"))
    assert "“Who is Bob?”" in text
    assert "“The valley”" in text
    assert "who lives beyond the lake" in text
    assert "[" not in text
    assert "nearest" not in compose.refusal("Who is Bob?", None)


def test_number_in_brackets_of_a_document_is_not_a_marker() -> None:
    text = "The lake is 40 metres deep.[7]"
    passage = Passage("p", "d", "The valley", "valley.txt", text, 0, 0, len(text))
    noted = Evidence(Hit(passage, 1.0, "fused"), 0, len(text), 12, 21, 0.0, "40 metres", text)
    draft = compose.write_fact(Draft(), noted, replace(VALLEY, text=text))
    assert markers(draft) == [1, 1]
    assert draft.text.endswith("deep.(7) [1]")
    assert draft.citations[0].quote == text
    assert "[" not in compose.refusal("What is [3]?", noted)


def test_citation_says_on_which_page_its_quote_begins() -> None:
    draft = compose.write_fact(Draft(), evidence(FERRY, "Ann Lee"), VALLEY)
    draft = compose.write_fact(draft, evidence(MILL, "1890"), VALLEY)
    assert [citation.page for citation in draft.citations] == [1, 2]
