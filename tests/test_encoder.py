"""The exported encoder computes what sentence-transformers computes, and reads as much as the model can."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rag.errors import ConfigurationError
from rag.index.encoder import DEFAULT_MODEL, model_folder, open_encoder
from rag.index.export import exported
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.schema import Encoder

SENTENCE = "The Minsk Group has tried in vain to broker peace."
# The first eight numbers of the sentence's vector by sentence-transformers 6.2.
GOLDEN = [0.038471, 0.077167, 0.028706, 0.031662, -0.023348, 0.043413, 0.012411, -0.038986]
TEXTS = [
    SENTENCE,
    "Hi",
    "",
    "Çavuşoğlu met Алиев — 日本語, naïve café 😀",
    "one two three " * 60,
    "The war in the mountains went on. " * 80,
]


def test_vector_of_a_sentence_is_the_known_one(encoder: Encoder) -> None:
    np.testing.assert_allclose(encoder.encode_query(SENTENCE)[:8], GOLDEN, atol=1e-3)


def test_question_and_passage_are_encoded_alike(encoder: Encoder) -> None:
    query = encoder.encode_query(SENTENCE)
    assert query.shape == (encoder.dimension,) == (384,)
    assert query.dtype == np.float32
    np.testing.assert_allclose(encoder.encode_passages([SENTENCE])[0], query, atol=1e-6)


def test_vectors_have_unit_length_and_the_order_of_their_texts(encoder: Encoder) -> None:
    texts = [*TEXTS, *(f"{word} {number}" for number in range(17) for word in ("peace", "a long war"))]
    vectors = encoder.encode_passages(texts)  # in two batches
    assert vectors.shape == (40, encoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    alone = np.array([encoder.encode_query(text) for text in texts])
    np.testing.assert_allclose(vectors, alone, atol=1e-5)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)


def test_wordpieces_are_counted_without_a_cut(encoder: Encoder) -> None:
    assert encoder.count_tokens("hello world") == 4  # with the two special tokens
    assert encoder.count_tokens("word " * 1_000) == 1_002


def test_text_is_read_up_to_256_wordpieces_and_not_cut_at_128(encoder: Encoder) -> None:
    assert encoder.max_tokens == 256
    beginning = "word " * 190
    rain, peace = encoder.encode_passages([beginning + "rain and storm", beginning + "peace at last"])
    assert float(rain @ peace) < 0.999
    beyond = "word " * 254
    rain, peace = encoder.encode_passages([beyond + "rain and storm", beyond + "peace at last"])
    np.testing.assert_allclose(rain, peace, atol=1e-6)


def test_export_is_kept_under_the_hash_of_the_weights(encoder: Encoder) -> None:
    folder = model_folder(DEFAULT_MODEL)
    assert folder is not None
    file = exported(folder, Settings().cache_dir)
    written = file.stat().st_mtime_ns
    assert file.parent.name == hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert exported(folder, Settings().cache_dir, file.parent.name) == file
    assert file.stat().st_mtime_ns == written


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    digest = hashlib.sha256(b"other weights").hexdigest()
    with pytest.raises(ConfigurationError, match=f"{digest}, not the published 53aa51172d14"):
        exported(tmp_path, tmp_path / "cache", "53aa51172d14")


def test_cache_that_cannot_be_written_names_its_setting(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "file").write_text("a file, no folder")
    with pytest.raises(ConfigurationError, match="RAG_CACHE_DIR"):
        exported(tmp_path, tmp_path / "file" / "cache")


@pytest.mark.slow
def test_vectors_are_those_of_sentence_transformers(encoder: Encoder) -> None:
    from rag.index.encoder import SentenceTransformerEncoder

    reference = SentenceTransformerEncoder(DEFAULT_MODEL)
    assert (reference.dimension, reference.max_tokens) == (encoder.dimension, encoder.max_tokens)
    np.testing.assert_allclose(encoder.encode_passages(TEXTS), reference.encode_passages(TEXTS), atol=1e-4)
    np.testing.assert_allclose(reference.encode_query(SENTENCE)[:8], GOLDEN, atol=1e-5)
    assert [encoder.count_tokens(text) for text in TEXTS] == [reference.count_tokens(text) for text in TEXTS]


@pytest.mark.slow
def test_model_that_is_nowhere_is_named_with_its_setting(tmp_path: Path) -> None:
    for name in ("no-such/model", str(tmp_path)):
        with pytest.raises(ConfigurationError, match=r"RAG_EMBEDDING_MODEL"):
            open_encoder(name, tmp_path / "cache")
