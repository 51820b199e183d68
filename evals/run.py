"""Asks a chatbot every question of a set and keeps what happened as Records. Knows nothing of tables or files of runs.

A follow-up is asked as a conversation: its earlier questions are put to the same chatbot in order, and the chatbot's
own answers are the history. Retrieval is judged on the question as the chatbot searched it (its standalone form).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from evals import answer_metrics
from evals.questions import Question
from evals.records import Record, Seen
from evals.scoring import answer_scores, found_in, locate, needed, retrieval_scores
from rag.errors import RagError
from rag.schema import Answer, Document, Hit, Turn

if TYPE_CHECKING:
    from rag.answering.retrieval import Method
    from rag.chatbot import Chatbot

METHODS: tuple[Method, ...] = ("dense", "lexical", "hybrid")
DEPTH = 10  # passages fetched per ranking; mrr looks no further
SHOWN = 3  # passages kept in a record
Judge = Callable[[Question, Answer], Mapping[str, float]]


@contextmanager
def open_bot(
    corpus: Path | None = None, documents: Sequence[tuple[str, str]] = (), **settings: Any
) -> Iterator[Chatbot]:
    """A chatbot on a data directory of its own, gone afterwards.

    Args:
        corpus: a folder or one file to ask about; by default the shipped corpus.
        documents: (file name, text) pairs to ask about instead.
        settings: of `rag.settings.Settings`, as `passage_tokens=120`.

    Raises:
        ValueError: a document could not be ingested.
        RagError: the chatbot cannot be opened.
    """
    from rag.chatbot import Chatbot
    from rag.settings import Settings

    with TemporaryDirectory(prefix="rag-evals-") as folder:
        if corpus is not None and corpus.is_dir():
            settings["corpus_dir"] = corpus
        elif corpus is not None or documents:
            settings["corpus_dir"] = None
        sources = [str(corpus)] if corpus is not None and not corpus.is_dir() else []
        for name, text in documents:
            path = Path(folder, "documents", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sources.append(str(path))
        with Chatbot.open(Settings(data_dir=Path(folder, "data"), **settings)) as bot:
            if failed := bot.ingest(sources).failed:
                raise ValueError("\n".join(f"{source}: {reason}" for source, reason in failed.items()))
            yield bot


def ask_all(
    bot: Chatbot, questions: Iterable[Question], *, method: Method = "hybrid", judge: Judge | None = None
) -> Iterator[Record]:
    """A Record for each question, in order.

    Args:
        bot: an open chatbot.
        questions: what to ask.
        method: the ranking that the unprefixed retrieval metrics are about.
        judge: further scores of an answer that was given, from an LLM.
    """
    documents = {document.id: document for document in bot.documents()}
    answers: dict[tuple[str, ...], tuple[Answer, float]] = {}
    for question in questions:
        try:
            answer, seconds = converse(bot, (*question.history, question.question), answers)
            record = _record(bot, question, answer, documents=documents, method=method)
            judged = judge(question, answer) if judge is not None and not answer.abstained else {}
            yield replace(record, seconds=seconds, scores={**record.scores, **judged})
        except RagError as error:
            scores = {"correct": 0.0, "refused": 0.0} if not question.answerable else {"correct": 0.0}
            yield Record(
                question.id, question.kind, question.split, question.question, "", question.answerable, "", False,
                "none", 0.0, 0.0, error=str(error), scores=scores,
            )  # fmt: skip


def converse(
    bot: Chatbot, questions: tuple[str, ...], answers: dict[tuple[str, ...], tuple[Answer, float]]
) -> tuple[Answer, float]:
    """The answer to the last question after the ones before it, and its seconds; nothing is asked twice."""
    if questions not in answers:
        before = [converse(bot, questions[:count], answers)[0] for count in range(1, len(questions))]
        history = [Turn(question, answer.text) for question, answer in zip(questions, before, strict=False)]
        started = time.perf_counter()
        answer = bot.ask(questions[-1], history=history)
        answers[questions] = answer, time.perf_counter() - started
    return answers[questions]


def _record(
    bot: Chatbot, question: Question, answer: Answer, *, documents: Mapping[str, Document], method: Method
) -> Record:
    spans = locate(question, tuple(documents.values()))
    searched = answer.standalone_question or question.question
    rankings: dict[str, Sequence[Hit]] = {one: bot.search(searched, k=DEPTH, method=one) for one in METHODS}
    rankings["answer"] = answer.hits
    found = {name: [found_in(hit, question, spans) for hit in hits] for name, hits in rankings.items()}
    scores = retrieval_scores(found[method], needed(question))
    for name, pieces in found.items():
        scores |= retrieval_scores(pieces, needed(question), f"{name}.")
    scores |= answer_scores(question, answer, documents)
    if question.standalone:
        scores["term_f1"] = answer_metrics.term_f1(searched, question.standalone)
        scores["term_f1_as_typed"] = answer_metrics.term_f1(question.question, question.standalone)
    return Record(
        id=question.id,
        kind=question.kind,
        split=question.split,
        question=question.question,
        standalone=answer.standalone_question,
        answerable=question.answerable,
        text=answer.text,
        abstained=answer.abstained,
        verdict=answer.verdict,
        confidence=answer.confidence,
        seconds=0.0,
        expected=_expected(question),
        quotes=tuple(citation.quote for citation in answer.citations),
        retrieved=tuple(
            Seen(hit.passage.id, hit.passage.text[:200], tuple(sorted(pieces)))
            for hit, pieces in list(zip(rankings[method], found[method], strict=True))[:SHOWN]
        ),
        needed=needed(question),
        scores=scores,
    )


def _expected(question: Question) -> str:
    """The accepted answers in one line, to read beside what was answered."""
    if not question.answerable:
        return f"a refusal ({question.why})" if question.why else "a refusal"
    parts = [" or ".join(part) for part in question.parts]
    return "; ".join(parts) if parts else " or ".join(question.answers)
