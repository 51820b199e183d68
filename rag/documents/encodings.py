"""Bytes -> text: tells the encoding, by marks, by what is declared, or by guess. Knows no format and no file."""

from __future__ import annotations

import codecs
import re
import unicodedata

from rag.documents.raw import Unreadable

# The longer marks first: the one of UTF-32 begins like that of UTF-16.
_MARKED = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_UNMARKED = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_SHIFTED = re.compile(rb"\x1b\$[@B]")  # how ISO-2022-JP, alone among the older encodings, says what it is
# The encodings that files still come in, commonest first; the guess is better for not trying all others.
_OLDER = tuple(
    "cp1252 cp1251 cp1250 shift_jis gb18030 euc_kr big5 euc_jp koi8_r cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 "
    "iso8859_2 mac_roman koi8_u cp866 cp850 iso8859_5 iso8859_6".split()
)
# What languages in Latin letters write beside a to z. The right guess makes the letters of one of them.
_ALPHABETS = tuple(
    map(
        frozenset,
        "äöüß àâçèéêëîïôùûüÿæœ áéíñóúü àáâãçéêíóôõúü àèéìíîòóùú åäöæøéü áðéíóúýþæö ąćęłńóśźż áäčďéěíĺľňóôŕřšťúůýž "
        "áéíóöőúüű ăâîşţșț čćđšž âçğıîöşüû\u0307 āčēģīķļņšūž ąčęėįšųūž äõöšüž".split(),
    )
)
_SIGNS = frozenset("\u00a0\u00ad¡¿«»‹›“”„‘’‚–—…•·§©®™°€£¥ªº²³½¼¾×±")
# Python knows more than text under the name of an encoding, and some of that takes a hostile file's time.
_OF_TEXT = re.compile(r"ascii|utf|iso8859|iso2022|cp|koi8|mac|shift|euc|gb|big5")
_NOT_TEXT = "is binary, not text; save it as text in UTF-8."
_LOOKED_AT = 20_000


def decoded(data: bytes, declared: str = "") -> str:
    """The bytes as text.

    Args:
        data: a text.
        declared: the charset that the text itself names; it counts where the bytes are neither marked nor UTF-8.

    Raises:
        Unreadable: they look like something other than text.
    """
    text = _decoded(data, declared)
    controls = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text))
    if controls > len(text) / 100:
        raise Unreadable(_NOT_TEXT)
    return text


def in_charset(data: bytes, charset: str) -> str | None:
    """The bytes in a charset that was named, or None where that names no encoding of text, or not theirs."""
    try:
        return data.decode(charset) if _OF_TEXT.match(codecs.lookup(charset).name) else None
    except (LookupError, ValueError):
        return None


def _decoded(data: bytes, declared: str) -> str:
    marked = next((name for mark, name in _MARKED.items() if data.startswith(mark)), "")
    if marked:
        text = in_charset(data, marked)
    elif b"\x00" in data:
        text = _wide(data)
        if text is None:
            raise Unreadable(_NOT_TEXT)
    else:
        text = (in_charset(data, "iso2022_jp_2") if _SHIFTED.search(data) else None) or in_charset(data, "utf-8-sig")
    # A declaration in single bytes cannot be in UTF-16, whatever it says; and in UTF-8 the bytes are not.
    if text is None and not declared.lower().startswith("utf"):
        text = in_charset(data, declared)
    return _guessed(data) if text is None else text


def _wide(data: bytes) -> str | None:
    """Text of two or four bytes a character that has no mark, or None where it is none."""
    start = data[:_LOOKED_AT]
    if len(re.findall(rb"[ -~]", start)) > 0.7 * len(start):
        return None  # one byte a character with a NUL among them; read as pairs it would be rare Chinese
    texts = [text for name in _UNMARKED if (text := in_charset(data, name)) and _is_ordinary(text[:_LOOKED_AT])]
    return max(texts, key=_spaced, default=None)


def _is_ordinary(text: str) -> bool:
    """Whether a text has its words apart, and next to no character that nobody writes."""
    odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\t\r\n" for c in text)
    return odd <= len(text) / 100 and _spaced(text) >= len(text) / 100


def _spaced(text: str) -> int:
    return len(re.findall("[ \t\n.,、。，]", text[:_LOOKED_AT]))


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    torn = data.decode("utf-8-sig", "replace")
    if 4 * torn.count("\ufffd") < len(re.findall("[^\x00-\x7f\ufffd]", torn)):
        return torn  # UTF-8 with a few bytes of damage
    matches = list(from_bytes(data, cp_isolation=list(_OLDER)))
    if not matches:
        raise Unreadable("is in no encoding that could be told; save it as text in UTF-8.")
    likely = [match for match in matches if _is_of_one_language(str(match)[:_LOOKED_AT])] or matches
    # Accented letters of French and Polish share their bytes: of two equal guesses the commoner encoding is taken.
    ties = [match for match in likely if (match.chaos, match.coherence) == (likely[0].chaos, likely[0].coherence)]
    return str(min(ties, key=lambda match: _OLDER.index(match.encoding)))


def _is_of_one_language(text: str) -> bool:
    """Whether the letters beside a to z are of one alphabet, or of none in Latin letters."""
    letters = {c for c in text.lower() if c > "\x7f"} - _SIGNS
    return min(letters, default="") > "\u036f" or any(letters <= alphabet for alphabet in _ALPHABETS)
