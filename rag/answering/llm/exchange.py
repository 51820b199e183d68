"""Names, numbers and contrary words in the place of each other, word by word. Knows English word order, no models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.answering.llm.facts import same_name
from rag.answering.llm.numbers import WORD, figured
from rag.answering.llm.order import Word, Wording
from rag.index.lexical import content_words, root
from rag.text import plain

_ENDS = re.compile(r"\b(from|to|From|To) (?:the )?(\d+(?:\.\d+)?|[A-Z]\w+(?: [A-Z]\w+)*)")
# Words of which those on one side say the contrary of those on the other about what follows them: the number of the
# pair and the side of each. Not such as "buy" and "sell", which tell the same from either end.
_SIDES = {
    word: (number, side)
    for number, pair in enumerate(
        "more:less fewer;before:after;above:below;always:never;most:least fewest;inside:outside;"
        "accept accepts accepted approve approves approved:reject rejects rejected decline declines declined;"
        "uphold upholds upheld:overturn overturns overturned quash quashes quashed;"
        "allow allows allowed permit permits permitted:forbid forbids forbade forbidden ban bans banned prohibited;"
        "support supports supported:oppose opposes opposed;praise praises praised:criticise criticises criticised "
        "criticize criticizes criticized;open opens opened reopen reopens reopened:close closes closed;"
        "increase increases increased raise raises raised:reduce reduces reduced decrease decreases decreased;"
        "high higher highest:low lower lowest;large larger largest biggest:small smaller smallest;"
        "old older oldest:young younger youngest new newer newest;fast faster fastest:slow slower slowest".split(";")
    )
    for side, words in enumerate(pair.split(":"))
    for word in words.split()
}
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


def contrary(claim: str, text: str) -> bool:
    """Whether the claim says "before the rice" where the text says "after the rice", and not "before" it, too."""
    mine, theirs = _sided(claim), _sided(text)
    return any((pair, 1 - side, follows) in theirs for pair, side, follows in mine - theirs)


def _sided(text: str) -> set[tuple[int, int, str]]:
    """The words of a text that have a contrary, as pair and side, each with the root of the content word after it."""
    words = [plain(match.group()) for match in WORD.finditer(text)]
    found = set()
    for place, word in enumerate(words):
        follows = (one for one in words[place + 1 :] if one != "than" and "of" not in content_words(f"{one} of"))
        if word in _SIDES and (first := next(follows, "")):
            found.add((*_SIDES[word], root(first)))
    return found


def turned_round(claim: str, text: str) -> bool:
    """Whether two names or numbers have changed ends: "from Leith to Oslo" against "from Oslo to Leith"."""
    mine, theirs = ({name: end.lower() for end, name in _ENDS.findall(figured(one))} for one in (claim, text))
    turned = [name for name, end in mine.items() if theirs.get(name, end) != end]
    return len(turned) > 1
