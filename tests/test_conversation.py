"""Claims about follow-up questions: what points back or is left out is written out, and nothing else is touched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.conversation import recent, standalone
from rag.index.lexical import content_words
from rag.schema import Turn

MINISTER = Turn("Who is the prime minister of Norway?", "Ada Berg [1]\n\nAda Berg, the prime minister, resigned. [1]")
PILOT = Turn("Who flew the Atlantic first?", "Ada Berg [1]\n\nAda Berg flew it in May. [1]")
RIVERS = Turn(
    "Which rivers reach the Baltic Sea?", "- Oder: The Oder and the Vistula do. [1]\n- Vistula [1]\n- Neva [2]"
)
REFUSAL = Turn("Did Chile leave?", "The documents do not answer this. I looked for: “Did Chile leave?”.")


def asked(question: str, *before: str | Turn) -> str:
    """The standalone form of `question` after questions without answers, or whole turns."""
    return standalone(question, [turn if isinstance(turn, Turn) else Turn(turn, "") for turn in before])


# ---- what stands alone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "What is photosynthesis?",
        "who wrote the history of Rome",
        "Did Chile change its constitution?",
        "Does Ada Berg say that she resigned?",
        "What is zinc and how does it work?",
        "How long does it take to fly to Mars?",
        "Is it raining in Lisbon?",
        "What is the distance between the earth and the moon?",
        "Tell me about the symptoms of measles.",
        "What is this article about?",
        "Summarise the article",
        "zinc deficiency signs",
        "What does the author conclude?",
        "Is Everest the highest mountain in Asia?",
        "",
        "?!",
    ],
)
def test_question_that_stands_alone_is_returned_as_typed(question: str) -> None:
    assert asked(question, "Who is Tove Lund?", "Where does she live?") == question


@given(st.text(max_size=60), st.lists(st.builds(Turn, st.text(max_size=60), st.text(max_size=80)), max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_text_after_any_turns_gets_a_question(question: str, history: list[Turn]) -> None:
    assert isinstance(standalone(question, history), str)


@given(st.text(max_size=60))
def test_first_question_is_returned_as_typed(question: str) -> None:
    assert standalone(question, ()) == question


# ---- what points back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("Tell me about Lisbon.", "How old is it?", "How old is Lisbon?"),
        ("Tell me about Lisbon.", "What are its suburbs called?", "What are Lisbon's suburbs called?"),
        ("What do king penguins eat?", "Where do they live?", "Where do king penguins live?"),
        ("Where do king penguins live?", "What are their enemies?", "What are king penguins' enemies?"),
        ("Who is Tove Lund?", "Where did she study?", "Where did Tove Lund study?"),
        ("Who is Tove Lund?", "What is her plan?", "What is Tove Lund's plan?"),
        ("who is tove lund", "who is her husband", "Who is tove lund's husband"),
        ("Who are Ada Berg and Tove Lund?", "Which of them is older?", "Which of Ada Berg and Tove Lund is older?"),
        ("Tell me about king penguins.", "Can these birds fly?", "Can the birds (king penguins) fly?"),
        ("Tell me about volcanoes.", "Which is the largest one in Italy?", "Which is the largest volcano in Italy?"),
        ("Tell me about volcanoes.", "Are there any in Peru?", "Are there any volcanoes in Peru?"),
        ("Tell me about Lisbon.", "Who lived there?", "Who lived in Lisbon?"),
        ("Who is Tove Lund?", "What happened to Lund?", "What happened to Tove Lund?"),
        ("Tell me about the Milgram study.", "Who led the study?", "Who led the Milgram study?"),
        ("Who is Tove Lund?", "And which party is she linked with?", "Which party is Tove Lund linked with?"),
    ],
)
def test_what_points_back_is_written_out(before: str, question: str, expected: str) -> None:
    assert asked(question, before) == expected


def test_two_pronouns_of_one_question_mean_two_things() -> None:
    before = ("Tell me about insulin.", "Who is Ada Berg?")
    assert asked("When did she isolate it?", *before) == "When did Ada Berg isolate insulin?"


def test_subject_beside_a_pronoun_is_not_what_it_means() -> None:
    assert "denied Peru" not in asked("Has Peru denied it?", "Did Peru sell ships to Fiji?")


def test_pronoun_after_a_name_as_the_answer_means_that_name() -> None:
    assert asked("When was she born?", MINISTER) == "When was Ada Berg born?"
    assert asked("And her husband?", MINISTER) == "Who is Ada Berg's husband?"


def test_pronoun_after_an_answer_that_is_no_name_means_the_question_s_subject() -> None:
    turn = Turn("Who is Tove Lund?", "A marine biologist [1]\n\nTove Lund is a marine biologist from Bergen. [1]")
    assert asked("Where does she work?", turn) == "Where does Tove Lund work?"


def test_she_is_not_the_man_who_was_named_last() -> None:
    married = Turn("Who did she marry?", "Jon Lund [1]\n\nIn May she married Jon Lund. [1]")
    before = ("Who is Ada Berg?", "Where was she born?", married, "How did he die?")
    assert asked("How many books did she write?", *before) == "How many books did Ada Berg write?"
    assert asked("How old was he?", *before) == "How old was Jon Lund?"


def test_name_that_an_answer_gave_may_be_meant_turns_later() -> None:
    lake = Turn("What is the largest lake in Peru?", "Lake Titicaca [1]\n\nLake Titicaca is the largest. [1]")
    assert asked("Which rivers feed it?", lake, "How deep is it?") == "Which rivers feed Lake Titicaca?"
    assert asked("Who lives there?", lake) == "Who lives in Lake Titicaca?"


def test_who_that_is_asks_for_the_name_just_given() -> None:
    assert asked("Who is that?", PILOT) == "Who is Ada Berg?"


def test_one_of_a_kind_is_meant_by_they() -> None:
    assert asked("How risky are they?", "Who are Peru's main rivals?", "What is a bond?") == "How risky are bonds?"


def test_war_ends_and_not_those_who_took_part() -> None:
    before = "Did the Red Cross play a role in the Chaco war?"
    assert asked("When did it end?", before) == "When did the Chaco war end?"
    assert asked("Who founded it?", before) == "Who founded the Red Cross?"


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("Did Peru backtrack?", "Why did it do that?", "Why did Peru"),
        ("When did the ships sink?", "Where are they now?", "Where are the ships now?"),
        ("Is the iPod rustproof?", "How about the Zune?", "Is the Zune rustproof?"),
    ],
)
def test_unlisted_verb_or_adjective_is_no_part_of_a_name(before: str, question: str, expected: str) -> None:
    assert asked(question, before).startswith(expected)


def test_topic_stays_through_several_follow_ups() -> None:
    before = ("What is melatonin?", "How was it discovered?", "What are the side effects?", "Is it sold in Spain?")
    assert asked("How is it made?", *before) == "How is melatonin made?"


def test_change_of_subject_drops_the_old_one() -> None:
    before = ("Tell me about Lisbon.", "How old is it?", "What is photosynthesis?")
    assert asked("Why is it important?", *before) == "Why is photosynthesis important?"


# ---- what is left out ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("What is measles?", "What are the symptoms?", "What are the symptoms of measles?"),
        ("What is measles?", "How reliable is the test?", "How reliable is the test of measles?"),
        ("What is measles?", "What are the effects on children?", "What are the effects of measles on children?"),
        ("Tell me about sharks.", "What's the biggest ever caught?", "What's the biggest shark ever caught?"),
        ("What is a tram?", "How does a bus compare?", "How does a bus compare to a tram?"),
        ("Tell me about the Chaco war.", "How did Chile react?", "How did Chile react to the Chaco war?"),
        ("Tell me about the Chaco war.", "Who was responsible?", "Who was responsible for the Chaco war?"),
        ("Tell me about the Chaco war.", "Who won?", "Who won (the Chaco war)?"),
        ("Tell me about the Chaco war.", "How many soldiers died?", "How many soldiers died (the Chaco war)?"),
        ("Tell me about zinc.", "Any drawbacks?", "Any drawbacks of zinc?"),
        ("Tell me about zinc.", "Does the author agree?", "Does the author agree with zinc?"),
        ("When did Peru leave the union?", "Why did it leave?", "Why did Peru leave the union?"),
        ("Tell me about hedge funds.", "Can children buy one?", "Can children buy one of hedge funds?"),
    ],
)
def test_what_is_left_out_is_written_out(before: str, question: str, expected: str) -> None:
    assert asked(question, before) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("Did Peru sell ships to Fiji?", "Why?", "Why did Peru sell ships to Fiji?"),
        ("When did Peru sell ships to Fiji?", "And why?", "Why did Peru sell ships to Fiji?"),
        ("Did Peru sell ships to Fiji?", "How many?", "How many ships did Peru sell to Fiji?"),
        ("When were the talks held?", "In which cities?", "In which cities were the talks held?"),
        ("Did Peru sell ships to Fiji?", "When did that happen?", "When did Peru sell ships to Fiji?"),
        ("Did Peru sell ships to Fiji?", "Is that true?", "Did Peru sell ships to Fiji?"),
        ("Which ships did Peru sell to Fiji?", "When?", "When did Peru sell ships to Fiji?"),
        ("Which ships did Peru sell to Fiji?", "How many?", "How many ships did Peru sell to Fiji?"),
        ("What did Ada Berg say about Peru?", "What else did she say?", "What else did Ada Berg say about Peru?"),
        ("Does Peru export zinc?", "Does Chile do it too?", "Does Chile do so too (Does Peru export zinc)?"),
        (
            "Did Peru leave?",
            "Can you explain that in more detail?",
            "Can you explain that in more detail (Did Peru leave)?",
        ),
        ("Did Peru sell ships to Fiji?", "Who said that?", "Who said that Peru did sell ships to Fiji?"),
        ("Can the Bay of Fundy freeze?", "Who said that?", "Who said that the Bay of Fundy can freeze?"),
        ("Tell me about Lisbon.", "Go on", "Tell me more about Lisbon."),
    ],
)
def test_bare_question_is_completed_from_the_one_before(before: str, question: str, expected: str) -> None:
    assert asked(question, before) == expected


def test_who_said_that_asks_for_what_the_last_answer_quotes() -> None:
    turn = Turn("Who won the race?", "Ada Berg [1]\n\nAda Berg won the race by two seconds. [1]")
    assert asked("Who said that?", turn) == "Who said that Ada Berg won the race by two seconds?"


def test_refusal_is_never_taken_for_a_quote() -> None:
    assert "documents" not in asked("Who said that?", REFUSAL)
    assert "documents" not in asked("Why?", REFUSAL)


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("Is Peru in the union?", "What about Georgia?", "Is Georgia in the union?"),
        ("Who is the president of Peru?", "And Georgia?", "Who is the president of Georgia?"),
        ("What did Ada Berg say about Peru?", "And about Chile?", "What did Ada Berg say about Chile?"),
        ("What is the largest lake in Peru?", "What about in Chile?", "What is the largest lake in Chile?"),
        ("What is the first sign of flu?", "And the second one?", "What is the second sign of flu?"),
        ("What are the benefits of zinc?", "What about drawbacks?", "What are drawbacks of zinc?"),
        ("How is zinc taken?", "What about side effects?", "What about side effects of zinc?"),
        ("Tell me about Peru.", "What about Chile?", "What about Chile?"),
        ("Who was the first man in Peru?", "And the first woman?", "Who was the first woman in Peru?"),
        ("Who was the first man in Peru?", "Who was the second?", "Who was the second man in Peru?"),
        ("What is the biggest city in Peru?", "And the second biggest?", "What is the second biggest city in Peru?"),
    ],
)
def test_contrast_takes_the_place_of_its_like(before: str, question: str, expected: str) -> None:
    assert asked(question, before) == expected


def test_what_replaced_the_topic_becomes_the_topic() -> None:
    assert asked("How old is it?", "Is Peru in the union?", "What about Georgia?") == "How old is Georgia?"


def test_contrast_after_a_bare_question_takes_the_place_of_the_subject() -> None:
    before = ("Why did Peru join the union?", "When?")
    assert asked("What about Georgia?", *before) == "When did Georgia join the union?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which is cheaper?", "Which is cheaper, zinc or iron?"),
        ("Which one has the better price?", "Which has the better price, zinc or iron?"),
        ("Who makes the latter?", "Who makes iron?"),
        ("Which is cheaper, copper or lead?", "Which is cheaper, copper or lead?"),
    ],
)
def test_choice_is_between_the_last_two_things(question: str, expected: str) -> None:
    assert asked(question, "What is the difference between zinc and iron?") == expected
    assert asked(question, "How useful is zinc?", "How useful is iron?") == expected


def test_list_lasts_while_questions_lean_on_it() -> None:
    assert asked("And the last?", RIVERS, "How long is the first one?") == "How long is Neva?"
    assert asked("How long is the second?", RIVERS) == "How long is Vistula?"


def test_second_one_of_a_list_is_its_second_item() -> None:
    assert asked("How long is the second one?", RIVERS) == "How long is Vistula?"
    assert "Vistula" in asked("And the second one?", RIVERS)
    assert "Neva" in asked("What about the last one?", RIVERS)


# ---- history -------------------------------------------------------------------------------------------------------


def words(text: str) -> int:
    return len(text.split())


def test_newest_turns_are_kept_whole_and_in_order() -> None:
    turns = [Turn("a b", "c d"), Turn("e", "f g"), Turn("h", "i")]
    assert recent(turns, 5, words) == (turns[1], turns[2])
    assert recent(turns, 4, words) == (turns[2],)
    assert recent(turns, 9, words) == tuple(turns)


def test_no_older_turn_is_kept_past_one_that_is_too_long() -> None:
    turns = [Turn("a", "b"), Turn("c", "d e f g h"), Turn("i", "j")]
    assert recent(turns, 5, words) == (turns[2],)


def test_history_is_not_changed_by_asking() -> None:
    history = [MINISTER, RIVERS]
    assert standalone("And the second one?", history) == standalone("And the second one?", history)
    assert history == [MINISTER, RIVERS]


# ---- other people's conversations ------------------------------------------------------------------------------------


def content_f1(text: str, reference: str) -> float:
    ours, theirs = set(content_words(text)), set(content_words(reference))
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def test_cast_conversations_are_rewritten_as_by_hand_and_whole_questions_left_alone(shared: Path) -> None:
    scores, untouched = [], []
    for line in (shared / "data" / "followups" / "cast2019.jsonl").read_text(encoding="utf-8").splitlines():
        turns = json.loads(line)["turns"]
        for number, turn in enumerate(turns):
            rewritten = asked(turn["question"], *(before["question"] for before in turns[:number]))
            plain = [re.findall(r"\w+", turn[form].lower()) for form in ("question", "standalone")]
            if plain[0] == plain[1]:
                untouched.append(rewritten == turn["question"])
            else:
                scores.append(content_f1(rewritten, turn["standalone"]))
    assert sum(scores) / len(scores) >= 0.80
    assert sum(untouched) / len(untouched) >= 0.95
