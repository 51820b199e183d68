"""Web pages that a browser saved give their article, however they were saved."""

from __future__ import annotations

import base64
import quopri
from pathlib import Path

import pytest

from rag.documents import load
from rag.errors import DocumentError


def _write(path: Path, content: str) -> str:
    path.write_bytes(content.encode())
    return str(path)


PAGE = """<!doctype html><html lang="en"><head><title>The mill of Ardvale | Valley News</title>
<meta property="og:title" content="The mill of Ardvale"><meta property="article:published_time" content="2021-05-06">
</head><body><nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>The mill of Ardvale</h1>
<p>The mill of Ardvale was built in 1790, by a miller who had lost two others to the river.</p>
<p>It has three floors and one wheel. The wheel turns only in spring, when the snow melts in the hills.</p>
<table><tr><th>Year</th><th>Sacks</th></tr><tr><td>1801</td><td>412</td></tr></table>
<p>Today it is a museum, and it can be visited from May to October on every day but Monday.</p></article>
<footer>Copyright 2021 Valley News</footer></body></html>"""


def test_a_saved_page_gives_article_title_and_date(tmp_path: Path) -> None:
    document = load(_write(tmp_path / "page.html", PAGE))
    assert (document.title, document.published) == ("The mill of Ardvale", "2021-05-06")
    assert "three floors and one wheel" in document.text
    assert "412" in document.text
    assert "Home" not in document.text
    assert "Copyright" not in document.text


MESSAGE = """From: <Saved by Blink>
Subject: The mill
MIME-Version: 1.0
Content-Type: multipart/related; boundary="B"

--B
Content-Type: text/html{charset}
Content-Transfer-Encoding: {encoding}

{page}

--B
Content-Type: image/png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--B--
"""


@pytest.mark.parametrize("suffix", [".mhtml", ".mht"])
@pytest.mark.parametrize(("charset", "encoding"), [("; charset=cp1250", "base64"), ("", "quoted-printable")])
def test_a_page_saved_as_one_file_gives_its_article(tmp_path: Path, suffix: str, charset: str, encoding: str) -> None:
    page = PAGE.replace("three floors", "tři patra").encode("cp1250" if charset else "utf-8")
    packed = base64.encodebytes(page) if encoding == "base64" else quopri.encodestring(page)
    message = MESSAGE.format(charset=charset, encoding=encoding, page=packed.decode())
    document = load(_write(tmp_path / f"page{suffix}", message))
    assert (document.title, document.published) == ("The mill of Ardvale", "2021-05-06")
    assert "tři patra" in document.text
    with pytest.raises(DocumentError, match="holds no web page"):
        load(_write(tmp_path / f"none{suffix}", message.replace("text/html", "text/css")))


@pytest.mark.parametrize("before", ['<?xml version="1.0"?>\n', "<!-- saved from url=(0014)about:internet -->\r\n"])
@pytest.mark.parametrize("name", ["page", "page.txt", "page.xhtml"])
def test_a_saved_page_is_known_by_its_first_bytes(tmp_path: Path, name: str, before: str) -> None:
    assert load(_write(tmp_path / name, before + PAGE)).title == "The mill of Ardvale"
