"""Two rankings become one as worked out by hand, and a name finds its passage however it is spelt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import pytest

from rag.answering.retrieval import fuse
from rag.errors import QuestionError

if TYPE_CHECKING:
    from rag.chatbot import Chatbot

LAKE = "The ferry crosses the lake at noon."
MINE = "The copper mine closed in spring."
MILL = "The mill beside the ferry grinds rye."


def test_fusion_is_the_weighted_mean_of_cosine_and_share_of_the_ceiling() -> None:
    fused = fuse([("a", 0.8), ("b", 0.5)], [("b", 3.0), ("c", 1.0)], ceiling=4.0, weight=0.5)
    assert [id_ for id_, _ in fused] == ["b", "a", "c"]
    by_hand = [(0.5 + 0.5 * 0.75) / 1.5, 0.8 / 1.5, (0.5 + 0.5 * 0.25) / 1.5]
    assert [score for _, score in fused] == pytest.approx(by_hand)


def test_fusion_breaks_ties_by_the_first_ranking() -> None:
    assert [id_ for id_, _ in fuse([("b", 0.5), ("a", 0.5)], [], 1.0)] == ["b", "a"]


def test_fusion_of_nothing_is_nothing() -> None:
    assert fuse([], [], 0.0) == []
    assert fuse([], [("a", 1.0)], ceiling=2.0, weight=1.0) == [("a", 0.25)]


def test_no_passage_scores_more_than_the_ceiling(corpus_bot: Chatbot) -> None:
    lexical = corpus_bot._index.lexical
    for question in ("Turkey", "Who is the president of Turkey?", "exercises in Baku and Ganja"):
        best = max(score for _, score in lexical.search(question, 40))
        assert 0 < best <= lexical.ceiling(question)


def test_hits_carry_their_ranks_in_both_indexes(corpus_bot: Chatbot) -> None:
    question = "When did the exercises in Baku and Ganja run?"
    dense = [hit.passage.id for hit in corpus_bot.search(question, k=40, method="dense")]
    lexical = [hit.passage.id for hit in corpus_bot.search(question, k=40, method="lexical")]
    hits = corpus_bot.search(question, k=40)
    assert {hit.passage.id for hit in hits} == {*dense, *lexical}
    for hit in hits:
        id_ = hit.passage.id
        assert hit.stage == "fused"
        assert hit.dense_rank == (dense.index(id_) + 1 if id_ in dense else None)
        assert hit.lexical_rank == (lexical.index(id_) + 1 if id_ in lexical else None)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("method", ["dense", "lexical", "hybrid"])
@pytest.mark.parametrize("k", [0, 1, 3])
def test_search_returns_k_hits_of_its_method(
    method: Literal["dense", "lexical", "hybrid"], k: int, corpus_bot: Chatbot
) -> None:
    hits = corpus_bot.search("What did Russia do in the war?", k=k, method=method)
    assert len(hits) == k
    assert {hit.stage for hit in hits} <= {"fused" if method == "hybrid" else method}
    if method != "hybrid":
        ranks = [hit.dense_rank if method == "dense" else hit.lexical_rank for hit in hits]
        assert ranks == list(range(1, k + 1))


def test_search_returns_as_many_hits_as_the_setting_says(bot_factory: Callable[..., Chatbot]) -> None:
    bot = bot_factory(LAKE, MINE, MILL, top_k=2, candidates=1)
    assert len(bot.search("ferry")) == 2
    assert len(bot.search("ferry", k=3)) == 3


def test_search_names_the_passage_in_its_document(corpus_bot: Chatbot) -> None:
    texts = {document.id: document.text for document in corpus_bot.documents()}
    for hit in corpus_bot.search("What does Oskanian think?", k=5):
        assert hit.passage.text == texts[hit.passage.document_id][hit.passage.start : hit.passage.end]


def test_search_is_restricted_to_the_documents_named(bot_factory: Callable[..., Chatbot]) -> None:
    bot = bot_factory(LAKE, MINE, MILL)
    ids = [document.id for document in bot.documents()]
    for method in ("dense", "lexical", "hybrid"):
        hits = bot.search("Where is the ferry?", documents=[ids[2]], method=method)
        assert [hit.passage.text for hit in hits] == [MILL]
    assert {hit.passage.text for hit in bot.search("ferry", documents=ids[1:])} == {MINE, MILL}
    assert bot.search("ferry", documents=[]) == ()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Pashinian", "Pashinyan"),
        ("Azerbaidjan", "Azerbaijan"),
        ("Erdoğan", "Erdogan"),
        ("Karabach", "Karabakh"),
        ("Aliev", "Aliyev"),
        ("Cavusoğlu", "Cavusoglu"),
        ("Çavuşoğlu", "Cavusoglu"),
        ("Lukaschenko", "Lukashenko"),
        ("aydintaşbaş", "Aydintasbas"),
    ],
)
def test_misspelt_name_finds_its_passage(typed: str, name: str, corpus_bot: Chatbot) -> None:
    (best,) = corpus_bot.search(f"Who is {typed}?", k=1)
    assert name in best.passage.text
    assert best.lexical_rank is not None


@pytest.mark.parametrize("question", ["Is Georgia in the war?", "Where is Japan?", "Who rules Bulgaria?"])
def test_name_that_the_documents_lack_is_not_corrected(question: str, corpus_bot: Chatbot) -> None:
    assert corpus_bot.ask(question).standalone_question == question


def test_search_refuses_what_is_no_question(corpus_bot: Chatbot) -> None:
    with pytest.raises(QuestionError, match="Please type a question"):
        corpus_bot.search("?!")
