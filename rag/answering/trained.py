"""The trained reader: points at the words that answer, and knows when there are none. Knows no index.

A BERT with two scores a token, "the answer starts here" and "it ends here"; the first token stands for "no answer"
(Devlin et al. 2019, section 4.3, for SQuAD 2.0). How it was trained: `training/README.md`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ConfigurationError
from rag.schema import Span
from rag.sentences import sentence_spans

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MODEL_FILE = Path(__file__).parents[1] / "models" / "reader.onnx"
_WINDOW = 256  # tokens of question and text together
_STRIDE = 128  # how far the next window of a long text begins after the last
_QUESTION = 64  # tokens of the question that are read
_ANSWER = 32  # most tokens of an answer
_CANDIDATES = 20  # starts and ends that are paired
_SPANS = 8  # spans returned for a text
_BATCH = 8


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens of the question, of one stretch of a text, and one more.

    `offsets` are the characters of the stretch's tokens, `sentences` the number of the sentence that each is in.
    """

    text: int
    ids: list[int]
    head: int
    offsets: list[tuple[int, int]]
    sentences: list[int]


class TrainedReader:
    """Reads texts on onnxruntime."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        """Load the model.

        Args:
            model: the exported reader.
            tokenizer: the tokenizer.json it was trained with.

        Raises:
            ConfigurationError: a file is missing or damaged.
        """
        from tokenizers import Tokenizer

        from rag.onnx import open_session

        if not model.is_file():
            raise ConfigurationError(f"The reader {model} is missing; install this package again.")
        self._session = open_session(model)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._first, self._between = self._tokenizer.encode("").ids  # [CLS], [SEP]

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        """For each text its best spans within a sentence that do not overlap, highest score first.

        A span's score is start logit + end logit - the same of the no-answer token: the log-odds of the span.
        """
        found: list[list[Span]] = [[] for _ in texts]
        windows = sorted(self._windows(question, texts), key=lambda window: len(window.ids))
        for first in range(0, len(windows), _BATCH):
            batch = windows[first : first + _BATCH]
            starts, ends = self._run(batch)
            for window, start, end in zip(batch, starts, ends, strict=True):
                found[window.text] += _spans(window, start, end)
        return [_apart(spans) for spans in found]

    def _windows(self, question: str, texts: Sequence[str]) -> Iterator[_Window]:
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:_QUESTION]
        head = [self._first, *asked, self._between]
        room = _WINDOW - len(head) - 1
        for number, text in enumerate(texts):
            encoding = self._tokenizer.encode(text, add_special_tokens=False)
            starts = [start for start, _ in sentence_spans(text)]
            for begin in range(0, max(1, len(encoding.ids)), _STRIDE):
                ids = encoding.ids[begin : begin + room]
                offsets = encoding.offsets[begin : begin + room]
                sentences = [bisect_right(starts, first) for first, _ in offsets]
                yield _Window(number, [*head, *ids, self._between], len(head), offsets, sentences)
                if begin + room >= len(encoding.ids):
                    break

    def _run(self, batch: Sequence[_Window]) -> tuple[Floats, Floats]:
        """Start and end logits of shape (len(batch), longest window)."""
        import numpy as np

        longest = max(len(window.ids) for window in batch)
        ids, mask, types = (np.zeros((len(batch), longest), dtype=np.int64) for _ in range(3))
        for row, window in enumerate(batch):
            size = len(window.ids)
            ids[row, :size], mask[row, :size], types[row, window.head : size] = window.ids, 1, 1
        feed: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        starts, ends = self._session.run(["start_logits", "end_logits"], feed)
        return starts, ends


def _spans(window: _Window, starts: Floats, ends: Floats) -> list[Span]:
    """The window's likeliest spans."""
    import numpy as np

    null = float(starts[0] + ends[0])
    inside = slice(window.head, window.head + len(window.offsets))
    starts, ends = starts[inside], ends[inside]
    return [
        Span(window.offsets[first][0], window.offsets[last][1], float(starts[first] + ends[last]) - null)
        for first in np.argsort(-starts)[:_CANDIDATES]
        for last in np.argsort(-ends)[:_CANDIDATES]
        if first <= last < first + _ANSWER and window.sentences[first] == window.sentences[last]
    ]


def _apart(spans: Sequence[Span]) -> list[Span]:
    """The best spans, leaving out those that overlap a better one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: -span.score):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
        if len(kept) == _SPANS:
            break
    return kept
