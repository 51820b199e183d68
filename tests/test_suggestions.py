"""Suggested questions are answered before they are offered; and why a passage was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from rag import Chatbot
from rag.index.lexical import content_words, root
from rag.schema import Answer
from rag.serving.suggestions import FOLLOW_UPS, MOST_TRIES, STARTERS, follow_ups, rephrasing, starters
from rag.serving.why import why

HARBOUR = """The harbour of Heysham was opened by the Midland Railway in 1904. Ferries sail from Heysham to Douglas.

Margaret Holt runs the ferry company since 2011. Margaret Holt was born in Lancaster and studied law in Leeds.

In winter the pilot Thomas Reed brings the ships in. Thomas Reed has done so for years, and he lives in Overton."""
BREAD = "Bakers in Kendal knead rye dough at four. The mill of Staveley grinds the rye. Flour is sold in sacks."


@pytest.fixture
def bot(bot_factory: Callable[..., Chatbot]) -> Chatbot:
    return bot_factory(HARBOUR, BREAD)


def is_answered(bot: Chatbot, question: str, documents: Sequence[str] | None = None) -> bool:
    answer = bot.ask(question, documents=documents)
    return not answer.abstained and answer.verdict in ("strong", "partial") and bool(answer.citations)


def test_follow_ups_are_answered_new_and_few(bot: Chatbot, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = bot.ask("When was the harbour of Heysham opened?")
    assert answer.citations
    asked: list[str] = []

    def ask(question: str, *, documents: Sequence[str] | None = None) -> Answer:
        asked.append(question)
        return Chatbot.ask(bot, question, documents=documents)

    with monkeypatch.context() as patch:
        patch.setattr(bot, "ask", ask)
        offered = follow_ups(bot, answer)
    assert len(asked) <= MOST_TRIES
    assert 1 <= len(offered) <= FOLLOW_UPS
    assert all(is_answered(bot, question) for question in offered)
    assert not any("opened" in question for question in offered)
    shown = {citation.quote for citation in answer.citations}
    assert all({citation.quote for citation in bot.ask(question).citations} - shown for question in offered)


def test_what_was_asked_already_is_not_offered_again(bot: Chatbot) -> None:
    answer = bot.ask("When was the harbour of Heysham opened?")
    first = follow_ups(bot, answer)
    assert first
    again = follow_ups(bot, answer, asked=first)
    assert set(first).isdisjoint(again)


def test_a_refusal_has_no_follow_ups(bot: Chatbot) -> None:
    answer = bot.ask("Who discovered penicillin?")
    assert answer.abstained
    assert follow_ups(bot, answer) == ()


def test_starters_suit_whatever_documents_are_open(bot: Chatbot) -> None:
    harbour, bread = sorted(bot.documents(), key=lambda document: "rye" in document.text)
    for document, theirs in ((harbour, HARBOUR), (bread, BREAD)):
        offered = starters(bot, [document.id])
        assert 1 <= len(offered) <= STARTERS
        assert all(is_answered(bot, question, [document.id]) for question in offered)
        names = [word for question in offered for word in question.split()[1:] if word[0].isupper()]
        assert all(name.strip("?") in theirs for name in names)


def test_starters_of_the_shipped_corpus_are_answered_and_ask_in_different_ways(corpus_bot: Chatbot) -> None:
    offered = starters(corpus_bot)
    assert len(offered) == STARTERS
    assert all(is_answered(corpus_bot, question) for question in offered)
    assert not any("say about" in question for question in offered)
    assert "Why is Azerbaijan much wealthier?" in offered


def test_a_question_made_from_a_sentence_is_offered_only_if_that_sentence_answers_it(
    bot_factory: Callable[..., Chatbot], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = bot_factory("The mill of Staveley was built in 1890. Ann Lee grinds rye there. The miller has no cat.")
    assert "When was the mill of Staveley built?" in starters(bot)
    other = bot.ask("Who grinds rye?")
    monkeypatch.setattr(bot, "ask", lambda question, documents=None: other)
    assert "When was the mill of Staveley built?" not in starters(bot)


def test_no_documents_give_no_starters(bot: Chatbot) -> None:
    assert starters(bot, []) == ()


def test_a_refused_question_gets_one_wording_that_is_answered(bot: Chatbot) -> None:
    for question, expected in (
        ("How tall is Margaret Holt in centimetres?", "Margaret Holt"),
        ("Who discovered penicillin in 1928?", ""),
        ("Who won the football World Cup in 2018?", ""),
    ):
        answer = bot.ask(question)
        assert answer.abstained
        suggested = rephrasing(bot, answer)
        assert expected in suggested
        assert is_answered(bot, suggested)


def test_without_documents_there_is_no_other_wording(bot: Chatbot) -> None:
    answer = bot.ask("Who discovered penicillin?")
    assert rephrasing(bot, answer, []) == ""


def test_no_wording_asks_about_a_bare_number(bot: Chatbot, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    ask, refused = bot.ask, bot.ask("Who won in 2018?")
    assert refused.abstained

    def watched(question: str, **more: Any) -> Answer:
        tried.append(question)
        return ask(question, **more)

    monkeypatch.setattr(bot, "ask", watched)
    rephrasing(bot, refused)
    assert not [question for question in tried if "2018" in question]


# ---- why this passage ----------------------------------------------------------------------------------------------


def test_each_hit_says_which_words_and_ranks_found_it(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Who is Kevork Oskanian?")
    reasons = why(answer)
    assert [one.passage_id for one in reasons] == [hit.passage.id for hit in answer.hits]
    best = next(one for one in reasons if one.passage_id == answer.citations[0].passage.id)
    assert "oskanian" in best.words
    for one, hit in zip(reasons, answer.hits, strict=True):
        held = {root(word) for word in content_words(hit.passage.text)}
        assert all(root(word) in held for word in one.words)
        assert "who" not in one.words


def test_the_fused_rank_is_the_place_before_rereading(corpus_bot: Chatbot) -> None:
    question = "Who is Kevork Oskanian?"
    answer = corpus_bot.ask(question)
    ranked = {hit.passage.id: rank for rank, hit in enumerate(corpus_bot.search(question), start=1)}
    assert {one.passage_id: one.fused_rank for one in why(answer)} == ranked
