"""A bot opens while its page is shown already; a failure is told. Also a bot over one article alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

import ui
from rag import Chatbot, Settings
from rag.errors import ConfigurationError, DocumentError
from rag.serving import talk
from rag.serving.app import create_app
from rag.serving.article import article_settings, open_article
from rag.serving.opening import Opening
from tests.serving import HARBOUR, until_ready


def test_a_failure_to_open_is_told_and_not_hidden(tmp_path: Path) -> None:
    def refuse() -> Chatbot:
        raise ConfigurationError("RAG_TOP_K = 'x' cannot be used.")

    app = create_app(refuse, ui.build_page, tmp_path, hosts=["testserver"])
    with TestClient(app) as http:
        assert until_ready(http) == "failed"
        assert http.get("/livez").status_code == 200
        assert http.get("/readyz").status_code == 503

    failed: Opening[Chatbot] = Opening(refuse, lambda _: None)
    failed.start()
    assert failed.wait(10)
    with pytest.raises(ConfigurationError, match="RAG_TOP_K"):
        _ = failed.bot
    assert list(talk.ask(failed, "Why?", ()))[-1][-1].note == "RAG_TOP_K = 'x' cannot be used."
    failed.close()


def test_an_article_is_known_alone_in_a_directory_of_its_own(tmp_path: Path) -> None:
    article = tmp_path / "harbour.txt"
    article.write_text(HARBOUR, encoding="utf-8")
    base = Settings(data_dir=tmp_path / "data")
    settings = article_settings(article, base)
    assert settings.data_dir.is_relative_to(base.data_dir)
    assert settings.data_dir != base.data_dir
    assert settings.data_dir != article_settings(tmp_path / "other.txt", base).data_dir
    for _ in range(2):  # the second time it is there already
        bot = open_article(article, settings)
        assert [document.text.strip() for document in bot.documents()] == [HARBOUR]
        bot.close()


def test_an_unreadable_article_is_one_clear_error_and_leaves_nothing_locked(tmp_path: Path) -> None:
    article = tmp_path / "missing.txt"
    settings = article_settings(article, Settings(data_dir=tmp_path / "data"))
    for _ in range(2):
        with pytest.raises(DocumentError, match=r"missing\.txt"):
            open_article(article, settings)
