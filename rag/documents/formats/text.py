"""Plain text: the bytes in their encoding. Must not know what the text says."""

from __future__ import annotations

import codecs
import re

from rag.documents.raw import Raw, Unreadable

_WIDE = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# The encodings that files still come in, commonest first; the guess is better for not trying all others.
_OLDER = tuple(
    "cp1252 cp1251 cp1250 shift_jis gb18030 euc_kr big5 euc_jp koi8_r cp1253 cp1254 cp1255 cp1256 cp1257 cp1258".split()
)
_NOT_TEXT = "is binary, not text; save it as text in UTF-8."


def read_text(data: bytes) -> Raw:
    """Plain text in UTF-8, in UTF-16 with its mark, or in the most likely older encoding."""
    return Raw(decoded(data))


def decoded(data: bytes) -> str:
    """The bytes as text; the encoding is guessed only where they are not UTF-8.

    Raises:
        Unreadable: they look like something other than text.
    """
    wide = next((name for mark, name in _WIDE.items() if data.startswith(mark)), None)
    if wide is None and b"\x00" in data:
        raise Unreadable(_NOT_TEXT)
    try:
        text = data.decode(wide or "utf-8-sig")
    except UnicodeDecodeError:
        text = _guessed(data)
    controls = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text))
    if controls > len(text) / 100:
        raise Unreadable(_NOT_TEXT)
    return text


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = list(from_bytes(data, cp_isolation=list(_OLDER)))
    if not matches:
        raise Unreadable("is in no encoding that could be told; save it as text in UTF-8.")
    # Accented letters of French and Polish share their bytes: of two equal guesses the commoner encoding is taken.
    ties = [match for match in matches if (match.chaos, match.coherence) == (matches[0].chaos, matches[0].coherence)]
    return str(min(ties, key=lambda match: _OLDER.index(match.encoding)))
