"""docs/how-it-can-break.md names every limit as the code has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.documents import making, sandbox, web
from rag.documents.formats import docx
from rag.index import health, ingest, shared, store
from rag.library import READ_AT_ONCE
from rag.settings import Settings
from rag.text import MAX_QUESTION

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "how-it-can-break.md").read_text(encoding="utf-8")
MIB = 1024**2
PARSER = sandbox.Limits()


@pytest.mark.parametrize(
    ("limit", "default"),
    [
        ("a question, characters", f"{MAX_QUESTION:,}"),
        ("passage length, tokens", f"{Settings().passage_tokens} "),
        ("passages that an answer is made from", f"{Settings().top_k} "),
        ("passages fetched from each search", f"{Settings().candidates} "),
        ("a file, bytes", f"{making.MAX_BYTES // MIB} MiB"),
        ("documents parsed at once", f"{READ_AT_ONCE}"),
        (
            "a parser: memory / CPU / wall / result",
            f"{PARSER.memory // MIB // 1024} GiB / {PARSER.cpu_seconds} s / {PARSER.wall_seconds:g} s / "
            f"{PARSER.result // MIB} MiB",
        ),
        (
            "a docx file unpacked / ratio / parts",
            f"{docx.MAX_UNPACKED // MIB} MiB / {docx.MAX_RATIO} / {docx.MAX_PARTS:,}",
        ),
        (
            "a web page: decoded bytes / seconds in all / redirects / address",
            f"{web.MAX_BYTES // MIB} MiB / {web.SECONDS:g} s / {web.MAX_REDIRECTS} / {web.MAX_URL:,} characters",
        ),
        ("ports and hosts of web pages", " and ".join(map(str, web.PORTS))),
        (
            "passages up to which a removal forgets vectors at once / at the close",
            f"{ingest.FORGET_AT_ONCE:,} / {ingest.FORGET_AT_CLOSE:,}",
        ),
        ("vectors that `rag doctor` searches for", f"{health.SAMPLE:,},"),
        (
            "free disk space that `rag doctor` warns of / fails at",
            f"{health.LOW_SPACE // MIB} MiB / {health.NO_SPACE // MIB} MiB",
        ),
        ("the look at vectors in a process of their own, seconds", f"{health._PROBE_SECONDS}"),
        ("a Chroma server's answer, seconds", f"{store._SERVER_SECONDS:g}"),
        ("age at which a dead writer's leftovers on a server are cleared", f"{shared._ORPHAN_SECONDS // 3600} hour"),
    ],
)
def test_a_limit_is_in_the_table_as_it_is(limit: str, default: str) -> None:
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|", PAGE, re.M))
    assert f"{rows[limit]} ".startswith(default)


def test_every_place_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`((?:rag|tests)/[\w/]+\.py|ui\.py)`", PAGE))
    assert len(named) > 10
    assert {name for name in named if not (ROOT / name).is_file()} == set()
    settings = {f"RAG_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"RAG_[A-Z_]+[A-Z]", PAGE)) - settings == set()
