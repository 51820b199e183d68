"""Each kind of question gets its form of answer, on real questions over the shipped corpus: golden words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag import Answer, Chatbot


def phrase(answer: Answer) -> str:
    """The words of the first citation that answer."""
    first = answer.citations[0]
    assert first.answer_start is not None
    assert first.answer_end is not None
    return first.quote[first.answer_start - first.start : first.answer_end - first.start]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Which base did the Azerbaijani cargo planes visit?", "Ovda"),
        ("Which news agency interviewed Mevlut Cavusoglu?", "Anadolu"),
        ("When was the truce called?", "1994"),
        ("Which university is Kevork Oskanian affiliated with?", "Birmingham"),
    ],
)
def test_fact_is_a_phrase_and_then_the_sentence_that_says_it(corpus_bot: Chatbot, question: str, words: str) -> None:
    answer = corpus_bot.ask(question)
    assert words in phrase(answer)
    lead, sentence = answer.text.split("\n\n")
    assert lead.endswith(" [1]")
    assert words in lead
    assert words in sentence


def test_person_is_told_by_the_office(corpus_bot: Chatbot) -> None:
    assert "president" in corpus_bot.ask("Who is Recep Tayyip Erdogan?").text.lower()


def test_reason_is_one_to_three_sentences_in_reading_order(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Why is Israel interested in Azerbaijan?")
    assert not answer.abstained
    assert "Iran" in answer.text
    assert 1 <= len(answer.citations) <= 3
    starts = [citation.start for citation in answer.citations]
    assert starts == sorted(starts)


def test_list_names_each_item_with_a_citation(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Which places had Azerbaijani forces almost regained?")
    assert not answer.abstained
    lines = [line for line in answer.text.splitlines() if line.startswith("- ")]
    assert [line.split(":")[0].split(" [")[0] for line in lines[:2]] == ["- Fuzuli", "- Jebrail"]
    assert all(re.search(r"\[\d+\]$", line) for line in lines)


def test_two_questions_are_answered_one_by_one(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("When did the conflict begin and when was the truce called?")
    assert {"1988", "1994"} <= set(re.findall(r"\d{4}", answer.text))
    assert answer.missing == ()
    assert len(answer.citations) == 2


def test_part_that_the_documents_leave_open_is_named(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("When was the truce called and what is the recipe for apple pie?")
    assert "1994" in answer.text
    assert answer.verdict == "partial"
    assert len(answer.missing) == 1
    assert "apple pie" in answer.missing[0]


def test_overview_is_three_to_five_sentences_of_the_document(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("What is the article about?")
    assert 3 <= len(answer.citations) <= 5
    assert "Nagorno-Karabakh" in answer.text
    assert answer.verdict == "strong"


def test_overview_of_a_topic_speaks_of_it(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Summarise what is said about Israel.")
    assert not answer.abstained
    assert sum("Israel" in citation.quote for citation in answer.citations) >= 2


def test_each_sentence_of_a_topics_overview_has_a_word_of_it(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("What is said about mercenaries?")
    assert answer.citations
    assert all("mercenar" in citation.quote.lower() for citation in answer.citations)


def test_later_part_borrows_from_the_one_before(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Who is Turkey's foreign minister and who is its president?")
    assert "Mevlut Cavusoglu [1]" in answer.text
    assert "Recep Tayyip Erdogan [2]" in answer.text
    assert answer.missing == ()


def test_person_of_the_first_part_is_he_in_the_second(bot_factory: Callable[..., Chatbot]) -> None:
    bot = bot_factory(
        "The harbour of Alderbay is run by Ida Merrow. The bakery of Alderbay is run by Tom Hale.\n\n"
        "Ida Merrow was born in Dover. Tom Hale was born in Lisbon."
    )
    answer = bot.ask("Who runs the bakery, and where was he born?")
    assert answer.text.startswith("Tom Hale [1]")
    assert "Lisbon" in answer.text
    assert "Dover" not in answer.text


def test_one_side_of_a_comparison_is_never_told_with_the_words_of_another(bot_factory: Callable[..., Chatbot]) -> None:
    bot = bot_factory("Peru sells copper to Chile. Brazil is a large country with many rivers.")
    answer = bot.ask("What do Peru and Brazil sell to Chile?")
    assert "copper" in answer.text
    assert answer.missing == ("What does Brazil sell to Chile?",)
    assert answer.verdict == "partial"


def test_overview_of_a_topic_that_is_not_there_is_refused(corpus_bot: Chatbot) -> None:
    assert corpus_bot.ask("Summarise what is said about penguins in Antarctica.").abstained


def test_yes_no_question_gets_evidence_and_no_verdict(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Does Russia have a base in Armenia?")
    assert not answer.abstained
    assert "base" in answer.citations[0].quote
    assert not re.match(r"(yes|no)\b", answer.text, re.IGNORECASE)


def test_yes_no_question_leaves_out_sentences_that_hold_few_of_its_words(bot_factory: Callable[..., Chatbot]) -> None:
    bot = bot_factory(
        "The ferry to Alderbay carries cars in summer. The ferry to Alderbay was painted green by the crew. "
        "Cars are parked at the pier of Alderbay."
    )
    answer = bot.ask("Does the ferry to Alderbay carry cars?")
    assert [citation.quote for citation in answer.citations] == ["The ferry to Alderbay carries cars in summer."]


def test_claim_brings_the_sentence_that_names_its_speaker(bot_factory: object) -> None:
    bot = bot_factory(  # type: ignore[operator]
        "The mayor of Alderbay, Ida Merrow, opened the new bridge on Friday. "
        "She said that it had cost nine million crowns. The festivities lasted until midnight."
    )
    citation = bot.ask("How much did the new bridge cost?").citations[0]
    assert "nine million" in citation.quote
    assert "Ida Merrow" in citation.quote


@pytest.mark.parametrize(
    "question",
    ["What did Sergei Lavrov say?", "Who won the 2018 football World Cup?", "What is the capital of Peru?"],
)
def test_refusal_names_what_was_looked_for_and_the_nearest_words(corpus_bot: Chatbot, question: str) -> None:
    answer = corpus_bot.ask(question)
    assert answer.abstained
    assert answer.citations == ()
    assert answer.verdict == "none"
    assert question in answer.text
    assert "nearest passage" in answer.text
    assert not re.search(r"\[\d+\]", answer.text)
