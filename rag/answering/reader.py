"""Finds the words that answer a question inside given texts. Knows nothing of where the texts came from.

Two readers share one Protocol (`rag.schema.Reader`): this module's, which compares whole sentences with the question,
and the trained one of `rag.answering.trained`, which points at the answer and knows when there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ConfigurationError
from rag.index.lexical import content_words, root
from rag.schema import Encoder, Reader, Span
from rag.sentences import sentence_spans

if TYPE_CHECKING:
    import numpy as np


READERS = ("trained", "similarity")


def open_reader(name: str, encoder: Encoder) -> Reader:
    """The reader called `name`, loaded and ready.

    Args:
        name: "trained" or "similarity".
        encoder: what the similarity reader compares with.

    Raises:
        ConfigurationError: there is no such reader, or its model cannot be opened.
    """
    from rag.answering.trained import MODEL_FILE, TrainedReader
    from rag.index.encoder import DEFAULT_MODEL, model_folder

    if name == "similarity":
        return SimilarityReader(encoder)
    if name != "trained":
        raise ConfigurationError(f"There is no reader {name!r}; set RAG_READER to one of: {', '.join(READERS)}.")
    folder = model_folder(DEFAULT_MODEL)  # it was trained from this model and shares its tokenizer
    return TrainedReader(MODEL_FILE, Path(str(folder)) / "tokenizer.json")


class SimilarityReader:
    """Ranks sentences by cosine with the question and by the share of its words that they hold."""

    # A rough score of the two together; the calibration makes a probability of it.
    COSINE, COVERAGE, BIAS = 7.0, 2.0, -5.0

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        """For each text its sentences as spans, most alike first."""
        spans = [sentence_spans(text) for text in texts]
        flat = [text[start:end] for text, found in zip(texts, spans, strict=True) for start, end in found]
        if not flat:
            return [[] for _ in texts]
        cosines = self._encoder.encode_passages(flat) @ self._encoder.encode_query(question)
        wanted = {root(word) for word in content_words(question)}
        scores = iter(self._score(wanted, sentence, cosine) for sentence, cosine in zip(flat, cosines, strict=True))
        return [
            sorted((Span(start, end, next(scores)) for start, end in found), key=lambda span: -span.score)
            for found in spans
        ]

    def _score(self, wanted: set[str], sentence: str, cosine: np.float32) -> float:
        held = {root(word) for word in content_words(sentence)}
        coverage = len(wanted & held) / len(wanted) if wanted else 0.0
        return self.COSINE * float(cosine) + self.COVERAGE * coverage + self.BIAS
