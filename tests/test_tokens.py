"""Budget tokens are counted as cl100k_base counts them, from tables on this machine."""

from __future__ import annotations

import importlib.util
import os

import pytest

from rag.errors import MissingPackage
from rag.index.tokens import open_counter


@pytest.mark.parametrize(
    ("text", "tokens"),
    # Published by OpenAI's cookbook ("How to count tokens with tiktoken") for cl100k_base.
    [
        ("", 0),
        ("tiktoken is great!", 6),
        ("antidisestablishmentarianism", 6),
        ("2 + 2 = 4", 7),
        ("お誕生日おめでとう", 9),
    ],
)
def test_counts_are_those_that_are_published(text: str, tokens: int) -> None:
    assert open_counter()(text) == tokens


def test_special_tokens_in_a_text_are_ordinary_text() -> None:
    assert open_counter()("<|endoftext|>") > 1


@pytest.mark.parametrize("before", [None, "/some/folder"])
def test_environment_is_left_as_it_was(before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    if before is not None:
        monkeypatch.setenv("TIKTOKEN_CACHE_DIR", before)
    open_counter()
    assert os.environ.get("TIKTOKEN_CACHE_DIR") == before


def test_missing_tables_are_named_with_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match="pip install llama-index-core"):
        open_counter()
