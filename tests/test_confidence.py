"""Confidence weighs the reader's score against what the passages and the documents hold of the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.answering.confidence import Calibration, Features, coverage, features, load_calibration, names_held, shortlist
from rag.answering.evidence import Evidence
from rag.answering.reader import READERS
from rag.schema import Hit, Passage

if TYPE_CHECKING:
    from rag import Chatbot
    from rag.schema import Encoder

EVEN = Calibration(Features(1.0, 1.0, 1.0, 1.0), bias=-2.0, answer=0.3, strong=0.8, span=0.0)


def test_probability_is_the_logistic_of_the_weighted_sum() -> None:
    assert EVEN.probability(Features(0.0, 1.0, 1.0, 0.0)) == pytest.approx(0.5)
    assert EVEN.probability(Features(3.0, 1.0, 1.0, 0.0)) == pytest.approx(0.952574, abs=1e-6)


def test_verdict_begins_at_its_threshold() -> None:
    assert [EVEN.verdict(p) for p in (0.29, 0.3, 0.79, 0.8)] == ["none", "partial", "partial", "strong"]


def test_coverage_is_the_weighted_share_of_the_words_held() -> None:
    weights = {"harbo": 3.0, "light": 1.0}
    assert coverage(weights, "The lighthouse stands alone.") == pytest.approx(0.25)
    assert coverage(weights, "Harbours have lighthouses.") == 1.0
    assert coverage({}, "anything") == 0.0


@pytest.mark.parametrize("reader", READERS)
def test_shipped_numbers_are_sound(reader: str) -> None:
    fitted = load_calibration(reader)
    near, far = Features(4.0, 1.0, 1.0, 0.9), Features(-4.0, 0.1, 0.2, 0.1)
    assert fitted.probability(near) > fitted.answer > fitted.probability(far)
    assert 0 < fitted.answer < fitted.strong < 1


def evidence_for(*sentences: tuple[str, float]) -> list[Evidence]:
    """One piece of evidence for each sentence and score, all from one passage."""
    text = " ".join(sentence for sentence, _ in sentences)
    hit = Hit(Passage("p", "d", "Title", "source", text, 0, 0, len(text)), 1.0, "fused")
    return [Evidence(hit, 0, 0, 0, 0, score, "", sentence) for sentence, score in sentences]


def test_evidence_in_other_words_is_liker_than_evidence_of_another_matter(encoder: Encoder) -> None:
    found = evidence_for(("The vessel departs at nine.", -2.0), ("The bakery sells rye bread.", -2.0))
    hits = [found[0].hit]
    near, far = features("When does the ferry leave?", found, hits, lambda _: 1.0, encoder)
    assert near.likeness > far.likeness + 0.2
    assert (near.reader, near.sentence, near.rank) == (far.reader, far.sentence, far.rank) == (-2.0, 0.0, 1.0)
    assert features("When does the ferry leave?", [], [], lambda _: 1.0, encoder) == []


def test_shortlist_holds_what_the_reader_or_the_words_speak_for() -> None:
    found = evidence_for(("The mill is old.", 4.0), ("The ferry leaves at nine.", -3.0), ("Rye is dear.", -1.0))
    chosen = shortlist("When does the ferry leave?", found, lambda _: 1.0, count=2)
    assert [one.sentence for one in chosen] == ["The ferry leaves at nine.", "The mill is old."]


def test_names_that_no_document_mentions_are_missed(corpus_bot: Chatbot) -> None:
    words = corpus_bot._index.lexical
    assert names_held("What does Oskanian say about Putin?", words) == 1.0
    assert names_held("What does Lavrov say about Putin?", words) == 0.5
    assert names_held("What happened in 1877?", words) == 0.0
    assert names_held("what happened next?", words) is None
    assert names_held("What does Oskanian say?", words, documents=["no such document"]) == 0.0
