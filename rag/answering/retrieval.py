"""Finds passages: dense and lexical scores, fused. Knows nothing of answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rag.index.ingest import Index
from rag.schema import Hit

Method = Literal["hybrid", "dense", "lexical"]
Scored = Sequence[tuple[str, float]]
# Chosen by `python -m evals.fusion`; the table is in docs/decisions/fusion.md.
LEXICAL_WEIGHT = 1.0


def fuse(dense: Scored, lexical: Scored, ceiling: float, weight: float = LEXICAL_WEIGHT) -> list[tuple[str, float]]:
    """Ids with the weighted mean of their two scores, best first.

    A convex combination (Bruch, Gai & Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval").

    Args:
        dense: ids with cosines; an id that is only in the other list counts as the least of them.
        lexical: ids with BM25 scores; an id that is only in the other list counts as 0.
        ceiling: the most that BM25 could give, by which its scores become shares of 0 to 1.
        weight: what a lexical share counts against a cosine's 1.
    """
    cosines = dict(dense)
    shares = {id_: score / ceiling for id_, score in lexical} if ceiling else {}
    least = min(cosines.values(), default=0.0)
    scores = {
        id_: (cosines.get(id_, least) + weight * shares.get(id_, 0.0)) / (1.0 + weight) for id_ in {**cosines, **shares}
    }
    return sorted(scores.items(), key=lambda item: -item[1])


class Retriever:
    """Searches one index."""

    def __init__(self, index: Index, top_k: int, candidates: int) -> None:
        """Keep the index and the limits.

        Args:
            index: what to search.
            top_k: how many hits a search returns unless it is told otherwise.
            candidates: how many passages each ranking contributes to the fusion.
        """
        self.index = index
        self._top_k = top_k
        self._candidates = candidates

    def search(
        self, question: str, *, k: int | None = None, documents: Sequence[str] | None = None, method: Method = "hybrid"
    ) -> tuple[Hit, ...]:
        """The best passages for a question, best first.

        Args:
            question: what to look for.
            k: how many hits; the setting `top_k` by default.
            documents: only passages of these document ids.
            method: both rankings fused, or one of them alone.
        """
        k = self._top_k if k is None else k
        depth = max(self._candidates, k)
        dense: list[tuple[str, float]] = []
        lexical: list[tuple[str, float]] = []
        if method != "lexical":
            dense = self.index.store.search(self.index.encoder.encode_query(question), depth, documents)
        if method != "dense":
            lexical = self.index.lexical.search(question, depth, documents)
        ranked = {"dense": dense, "lexical": lexical}.get(method) or fuse(
            dense, lexical, self.index.lexical.ceiling(question)
        )
        # An id that the catalog does not know is being written or removed at this moment.
        passages = self.index.catalog.passages([id_ for id_, _ in ranked])
        ranks = [{id_: rank for rank, id_ in enumerate(_ids(one), start=1)} for one in (dense, lexical)]
        stage = "fused" if method == "hybrid" else method
        hits = (
            Hit(passages[id_], score, stage, ranks[0].get(id_), ranks[1].get(id_), rank if stage == "fused" else None)
            for rank, (id_, score) in enumerate(ranked, start=1)
            if id_ in passages
        )
        return tuple(hit for _, hit in zip(range(k), hits, strict=False))


def _ids(ranking: Sequence[tuple[str, float]]) -> list[str]:
    return [id_ for id_, _ in ranking]
