"""Other people's question sets, read into our own types: SQuAD 2.0, LlamaIndex, Chroma's chunking evaluation, CAsT.

Knows file formats, nothing of metrics. A Dataset brings the documents to ask about; where they are texts of the set
itself, each needed piece of evidence is a Reference, the very words in the very document.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.questions import Question, Reference


@dataclass(frozen=True, slots=True)
class Dataset:
    """Questions, and the documents to ask about as (file name, text); without documents, the shipped corpus."""

    name: str
    questions: tuple[Question, ...]
    documents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """One question of a SQuAD file with its own paragraph; `answers` is empty when it is unanswerable.

    `starts` are the answers' character offsets in `context`.
    """

    id: str
    question: str
    context: str
    answers: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()


def read_squad(path: Path) -> list[SquadQuestion]:
    """The questions of a SQuAD 1.1 or 2.0 file, gzipped or not, in file order.

    Raises:
        ValueError: the file has another shape.
    """
    rows: list[SquadQuestion] = []
    try:
        for paragraph in (one for article in _read_json(path)["data"] for one in article["paragraphs"]):
            for qa in paragraph["qas"]:
                answers = [] if qa.get("is_impossible") else qa["answers"]
                texts = tuple(str(answer["text"]) for answer in answers)
                starts = tuple(int(answer["answer_start"]) for answer in answers)
                rows.append(SquadQuestion(str(qa["id"]), qa["question"], paragraph["context"], texts, starts))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is not in SQuAD's format ({error!r} is missing or wrong).") from error
    return rows


def squad(path: Path) -> Dataset:
    """SQuAD over all its paragraphs, each a document: the paragraph has to be found too.

    The needed evidence of an answerable question is its first answer's sentence-sized surroundings: the answer with up
    to 40 characters either side, as the bare answer may stand in many places.
    """
    rows = read_squad(path)
    names = {
        context: f"paragraph-{number:05}.txt" for number, context in enumerate(dict.fromkeys(r.context for r in rows))
    }
    questions = tuple(
        Question(
            id=row.id,
            kind="fact" if row.answers else "unanswerable",
            split="test",
            question=row.question,
            answers=row.answers,
            references=_around(names[row.context], row),
            why="" if row.answers else "not in its paragraph",
        )
        for row in rows
    )
    return Dataset(path.name, questions, tuple((name, context) for context, name in names.items()))


def llama_index(path: Path) -> Dataset:
    """A LabelledRagDataset (`rag_dataset.json`); its documents are `source_files/` beside it, as on LlamaHub.

    Without that folder each distinct reference context is a document of its own.
    """
    examples = _read_json(path)["examples"]
    folder = path.parent / "source_files"
    files = sorted(file for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else []
    documents = tuple((file.name, file.read_text(encoding="utf-8")) for file in files)
    if not documents:
        contexts = dict.fromkeys(context for example in examples for context in example["reference_contexts"])
        documents = tuple((f"context-{number:05}.txt", context) for number, context in enumerate(contexts))
    questions = tuple(
        Question(
            id=f"example-{number:05}",
            kind="fact",
            split="test",
            question=example["query"],
            answers=(example["reference_answer"],) if example.get("reference_answer") else (),
            references=tuple(_home(context, documents) for context in example["reference_contexts"]),
        )
        for number, example in enumerate(examples)
    )
    return Dataset(path.parent.name, questions, documents)


def chroma(path: Path) -> Dataset:
    """Chroma's chunking evaluation: a folder with `questions.jsonl` and the documents that it names.

    The set has no accepted answers, so only retrieval is judged.
    """
    file = path / "questions.jsonl" if path.is_dir() else path
    rows = _read_lines(file)
    names = sorted({row["corpus"] for row in rows})
    documents = tuple((name, (file.parent / name).read_text(encoding="utf-8")) for name in names)
    questions = tuple(
        Question(
            id=f"{Path(row['corpus']).stem}-{number:03}",
            kind="fact",
            split="dev",
            question=row["question"],
            references=tuple(Reference(row["corpus"], reference["content"]) for reference in row["references"]),
        )
        for number, row in enumerate(rows)
    )
    return Dataset("chroma", questions, documents)


def cast(path: Path) -> Dataset:
    """TREC CAsT conversations, one a line: {"topic", "title", "turns": [{"question", "standalone"}]}.

    Each turn after the first is a follow-up, judged by the term F1 of the question as searched against the hand-written
    one; the documents play no part.
    """
    questions: list[Question] = []
    for topic in _read_lines(path):
        asked = [turn["question"].strip() for turn in topic["turns"]]
        for number, turn in enumerate(topic["turns"][1:], 1):
            questions.append(
                Question(
                    id=f"{topic['topic']}-{number + 1}",
                    kind="follow_up",
                    split="dev",
                    question=asked[number],
                    history=tuple(asked[:number]),
                    standalone=turn["standalone"].strip(),
                )
            )
    return Dataset(path.stem, tuple(questions))


FORMATS: Mapping[str, Callable[[Path], Dataset]] = {
    "squad": squad,
    "llamaindex": llama_index,
    "chroma": chroma,
    "cast": cast,
}


def _around(name: str, row: SquadQuestion) -> tuple[Reference, ...]:
    """The first answer in its paragraph, widened to whole words."""
    if not row.answers:
        return ()
    start = max(0, row.starts[0] - 40)
    end = min(len(row.context), row.starts[0] + len(row.answers[0]) + 40)
    return (Reference(name, row.context[start:end].strip()),)


def _home(context: str, documents: tuple[tuple[str, str], ...]) -> Reference:
    """The context in the first document that has it; in none, it will count as never found."""
    words = " ".join(context.split())
    return Reference(next((name for name, text in documents if words in " ".join(text.split())), ""), context)


def _read_json(path: Path) -> Any:
    raw = path.read_bytes()
    return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


def _read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
