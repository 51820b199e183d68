"""What an index was built with, and whether it still fits: model, metric, chunking. Knows no store."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rag.errors import IndexDamaged, IndexMismatch
from rag.index.catalog import SCHEMA_VERSION
from rag.index.store import METRIC
from rag.schema import Encoder

CANARY = "The ferry crosses the lake at noon."
# One model gives the same vector on any machine, but for rounding; another model a cosine near zero.
_SAME_MODEL = 0.99


def written(encoder: Encoder, tokens: int, overlap: int) -> str:
    """The manifest of an index built now: the settings, and the vector of a fixed text."""
    canary = [round(float(number), 5) for number in encoder.encode_query(CANARY)]
    return json.dumps({**_settings(encoder, tokens, overlap), "canary": canary})


def check(stored: str, encoder: Encoder, tokens: int, overlap: int) -> None:
    """Compare a stored manifest with what is given now.

    Raises:
        IndexMismatch: a setting or the model is another one; also a model of the same name and dimension.
        IndexDamaged: it cannot be read.
    """
    try:
        old = dict(json.loads(stored))
        canary = [float(number) for number in old.get("canary", ())]
    except (TypeError, ValueError) as error:
        raise IndexDamaged(f"The index's manifest cannot be read ({error}); run: rag rebuild") from error
    current = _settings(encoder, tokens, overlap)
    changed = [f"{key} {old.get(key)!r} -> {value!r}" for key, value in current.items() if old.get(key) != value]
    if not changed and canary and _likeness(canary, encoder) < _SAME_MODEL:
        changed = [f"the model {encoder.name!r} gives other vectors under the same name"]
    if changed:
        raise IndexMismatch(
            f"The index was built with other settings ({', '.join(changed)}); "
            "run `rag rebuild` to index the stored documents again, or restore the setting."
        )


def _settings(encoder: Encoder, tokens: int, overlap: int) -> dict[str, object]:
    return {
        "model": encoder.name,
        "dimension": encoder.dimension,
        "metric": METRIC,
        "passage_tokens": tokens,
        "overlap_sentences": overlap,
        "schema": SCHEMA_VERSION,
    }


def _likeness(canary: Sequence[float], encoder: Encoder) -> float:
    """The cosine of the vector that the fixed text has now with the one it had."""
    return sum(before * float(now) for before, now in zip(canary, encoder.encode_query(CANARY), strict=True))
