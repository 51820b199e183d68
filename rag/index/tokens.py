"""Counts tokens with tiktoken, from tables on this machine. Knows nothing of models or passages."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

from rag.errors import MissingPackage

_ENCODING = "cl100k_base"


def open_counter() -> Callable[[str], int]:
    """A function that counts the cl100k_base tokens of a text.

    tiktoken downloads its tables at first use; llama-index-core ships them, so they are read from there.

    Raises:
        MissingPackage: llama-index-core is not installed.
    """
    import tiktoken

    spec = importlib.util.find_spec("llama_index")
    folders = (
        [Path(folder) / "core" / "_static" / "tiktoken_cache" for folder in spec.submodule_search_locations or ()]
        if spec
        else []
    )
    tables = next((folder for folder in folders if folder.is_dir()), None)
    if tables is None:
        raise MissingPackage(
            "llama-index-core (its tiktoken tables) is not installed; run: pip install llama-index-core."
        )
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(tables)
    try:
        encoding = tiktoken.get_encoding(_ENCODING)
    finally:
        if before is None:
            del os.environ["TIKTOKEN_CACHE_DIR"]
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before
    return lambda text: len(encoding.encode(text, disallowed_special=()))
