"""Questions worth asking next, each asked beforehand: none is offered that the documents do not answer.

Candidates come from names in the text by templates; the bot decides which of them stay. Knows no layout and no index.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from rag.errors import RagError
from rag.index.lexical import content_words
from rag.schema import Answer, Asks, Document
from rag.text import plain

FOLLOW_UPS = 2
STARTERS = 3
# An ask takes about 0.3 s; what is not found by then is not offered.
MOST_TRIES = 6
# Characters on both sides of a quote in which a follow-up's subject is looked for: about two passages.
_AROUND = 900
# What is read of a document for starters: its beginning names what it is about.
_BEGINNING = 6_000

_WORD = r"[A-Z\u00c0-\u00de][\w’'-]*\w"
_NAME = re.compile(rf"\b{_WORD}(?: (?:(?:of|the|al|bin|de|von|van|der) ){{0,2}}{_WORD}){{0,4}}")
# A single word in capitals says little where a sentence begins.
_OPENS = re.compile(r"(?:^|[.!?:\n][\"'”’»)\]]?)\s*[\"'“‘«(\[]*$")
_NO_NAME = frozenset(
    "a about after all also although an and another any are as at because before both but by can could did do does "
    "during each even few for from had has have he her here his how however i if in indeed into is it its just many "
    "meanwhile more moreover most mr mrs ms much my no nor not now of on once one only or other our out over she "
    "should since so some still such than that the their then there therefore these they this those though through "
    "thus to today tomorrow two under until up was we were what when where whether which while who whose why will "
    "with would yes yesterday yet you your monday tuesday wednesday thursday friday saturday sunday january february "
    "march april may june july august september october november december".split()
)


def follow_ups(
    bot: Asks, answer: Answer, documents: Sequence[str] | None = None, asked: Iterable[str] = ()
) -> tuple[str, ...]:
    """Up to two questions about what stands beside the quotes of an answer, each answered by the documents.

    Args:
        bot: answers them now.
        answer: a whole answer; one without citations has no follow-ups.
        documents: ids of the documents that are asked, as given with the question.
        asked: questions of the conversation so far; none about the same names is offered.
    """
    known = " ".join([answer.question, answer.standalone_question, *asked])
    shown = {(one.passage.document_id, one.start) for one in answer.citations}

    def adds(found: Answer) -> bool:
        return any((one.passage.document_id, one.start) not in shown for one in found.citations)

    names = _names(_neighbourhood(bot, answer), known)
    return _answered(bot, _questions(names), documents, FOLLOW_UPS, adds)


def starters(bot: Asks, documents: Sequence[str] | None = None) -> tuple[str, ...]:
    """Up to three questions to begin with, each answered by the documents.

    Args:
        bot: answers them now.
        documents: ids of the only documents to ask; by default those that belong to nobody in particular.
    """
    texts = [
        one.text[:_BEGINNING]
        for one in _documents(bot)
        if (one.id in documents if documents is not None else not one.owner)
    ]
    first = ("What is this article about?",) if len(texts) == 1 else ()
    # In turn, so that each of several documents has its say.
    ranked = [_names([text], "")[:MOST_TRIES] for text in texts[:MOST_TRIES]]
    names = [names[place] for place in range(MOST_TRIES) for names in ranked if place < len(names)]
    return _answered(bot, [*first, *_questions(names)], documents, STARTERS, lambda _: True)


def rephrasing(bot: Asks, question: str, documents: Sequence[str] | None = None) -> str:
    """A question near to one that was refused, which the documents answer; empty when none is found.

    Args:
        bot: answers it now.
        question: what the documents do not answer.
        documents: ids of the documents that are asked, as given with the question.
    """
    words = sorted(set(content_words(question)), key=lambda word: (-len(word), word))
    subjects = [*_names([question], ""), *(word for word in words if len(word) > 3 and not word.isdigit())]
    candidates = [f"What is said about {subject}?" for subject in dict.fromkeys(subjects)]
    return next(iter(_answered(bot, candidates, documents, 1, lambda _: True)), "")


def _answered(
    bot: Asks, candidates: Iterable[str], documents: Sequence[str] | None, most: int, fits: Callable[[Answer], bool]
) -> tuple[str, ...]:
    """The first candidates that the documents answer, among the first few, no two with the same first quote."""
    kept: list[str] = []
    quotes: set[tuple[str, int]] = set()
    for question, _ in zip(candidates, range(MOST_TRIES), strict=False):
        try:
            found = bot.ask(question, documents=documents)
        except RagError:
            continue  # its document was removed in this moment: not answerable
        if found.abstained or found.verdict == "none" or not found.citations or not fits(found):
            continue
        first = (found.citations[0].passage.document_id, found.citations[0].start)
        if first not in quotes:
            quotes.add(first)
            kept.append(question)
        if len(kept) == most:
            break
    return tuple(kept)


def _questions(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f"Who is {name}?" if re.fullmatch(rf"{_WORD} {_WORD}", name) else f"What is said about {name}?"


def _neighbourhood(bot: Asks, answer: Answer) -> list[str]:
    """The text around each quote."""
    texts = {one.id: one.text for one in _documents(bot)}
    cited = [(texts.get(one.passage.document_id, ""), one) for one in answer.citations]
    return [text[max(one.start - _AROUND, 0) : one.end + _AROUND] for text, one in cited]


def _documents(bot: Asks) -> tuple[Document, ...]:
    try:
        return bot.documents()
    except RagError:
        return ()  # the bot is closing; there is nothing to suggest


def _names(texts: Iterable[str], known: str) -> list[str]:
    """Names in the texts, the most frequent first, without those that share a word with what is known."""
    counted: Counter[str] = Counter(name for text in texts for name in _each_name(text))
    familiar = {plain(word) for word in re.findall(r"\w+", known)}
    fresh = [name for name in counted if familiar.isdisjoint(plain(word) for word in re.findall(r"\w+", name))]
    return sorted(fresh, key=lambda name: (-counted[name], -len(name.split())))


def _each_name(text: str) -> Iterator[str]:
    for match in _NAME.finditer(text):
        words = match.group().removesuffix("'s").removesuffix("’s").split()
        opens = _OPENS.search(text, max(match.start() - 8, 0), match.start()) is not None
        while words and plain(words[0]) in _NO_NAME:
            words, opens = words[1:], False
        while words and plain(words[-1]) in _NO_NAME:
            words = words[:-1]
        if len(words) > 1 or (words and not opens and len(words[0]) > 2):
            yield " ".join(words)
