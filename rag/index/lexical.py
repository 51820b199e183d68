"""Ranks passages by the words they share with a question: SQLite FTS5's bm25(). Knows nothing of meaning."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from rag.index.catalog import Catalog
from rag.text import plain

ROOT = 5
_K1 = 1.2  # FTS5's bm25() has it built in
_WORD = re.compile(r"\w+")
# Words that nearly every passage holds: they cost time in a large index and rank nothing.
_STOP_WORDS = frozenset(
    "a about an and are as at be been but by can could did do does for from had has have how i if in into is it "
    "its me of on or our please s so t tell that the their them there these they this to was were what when where "
    "which who whom whose why will with would you your".split()
)


def content_words(text: str) -> list[str]:
    """The words of `text`, plain and without stop words; all of them when nothing else is left."""
    words = [plain(match.group()) for match in _WORD.finditer(text)]
    return [word for word in words if word not in _STOP_WORDS] or words


def root(word: str) -> str:
    """A crude stem, enough to let "wounded" meet "wounds"."""
    return word[:ROOT]


class Lexical:
    """Full-text search over the catalog's passages."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def search(self, question: str, k: int, documents: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """Passage ids with BM25 scores (higher is better), best first, at most `k`.

        Args:
            question: any text; a passage needs to hold at least one of its words.
            k: how many.
            documents: only passages of these document ids.
        """
        words = dict.fromkeys(content_words(question))
        if not words or (documents is not None and not documents):
            return []
        # Quoted, a word is never read as FTS5 syntax.
        match = " OR ".join(f'"{word}"' for word in words)
        restriction = "" if documents is None else "AND p.document_id IN (SELECT value FROM json_each(?))"
        rows = self._catalog.query(
            "SELECT p.id, -bm25(lexical) AS score FROM lexical JOIN passages p ON p.number = lexical.rowid "
            f"WHERE lexical MATCH ? {restriction} ORDER BY score DESC, p.number LIMIT ?",
            (match, *([] if documents is None else [json.dumps(list(documents))]), k),
        )
        return [(str(passage), float(str(score))) for passage, score in rows]

    def rarity(self, word: str) -> float:
        """Inverse document frequency over passages: BM25's ln(1 + (N - n + 0.5) / (n + 0.5)), words by their root."""
        low = root(word)
        high = low + "\U0010ffff" if len(word) >= ROOT else low
        rows = self._catalog.query("SELECT max(doc) FROM vocabulary WHERE term BETWEEN ? AND ?", (low, high))
        held = int(str(rows[0][0] or 0))
        return math.log(1 + (self._catalog.count() - held + 0.5) / (held + 0.5))

    def ceiling(self, question: str) -> float:
        """The most that a passage could score: each word of the question as often as one likes, rarity * (k1 + 1)."""
        return (_K1 + 1) * sum(self.rarity(word) for word in dict.fromkeys(content_words(question)))

    def holds(self, word: str, documents: Sequence[str] | None = None) -> bool:
        """Whether the passages, or those of the given document ids, hold the word in any form."""
        stem = root(plain(word))
        restriction = "" if documents is None else "AND p.document_id IN (SELECT value FROM json_each(?))"
        rows = self._catalog.query(
            f"SELECT 1 FROM words JOIN passages p ON p.number = words.rowid WHERE words MATCH ? {restriction} LIMIT 1",
            (
                f'"{stem}"{"*" if len(stem) == ROOT else ""}',
                *([] if documents is None else [json.dumps(list(documents))]),
            ),
        )
        return bool(rows)

    def vocabulary(self) -> list[str]:
        """Every distinct word of the passages, lower-cased, without diacritics."""
        return [str(row[0]) for row in self._catalog.query("SELECT term FROM vocabulary")]
