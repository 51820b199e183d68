"""Names and numbers exchanged in a text that is otherwise the same, word by word. Knows word order, no models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.answering.llm.facts import same_name
from rag.answering.llm.order import Word, Wording

_ENDS = re.compile(r"\b(from|to|From|To) (?:the )?([A-Z]\w+(?: [A-Z]\w+)*)")
_AROUND = 4  # words shared beside the place that differs, and the most words that may differ in it


def exchanged(claim: Wording, sentence: Wording) -> bool:
    """Whether a sentence says the same in the same words but for one name, in whose place the claim has another.

    The other name may well stand elsewhere: what all words around it agree on is whose place this is.
    """
    if claim.passive != sentence.passive:
        return False
    mine, theirs = ([word.root for word in text.words] for text in (claim, sentence))
    steps = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    for place, (step, start, end, first, last) in enumerate(steps):
        if step != "replace" or max(end - start, last - first) > _AROUND:
            continue
        around = [min(_AROUND, steps[n][2] - steps[n][1]) for n in (place - 1, place + 1) if 0 <= n < len(steps)]
        if sum(around) >= _AROUND and _other_names(claim.words[start:end], sentence.words[first:last]):
            return True
    return False


def _other_names(mine: Sequence[Word], theirs: Sequence[Word]) -> bool:
    """Whether both have names, or both numbers, and no name of one is short for the other's."""
    if all(any(word.kind == "number" for word in words) for words in (mine, theirs)):
        return True
    one, other = ([word.root for word in words if word.kind == "name"] for words in (mine, theirs))
    short = any(_initials(names).endswith(root) for names, roots in ((one, other), (other, one)) for root in roots)
    return bool(one and other) and not short and not any(same_name(a, b) for a in one for b in other)


def _initials(names: Sequence[str]) -> str:
    return "".join(name[0] for name in names)


def turned_round(claim: str, text: str) -> bool:
    """Whether two names have changed ends: "from Leith to Oslo" against "from Oslo to Leith"."""
    mine, theirs = ({name: end.lower() for end, name in _ENDS.findall(one)} for one in (claim, text))
    turned = [name for name, end in mine.items() if theirs.get(name, end) != end]
    return len(turned) > 1
