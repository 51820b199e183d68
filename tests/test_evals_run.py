"""The runner over a real chatbot, on small documents of our own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals import baseline, records
from evals.__main__ import main
from evals.datasets import FORMATS
from evals.llm_judge import make_judge, open_llm
from evals.questions import Question
from evals.run import ask_all, open_bot
from evals.scoring import answer_scores, short_answer, verbatim_rate
from rag.chatbot import Chatbot
from rag.schema import Answer, Citation

FIXTURES = Path(__file__).parent / "fixtures" / "evals"
ISLAND = FORMATS["chroma"](FIXTURES / "chroma")
BUILDER = Question(
    "b", "fact", "dev", "Who built the Skerry lighthouse?", answers=("Ida Holm",), evidence=(("/engineer Ida Holm/",),)
)
LAMP = Question(
    "l",
    "follow_up",
    "dev",
    "What was its lamp fed with?",
    answers=("rapeseed oil",),
    evidence=(("rapeseed oil",),),
    history=(BUILDER.question,),
    standalone="What was the lamp of the Skerry lighthouse fed with?",
)
SPACE = Question("u", "unanswerable", "dev", "Which rocket first reached Neptune in 1999?", why="off_topic")


@pytest.fixture(scope="module")
def island() -> Iterator[Chatbot]:
    with open_bot(documents=ISLAND.documents, passage_tokens=32) as bot:
        yield bot


def test_an_answered_question_is_scored_from_the_top_hit_to_the_citation(island: Chatbot) -> None:
    (record,) = ask_all(island, [BUILDER])
    assert record.scores["hit_rate@1"] == record.scores["mrr"] == record.scores["recall@5"] == 1.0
    assert record.scores["correct_with_citation"] == record.scores["verbatim"] == 1.0
    assert "Ida Holm" in record.text
    assert record.seconds > 0.0
    assert {f"{method}.recall@5" for method in ("dense", "lexical", "hybrid", "answer")} <= set(record.scores)


def test_a_refused_unanswerable_question_is_correct_and_has_no_retrieval_scores(island: Chatbot) -> None:
    (record,) = ask_all(island, [SPACE])
    assert record.abstained
    assert record.scores == {"refused": 1.0, "correct": 1.0}


def test_a_follow_up_is_asked_after_its_history(island: Chatbot) -> None:
    (record,) = ask_all(island, [LAMP])
    assert record.standalone != LAMP.question
    assert record.scores["term_f1"] > record.scores["term_f1_as_typed"]


def test_a_question_that_the_chatbot_refuses_to_read_is_recorded_as_wrong(island: Chatbot) -> None:
    (record,) = ask_all(island, [replace(BUILDER, question="?" * 5000)])
    assert record.error
    assert record.scores == {"correct": 0.0}


def test_references_are_found_by_their_place(island: Chatbot) -> None:
    first, second = ask_all(island, ISLAND.questions)
    assert first.scores["hit_rate@5"] == 1.0
    assert second.needed == 2
    assert second.scores["recall@5"] == 1.0
    assert "correct" not in first.scores  # the set has no accepted answers


def test_a_reference_that_no_document_has_is_never_found(island: Chatbot) -> None:
    wrong = replace(ISLAND.questions[0], references=(replace(ISLAND.questions[0].references[0], text="Not in there."),))
    (record,) = ask_all(island, [wrong])
    assert record.scores["recall@5"] == 0.0


def cited(island: Chatbot, quote: str | None = None, **changes: Any) -> Answer:
    """An answer that cites the builder's sentence, or claims another quote at the same place."""
    hit = island.search(BUILDER.question)[0]
    text = hit.passage.text[:65]
    place = {"start": hit.passage.start, "end": hit.passage.start + 65, "answer_start": hit.passage.start + 56}
    citation = Citation(1, hit.passage, text if quote is None else quote, answer_end=place["answer_start"] + 8, **place)
    return replace(Answer(BUILDER.question, "", "Ida Holm [1]", (citation,), (hit,), confidence=0.9), **changes)


def test_a_quote_that_is_not_verbatim_is_noticed(island: Chatbot) -> None:
    documents = {document.id: document for document in island.documents()}
    assert verbatim_rate(cited(island), documents) == 1.0
    assert verbatim_rate(cited(island, quote="The Skerry lighthouse was built in 1872"), documents) == 0.0


def test_the_marked_phrase_is_the_short_answer(island: Chatbot) -> None:
    assert short_answer(cited(island)) == "Ida Holm"
    assert short_answer(cited(island, abstained=True)) == ""


def test_a_right_answer_with_a_wrong_citation_is_not_correct_with_citation(island: Chatbot) -> None:
    documents: Mapping[str, Any] = {document.id: document for document in island.documents()}
    right = answer_scores(BUILDER, cited(island), documents)
    wrong = answer_scores(BUILDER, cited(island, quote="Bread was baked twice a week."), documents)
    assert (right["correct"], right["correct_with_citation"], right["em"]) == (1.0, 1.0, 1.0)
    assert (wrong["correct"], wrong["correct_with_citation"], wrong["citation_precision"]) == (1.0, 0.0, 0.0)


def test_words_in_a_refusal_are_no_answer(island: Chatbot) -> None:
    scores = answer_scores(BUILDER, cited(island, abstained=True), {d.id: d for d in island.documents()})
    assert (scores["correct"], scores["wrong_refusal"], scores["f1"]) == (0.0, 1.0, 0.0)
    assert "citation_precision" not in scores


@pytest.mark.slow  # imports torch and sentence-transformers
def test_the_stock_pipeline_stands_beside_ours_on_the_same_questions(island: Chatbot) -> None:
    questions = [BUILDER, SPACE]
    with baseline.stock(island.documents(), "all-MiniLM-L6-v2") as peer:
        sides = (baseline.ours(island), peer)
        found = baseline.add_scores(
            list(ask_all(island, questions)), questions, sides, island.documents(), count=lambda text: len(text.split())
        )
    # The whole fixture is smaller than every budget: both must find all of it.
    assert found[0].scores["rag.recall@1024t"] == found[0].scores["llamaindex.recall@1024t"] == 1.0
    assert "rag.recall@1024t" not in found[1].scores
    assert baseline.table(found, [side.name for side in sides]).row_count == 2 * len(baseline.BUDGETS)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("squad", "squad.json"),
        ("llamaindex", "llamaindex/rag_dataset.json"),
        ("chroma", "chroma"),
        ("cast", "cast.jsonl"),
    ],
)
def test_each_format_runs_from_the_command_line(name: str, path: str, tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    assert main(["--dataset", name, str(FIXTURES / path), "--json", str(out)]) == 0
    scores = [record.scores for record in records.load(out).records]
    wanted = {"squad": "str_em", "llamaindex": "f1", "chroma": "recall@5", "cast": "term_f1"}[name]
    assert all(wanted in row or "refused" in row for row in scores)


def test_the_article_command_writes_run_report_and_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, page, plot = tmp_path / "run.json", tmp_path / "run.html", tmp_path / "run.svg"
    arguments = ["--limit", "3", "--markdown", "--json", str(run), "--html", str(page), "--plot", str(plot)]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "| fact | 3 |" in printed
    assert "worst cases" in printed
    assert len(json.loads(run.read_text())["records"]) == 3
    assert page.read_text().startswith("<!doctype html>")
    assert plot.read_text().startswith("<svg")
    assert main(["--limit", "3", "--gate", str(run)]) == 0
    kept = records.load(run)
    records.save(replace(kept, records=(replace(kept.records[0], id="fact-xyz"), *kept.records[1:])), run)
    assert main(["--limit", "3", "--gate", str(run)]) == 1
    assert "FAILED: not asked as in the baseline: fact-xyz" in capsys.readouterr().out


def test_an_unknown_format_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dataset", "trec", "x"]) == 2
    assert "squad, llamaindex, chroma, cast" in capsys.readouterr().err


def scripted(replies: list[str]) -> Any:
    """A LlamaIndex LLM that gives these replies in turn."""
    from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata

    class Scripted(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata()

        def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
            return CompletionResponse(text=replies.pop(0))

        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
            raise NotImplementedError

    return Scripted()


def test_an_llm_grades_the_answers_that_were_given(island: Chatbot) -> None:
    judge = make_judge(scripted(["YES", "NO", "4.5\nNearly all of it."]))
    assert judge(BUILDER, cited(island)) == {"faithfulness": 1.0, "relevancy": 0.0, "correctness": 4.5}


def test_an_llm_is_not_asked_about_refusals(island: Chatbot) -> None:
    (record,) = ask_all(island, [SPACE], judge=make_judge(scripted([])))
    assert "faithfulness" not in record.scores


def test_an_llm_is_named_by_module_and_attribute() -> None:
    assert type(open_llm("llama_index.core.llms:MockLLM")).__name__ == "MockLLM"
    with pytest.raises(ValueError, match=r"package\.module:attribute"):
        open_llm("nowhere")
    with pytest.raises(ValueError, match="is no LlamaIndex LLM"):
        open_llm("builtins:dict")


# Each question shares no word with its document: only the dense ranking can find it.
PARAPHRASES = {
    "Bread was baked twice a week by the miller.": "Who made loaves?",
    "The physician visited the farm each Monday.": "Which day did doctors come?",
    "The automobile stopped because its fuel ran out.": "Why did her car halt?",
    "Pupils learned arithmetic from Mrs. Lind.": "Who taught maths?",
    "The shepherd's hound guarded sheep at night.": "What did dogs protect?",
    "The vessel sank near the reef during a storm.": "Where did his ship go down?",
    "The monarch wore a crown made of silver.": "What did royalty put on their heads?",
    "Villagers paid their taxes in salted fish.": "How were levies settled?",
    "The choir performed hymns every Sunday morning.": "Which songs did singers present?",
    "Heavy downpours flooded the cellar in autumn.": "Which room filled up with rainwater?",
}


def test_comparison_tells_lexical_retrieval_from_hybrid(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    paragraphs = [
        {"context": context, "qas": [{"id": context, "question": question, "answers": [_first_word(context)]}]}
        for context, question in PARAPHRASES.items()
    ]
    file = tmp_path / "paraphrases.json"
    file.write_text(json.dumps({"data": [{"title": "paraphrases", "paragraphs": paragraphs}]}))
    runs = {method: tmp_path / f"{method}.json" for method in ("lexical", "hybrid")}
    for method, out in runs.items():
        assert main(["--dataset", "squad", str(file), "--method", method, "--json", str(out)]) == 0
    capsys.readouterr()
    assert main(["--compare", str(runs["lexical"]), str(runs["hybrid"])]) == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.strip().startswith("hit_rate@1 ")]
    assert "beyond noise" in line
    assert main(["--compare", str(runs["hybrid"]), str(runs["hybrid"])]) == 0
    assert "beyond noise" not in capsys.readouterr().out


def _first_word(context: str) -> dict[str, Any]:
    return {"text": context.partition(" ")[0], "answer_start": 0}
