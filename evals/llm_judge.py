"""LlamaIndex's LLM evaluators over our answers: Faithfulness, Relevancy, Correctness. Knows no model by name.

Source: llama_index.core.evaluation. Faithfulness asks whether any cited context supports the answer (1 or 0), Relevancy
whether answer and contexts are in line with the question (1 or 0), Correctness grades the answer against the accepted
one from 1 to 5. An LLM's grades move with the model and its version: compare only runs made with the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from evals.matching import without_markers
from evals.questions import Question
from evals.run import Judge
from rag.schema import Answer

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


def make_judge(llm: LLM) -> Judge:
    """Scores of one given answer: `faithfulness` and `relevancy` (0 or 1), and `correctness` (1 to 5) where it applies.

    Correctness needs an accepted answer in words, so questions that accept only expressions are not graded. A reply
    that cannot be read as a grade leaves the score out.
    """
    from llama_index.core.evaluation import CorrectnessEvaluator, FaithfulnessEvaluator, RelevancyEvaluator

    faithfulness, relevancy = FaithfulnessEvaluator(llm=llm), RelevancyEvaluator(llm=llm)
    correctness = CorrectnessEvaluator(llm=llm)

    def judge(question: Question, answer: Answer) -> Mapping[str, float]:
        said: dict[str, Any] = {
            "query": answer.standalone_question or question.question,
            "response": without_markers(answer.text),
            "contexts": [hit.passage.text for hit in answer.hits],
        }
        results = {"faithfulness": faithfulness.evaluate(**said), "relevancy": relevancy.evaluate(**said)}
        reference = [accepted for accepted in question.answers if not accepted.startswith("/")]
        if reference:
            results["correctness"] = correctness.evaluate(**said, reference=reference[0])
        return {name: float(result.score) for name, result in results.items() if result.score is not None}

    return judge


def open_llm(name: str) -> LLM:
    """The LLM that `package.module:attribute` names: a LlamaIndex LLM, or a function without arguments that makes one.

    Raises:
        ValueError: the name does not lead to an LLM.
    """
    from llama_index.core.llms import LLM

    module, _, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"{name!r} cannot be imported ({error}); name an LLM as package.module:attribute.") from error
    llm = found if isinstance(found, LLM) else found()
    if not isinstance(llm, LLM):
        raise ValueError(f"{name!r} is no LlamaIndex LLM but a {type(llm).__name__}.")
    return llm
