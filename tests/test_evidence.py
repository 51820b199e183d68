"""What a reader points at becomes whole sentences of documents, with the sentence that names who speaks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answering.evidence import Evidence, announces, gather, items_of, with_announced, with_speaker
from rag.schema import Document, Hit, Passage, Span

TEXT = (
    "Ann Lee runs the ferry. She told the paper that it leaks. Repairs begin in May.\n\n"
    "The mill is older. It grinds rye. It also grinds oats. They sell both.\n\n"
    "He came alone."
)


class Pointing:
    """A reader that points at given words."""

    def __init__(self, *words: str) -> None:
        self._words = words

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        return [
            [
                Span(text.index(words), text.index(words) + len(words), 5.0 - rank)
                for rank, words in enumerate(self._words)
                if words in text
            ]
            for text in texts
        ]


def document(text: str = TEXT) -> Document:
    return Document("d", "Title", "source", text, "hash")


def hit(words: str) -> Hit:
    """The part of the text from the beginning to the end of these words, as a passage."""
    start = TEXT.index(words)
    passage = Passage(f"p{start}-{len(words)}", "d", "Title", "source", words, 0, start, start + len(words))
    return Hit(passage, 1.0, "fused")


def evidence_for(words: str) -> Evidence:
    start = TEXT.index(words)
    return Evidence(hit(words), start, start + len(words), start, start + 2, 0.0, words[:2], words)


def test_pointed_words_bring_their_whole_sentence_in_document_offsets() -> None:
    (one,) = gather("Where?", [hit("Repairs begin in May.\n\nThe mill is older. It grinds rye.")], Pointing("older"))
    assert TEXT[one.start : one.end] == one.sentence == "The mill is older."
    assert TEXT[one.answer_start : one.answer_end] == one.phrase == "older"
    assert one.score == 5.0


def test_words_across_two_sentences_bring_both() -> None:
    (one,) = gather("What?", [hit("It grinds rye. It also grinds oats. They sell both.")], Pointing("rye. It also"))
    assert TEXT[one.start : one.end] == "It grinds rye. It also grinds oats."


def test_best_comes_first_and_words_of_two_passages_once() -> None:
    hits = [
        hit("Repairs begin in May."),
        hit("Ann Lee runs the ferry."),
        hit("She told the paper that it leaks. Repairs begin in May."),
    ]
    found = gather("When?", hits, Pointing("Ann Lee", "May"))
    assert [one.phrase for one in found] == ["Ann Lee", "May"]


def test_no_more_spans_of_a_passage_than_asked() -> None:
    found = gather("What?", [hit("It grinds rye. It also grinds oats.")], Pointing("rye", "oats", "grinds"), 2)
    assert [one.phrase for one in found] == ["rye", "oats"]


def test_remark_about_the_text_is_not_what_the_text_says() -> None:
    text = "The mill closed in 1990. [Remark: 1991 is meant.]"
    passage = Passage("p", "d", "Title", "source", text, 0, 0, len(text))
    found = gather("When?", [Hit(passage, 1.0, "fused")], Pointing("1991", "1990"))
    assert [one.phrase for one in found] == ["1990"]


def test_names_of_one_phrase_are_items_of_their_own() -> None:
    text = "Ships came from Peru, Costa Rica and Chile. It grinds rye and oats."
    passage = Passage("p", "d", "Title", "source", text, 0, 0, len(text))
    names, grain = gather(
        "Where?", [Hit(passage, 1.0, "fused")], Pointing("Peru, Costa Rica and Chile", "rye and oats")
    )
    assert [(one.phrase, text[one.answer_start : one.answer_end]) for one in items_of(names)] == [
        (name, name) for name in ("Peru", "Costa Rica", "Chile")
    ]
    assert items_of(grain) == [grain]


def test_nothing_to_read_is_no_evidence() -> None:
    assert gather("What?", [], Pointing("rye")) == []
    assert gather("What?", [hit("The mill is older.")], Pointing("rye")) == []


@pytest.mark.parametrize(
    ("sentence", "begun"),
    [
        ("She told the paper that it leaks.", "Ann Lee runs the ferry."),
        ("It grinds rye.", "The mill is older."),
        ("It also grinds oats.", "The mill is older."),
        ("They sell both.", "It grinds rye."),  # two sentences back and no further
        ("Repairs begin in May.", "Repairs begin in May."),
        ("Ann Lee runs the ferry.", "Ann Lee runs the ferry."),
        ("The mill is older.", "The mill is older."),
    ],
)
def test_sentence_that_points_back_is_begun_at_the_one_that_names(sentence: str, begun: str) -> None:
    found = with_speaker(evidence_for(sentence), lambda _: document())
    assert TEXT[found.start : found.end].startswith(begun)
    assert TEXT[found.start : found.end].endswith(sentence)
    assert (found.answer_start, found.end) == (evidence_for(sentence).answer_start, evidence_for(sentence).end)


def test_paragraph_that_opens_with_a_pronoun_looks_into_the_one_before() -> None:
    found = with_speaker(evidence_for("He came alone."), lambda _: document())
    assert found.start < TEXT.index("He came alone.")
    assert "They sell both." in TEXT[found.start : found.end]


def test_first_sentence_of_a_document_stands_alone() -> None:
    text = "He came alone. Nobody knew."
    passage = Passage("p", "d", "Title", "source", text, 0, 0, len(text))
    first = Evidence(Hit(passage, 1.0, "fused"), 0, 14, 3, 7, 0.0, "came", text[:14])
    assert with_speaker(first, lambda _: document(text)) == first


def quoted(text: str, opening: str) -> str:
    """What is quoted for the sentence that begins with `opening`, with what it announces."""
    start = text.index(opening)
    end = text.index(".", start) + 1 if ":" not in text[start : start + 60] else text.index(":", start) + 1
    passage = Passage("p", "d", "Title", "source", text, 0, 0, len(text))
    one = Evidence(Hit(passage, 1.0, "fused"), start, end, start, end, 1.0, "", text[start:end])
    assert announces(one)
    found = with_announced(one, lambda _: document(text))
    return text[found.start : found.end]


def test_announced_reasons_are_those_of_the_paragraph_and_of_one_that_goes_on() -> None:
    text = "Several reasons are given. The pier leaks.\n\nMoreover, fuel is dear.\n\nThe mill is closed."
    assert quoted(text, "Several") == text[: text.index("\n\nThe mill")]


def test_a_list_after_a_colon_is_announced() -> None:
    text = "The ferry has three problems:\n\n- the pier leaks\n- the crew is tired\n\nThe mill is closed."
    assert quoted(text, "The ferry") == text[: text.index("\n\nThe mill")]


@pytest.mark.parametrize("sentence", ["The pier leaks.", "He gave no reason.", "The reason is old."])
def test_other_sentences_announce_nothing(sentence: str) -> None:
    passage = Passage("p", "d", "Title", "source", sentence, 0, 0, len(sentence))
    one = Evidence(Hit(passage, 1.0, "fused"), 0, len(sentence), 0, 3, 1.0, "", sentence)
    assert not announces(one)
