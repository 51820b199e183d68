"""The encoding of a text: by its mark, by what it declares, or by its bytes; never taken for another in silence."""

from __future__ import annotations

import pytest

from rag.documents.encodings import decoded
from rag.documents.formats.html import read_html
from rag.documents.raw import Unreadable

RUSSIAN = "Московский завод был открыт в 1932 году. Директором завода стал Иван Петров."
JAPANESE = "東京タワーは1958年に完成しました。高さは333メートルです。"
POLISH = "Zażółć gęślą jaźń. Prezydent Warszawy ogłosił nowy plan. Łódź jest dużym miastem."
TURKISH = "Şehrin belediye başkanı İstanbul'da açıklama yaptı. Köprü güneşli bir günde açıldı."
FRENCH = "Le maire de Besançon a été élu. Les élèves étaient là, et la fête a duré."


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        (FRENCH, "cp1252 mac_roman iso8859_15"),
        ("Die Brücke über den Fluß wurde 1932 eröffnet. Größere Schiffe fuhren öfter.", "cp1252 mac_roman cp850"),
        (POLISH, "cp1250 iso8859_2"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy. Šťastný člověk žije v Žatci.", "cp1250 iso8859_2"),
        (TURKISH, "cp1254 iso8859_9"),
        (RUSSIAN, "cp1251 koi8_r cp866 iso8859_5"),
        ("Η Αθήνα είναι η πρωτεύουσα της Ελλάδας. Ο δήμαρχος ανακοίνωσε νέα μέτρα.", "cp1253 iso8859_7"),
        ("أعلن رئيس البلدية عن خطة جديدة. تم افتتاح الجسر عام 1932.", "cp1256 iso8859_6"),
        (JAPANESE, "shift_jis euc_jp iso2022_jp"),
        ("서울 시장은 새로운 계획을 발표했다. 다리는 1932년에 개통되었다.", "euc_kr"),
        ("上海是中国最大的城市之一。市长在星期二宣布了新的计划。", "gb18030"),
        ("上海是中國最大的城市之一。市長在星期二宣布了新的計劃。", "big5"),
    ],
)
def test_older_encodings_are_told_by_their_letters(text: str, encodings: str) -> None:
    assert {name: decoded(text.encode(name)) for name in encodings.split()} == dict.fromkeys(encodings.split(), text)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", [FRENCH, RUSSIAN, JAPANESE])
def test_wide_characters_are_read_with_their_mark_and_without(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize("data", [b"some\x00 text and more", bytes(range(256)) * 4, b"\x00" * 64, b"\x00\xd8" * 9])
def test_bytes_with_a_nul_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="binary"):
        decoded(data)


def test_a_damaged_byte_does_not_make_another_encoding_of_utf_8() -> None:
    assert decoded(FRENCH.encode() + b"\xff") == f"{FRENCH}\ufffd"


@pytest.mark.parametrize(
    "declaration",
    ['<meta charset="iso-8859-9">', '<meta http-equiv="content-type" content="text/html; charset=latin5">'],
)
def test_a_page_is_read_in_the_charset_that_it_declares(declaration: str) -> None:
    page = f"<html><head>{declaration}<title>Şu</title></head><body><p>Işık, şu an.</p></body></html>"
    assert read_html(page.encode("iso-8859-9")).text == "Işık, şu an."


@pytest.mark.parametrize("charset", ["punycode", "rot13", "no such thing", "utf-16"])
def test_a_false_declaration_is_passed_over(charset: str) -> None:
    page = f'<html><head><meta charset="{charset}"></head><body><p>{FRENCH}</p></body></html>'
    assert read_html(page.encode("cp1252")).text == FRENCH
