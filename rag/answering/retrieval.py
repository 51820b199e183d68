"""Finds passages: dense and lexical rankings fused by reciprocal rank. Knows nothing of answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rag.index.ingest import Index
from rag.schema import Hit

Method = Literal["hybrid", "dense", "lexical"]
# Cormack, Clarke & Buettcher 2009, "Reciprocal rank fusion outperforms Condorcet": score = sum of 1 / (60 + rank).
_RRF_K = 60


def fuse(rankings: Sequence[Sequence[str]]) -> list[tuple[str, float]]:
    """Reciprocal rank fusion: ids with their sum of 1 / (60 + rank), ranks from 1; best first."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1.0 / (_RRF_K + rank)
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
        self._index = index
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
            dense = self._index.store.search(self._index.encoder.encode_query(question), depth, documents)
        if method != "dense":
            lexical = self._index.lexical.search(question, depth, documents)
        ranked = {"dense": dense, "lexical": lexical}.get(method) or fuse([_ids(dense), _ids(lexical)])
        # An id that the catalog does not know is being written or removed at this moment.
        passages = self._index.catalog.passages([id_ for id_, _ in ranked])
        ranks = [{id_: rank for rank, id_ in enumerate(_ids(one), start=1)} for one in (dense, lexical)]
        stage = "fused" if method == "hybrid" else method
        hits = (
            Hit(passages[id_], score, stage, ranks[0].get(id_), ranks[1].get(id_))
            for id_, score in ranked
            if id_ in passages
        )
        return tuple(hit for _, hit in zip(range(k), hits, strict=False))


def _ids(ranking: Sequence[tuple[str, float]]) -> list[str]:
    return [id_ for id_, _ in ranking]
