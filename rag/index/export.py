"""Exports a sentence-transformers BERT to ONNX, once. Knows files and graphs, nothing of what is encoded."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import warnings
from pathlib import Path
from typing import Any

from rag.errors import ConfigurationError, MissingPackage


def exported(folder: Path, cache_dir: Path, expected_sha256: str = "") -> Path:
    """The model's ONNX file, exported at first use and cached under the SHA-256 of its weights.

    Args:
        folder: the sentence-transformers model.
        cache_dir: where exports are kept; one folder per weights hash.
        expected_sha256: what the weights must hash to, where it is known.

    Raises:
        ConfigurationError: the weights are not the expected ones, or the cache cannot be written.
        MissingPackage: what the export needs is not installed.
    """
    weights = folder / "model.safetensors"
    stat = weights.stat()
    # Hashing 90 MB at every start would cost more than the query: the path, size and time stand for the content.
    stamp = f"{weights.resolve()} {stat.st_size} {stat.st_mtime_ns}"
    known = cache_dir / f"{hashlib.sha256(stamp.encode()).hexdigest()[:16]}.sha256"
    digest = known.read_text().strip() if known.is_file() else ""
    target = cache_dir / digest / "encoder.onnx"
    if digest and target.is_file():
        return target
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if expected_sha256 not in ("", digest):
        raise ConfigurationError(
            f"{weights} has SHA-256 {digest}, not the published {expected_sha256}; install its package again."
        )
    target = cache_dir / digest / "encoder.onnx"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file():
            _export(folder, target)
        known.write_text(digest)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot keep the exported model in {cache_dir}: {error}; set RAG_CACHE_DIR."
        ) from error
    return target


def _export(folder: Path, target: Path) -> None:
    """Write the model with its pooling and normalisation as one ONNX graph; whole or not at all."""
    try:
        import onnx  # noqa: F401 - torch's exporter needs it and says so only when it is done
        import torch
        from transformers import AutoModel
    except ImportError as error:
        raise MissingPackage(
            f"The first start exports the model and needs {error.name}; run: pip install {error.name}"
        ) from error
    with contextlib.redirect_stderr(io.StringIO()):  # a progress bar
        bert = AutoModel.from_pretrained(folder, attn_implementation="eager", local_files_only=True).eval()

    class Pooled(torch.nn.Module):
        """The sentence vector: the mean of the token vectors under the mask, at unit length."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=1)

    part = target.with_suffix(f".{os.getpid()}.part")
    sample = torch.ones(2, 8, dtype=torch.long)
    free = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns about shapes that the dynamic axes cover
        torch.onnx.export(
            Pooled().eval(),
            (sample, sample),
            str(part),
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            dynamic_axes={"input_ids": free, "attention_mask": free, "vectors": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
    part.replace(target)
