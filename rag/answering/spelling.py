"""Finds the indexed spelling of a misspelt or differently transliterated word. Knows nothing of retrieval.

"Pashinian" asks about Pashinyan. A word is corrected only when it is neither in the index nor a word that the encoder
knows whole: "Georgia" stays Georgia, however close a document's "Georgian" may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rag.text import plain

_WORD = re.compile(r"[^\W\d_]{5,}")
# Normalised similarity: at five letters one edit, at nine letters two.
_CLOSE_ENOUGH = 0.77
# With another first letter, as in Jerevan and Yerevan; with the same consonants, as in Heidar and Haydar.
_CLOSE_BUT_FOR_THE_FIRST = 0.83
_CLOSE_IN_CONSONANTS = 0.55


class Speller:
    """Corrects words of a question to words of the index."""

    def __init__(self, vocabulary: Callable[[], Iterable[str]], is_common: Callable[[str], bool]) -> None:
        """Keep the sources.

        Args:
            vocabulary: the index's words, lower-cased and without diacritics; asked for each question that needs it.
            is_common: whether a word is ordinary vocabulary, and so not a misspelling.
        """
        self._vocabulary = vocabulary
        self._is_common = is_common

    def correct(self, question: str) -> str:
        """The question with unknown words replaced by the indexed word that is spelt most alike."""
        unknown = {match.group() for match in _WORD.finditer(question) if not self._is_common(_folded(match.group()))}
        if not unknown:
            return question
        words = {word for word in self._vocabulary() if len(word) >= 4 and word.isalpha()}
        corrections = {word: self._closest(_folded(word), words) for word in unknown}
        return _WORD.sub(lambda match: _like(match.group(), corrections.get(match.group())), question)

    def _closest(self, word: str, words: set[str]) -> str | None:
        if word in words or word.removesuffix("s") in words:
            return None
        from rapidfuzz import process
        from rapidfuzz.distance import DamerauLevenshtein

        sound, sounds = _sound(word), {other: _sound(other) for other in words}
        for alike, least in (
            ((other for other in words if other[0] == word[0] or sounds[other] == sound), _CLOSE_ENOUGH),
            ((other for other in words if sounds[other] == sound), 0.0),
            (words, _CLOSE_BUT_FOR_THE_FIRST),
            ((other for other in words if _is_same_skeleton(sounds[other], sound)), _CLOSE_IN_CONSONANTS),
        ):
            best = process.extractOne(
                word, sorted(alike), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=least
            )
            if best is not None:
                return str(best[0])
        return None


def _folded(word: str) -> str:
    """The word as the index keeps it, and Azerbaijani's own letter as others write it."""
    return plain(word).replace("ə", "e")


_SOUNDS = (
    ("dsch", "j"), ("tsch", "c"), ("tch", "c"), ("sch", "s"), ("kh", "h"), ("gh", "h"), ("ch", "c"), ("sh", "s"),
    ("dzh", "j"), ("dzj", "j"), ("zh", "j"), ("dj", "j"), ("ph", "f"), ("ck", "k"), ("ou", "u"), ("oo", "u"),
    ("w", "v"), ("y", "i"), ("q", "k"), ("x", "ks"),
)  # fmt: skip
_UNVOICED = str.maketrans("zgdbv", "sktpf")


def _sound(word: str) -> str:
    """A rough sound of a transliterated name: usual variants of one consonant alike, no doubled letters."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", word)


def _is_same_skeleton(one: str, other: str) -> bool:
    """Whether two sounds have the same consonants, three at least, voiced or not, and open alike."""
    bones = [re.sub("[aeiou]", "", sound).translate(_UNVOICED) for sound in (one, other)]
    return bones[0] == bones[1] and len(bones[0]) >= 3 and (one[0] in "aeiou") == (other[0] in "aeiou")


def _like(original: str, replacement: str | None) -> str:
    """The replacement in the capitals of the original."""
    if replacement is None:
        return original
    return replacement.capitalize() if original[0].isupper() else replacement
