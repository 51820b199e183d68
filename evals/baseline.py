"""The stock LlamaIndex pipeline beside ours, on the same questions and documents. Knows nothing of answers.

Stock means its defaults: SentenceSplitter (1,024 tokens, overlap 200), VectorStoreIndex over a Chroma collection, and
HuggingFaceEmbedding with the very model folder that the product uses. Its passages are several times the size of ours,
so both are judged on an equal number of retrieved tokens: each ranked list is cut at a budget, inside a passage if need
be, and recall is the share of the needed pieces found in what is left. Read the 256 and 512 rows with care: only from
1,024 tokens on does a whole stock passage fit, and 2,048 is what stock hands on by default (its two best passages).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.table import Table

from evals.bootstrap import interval, paired_interval
from evals.budget import CountTokens, Retrieved, within
from evals.matching import says
from evals.questions import Question
from evals.records import Record
from evals.run import DEPTH
from evals.scoring import locate, needed
from rag.schema import Document

if TYPE_CHECKING:
    from rag.chatbot import Chatbot

BUDGETS = (256, 512, 1024, 2048)
Rank = Callable[[str], Sequence[Retrieved]]


@dataclass(frozen=True, slots=True)
class Side:
    """One pipeline's ranked passages for a question."""

    name: str
    rank: Rank


def ours(bot: Chatbot) -> Side:
    """The product's hybrid retrieval."""

    def rank(question: str) -> list[Retrieved]:
        passages = [hit.passage for hit in bot.search(question, k=4 * DEPTH)]
        return [Retrieved(passage.document_id, passage.start, passage.text) for passage in passages]

    return Side("rag", rank)


@contextmanager
def stock(documents: Sequence[Document], embedding_model: str) -> Iterator[Side]:
    """LlamaIndex's pipeline with its defaults over the same cleaned documents.

    Raises:
        ImportError: the extra `evals` is not installed.
    """
    import chromadb
    from llama_index.core import Document as LlamaDocument
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from rag.index.encoder import model_folder

    with TemporaryDirectory(prefix="rag-stock-", ignore_cleanup_errors=True) as folder:
        collection = chromadb.PersistentClient(folder).create_collection("stock")
        embedding = HuggingFaceEmbedding(str(model_folder(embedding_model) or embedding_model))
        texts = [LlamaDocument(text=one.text, doc_id=one.id) for one in documents]
        context = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
        index = VectorStoreIndex.from_documents(
            texts, storage_context=context, embed_model=embedding, transformations=[SentenceSplitter()]
        )
        retriever = index.as_retriever(similarity_top_k=DEPTH)
        by_id = {document.id: document.text for document in documents}

        def rank(question: str) -> list[Retrieved]:
            return [
                _retrieved(found.node.ref_doc_id, found.node.get_content(), by_id)
                for found in retriever.retrieve(question)
            ]

        yield Side("llamaindex", rank)


def add_scores(
    records: Sequence[Record],
    questions: Sequence[Question],
    sides: Sequence[Side],
    documents: Sequence[Document],
    *,
    count: CountTokens,
) -> list[Record]:
    """The records with `<side>.recall@<budget>t` and `<side>.hit_rate@<budget>t` for each side and budget of tokens.

    Both sides get the question as the chatbot searched it, so that follow-ups do not count against the peer.
    """
    by_id = {question.id: question for question in questions}
    return [
        replace(one, scores={**one.scores, **_scores(by_id[one.id], one, sides, documents, count)}) for one in records
    ]


def table(records: Sequence[Record], sides: Sequence[str]) -> Table:
    """Both columns, and the paired bootstrap interval of their difference."""
    shown = Table(title="At an equal number of retrieved tokens", title_justify="left")
    for heading in ("metric", *sides, "difference, 95% interval"):
        shown.add_column(heading, justify="left" if heading == "metric" else "right")
    for metric in (f"{name}@{budget}t" for name in ("hit_rate", "recall") for budget in BUDGETS):
        scored = [one.scores for one in records if all(f"{side}.{metric}" in one.scores for side in sides)]
        if not scored:
            continue
        columns = [[scores[f"{side}.{metric}"] for scores in scored] for side in sides]
        means = [f"{interval(column).mean:.3f}" for column in columns]
        gain = paired_interval(columns[1], columns[0])
        shown.add_row(metric, *means, f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})")
    return shown


def _scores(
    question: Question, record: Record, sides: Sequence[Side], documents: Sequence[Document], count: CountTokens
) -> dict[str, float]:
    if not needed(question):
        return {}
    scores: dict[str, float] = {}
    for side in sides:
        ranked = side.rank(record.standalone or question.question)
        for budget in BUDGETS:
            share = _share_found(question, within(ranked, budget, count), documents)
            scores[f"{side.name}.recall@{budget}t"] = share
            scores[f"{side.name}.hit_rate@{budget}t"] = float(share > 0.0)
    return scores


def _share_found(question: Question, kept: Sequence[Retrieved], documents: Sequence[Document]) -> float:
    """Needed pieces found / needed pieces: a reference is found in the passage that holds the whole of it."""
    if question.references:
        spans = locate(question, documents)
        held = [
            any(s.document == k.document and k.start <= s.start and s.end <= k.span.end for k in kept)
            for s in spans
            if s is not None
        ]
        return sum(held) / len(spans)
    return sum(any(says(one.text, piece) for one in kept) for piece in question.pieces) / len(question.pieces)


def _retrieved(document: str | None, text: str, texts: dict[str, str]) -> Retrieved:
    """A node with its place in the document, which the splitter keeps only as text."""
    home = document or ""
    return Retrieved(home, max(0, texts.get(home, "").find(text)), text)
