"""Questions worth asking next, each asked beforehand: none is offered that the documents do not answer.

Candidates come from sentences by their form and from names; the bot decides which of them stay. Knows no layout and no
index.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from rag.errors import RagError
from rag.index.lexical import content_words, root
from rag.schema import Answer, Asks, Document
from rag.sentences import sentence_spans
from rag.serving.wording import NAME, NO_NAME, about, questions_of
from rag.text import plain

FOLLOW_UPS = 2
STARTERS = 3
# An ask takes about 0.3 s; what is not found by then is not offered.
MOST_TRIES = 8
# Characters on both sides of a quote in which a follow-up's subject is looked for: about two passages.
_AROUND = 900
# What is read of a document for starters: its beginning names what it is about.
_BEGINNING = 6_000
_WHOLE = "What is this article about?"
# A single word in capitals says little where a sentence begins.
_OPENS = re.compile(r"(?:^|[.!?:\n][\"'”’»)\]]?)\s*[\"'“‘«(\[]*$")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A question; `start:end` of a document is the sentence that it was made from and that has to answer it."""

    text: str
    document_id: str = ""
    start: int = 0
    end: int = 0

    def is_met(self, found: Answer) -> bool:
        """Whether the answer quotes the sentence."""
        return not self.document_id or any(
            one.passage.document_id == self.document_id and one.start < self.end and self.start < one.end
            for one in found.citations
        )


def follow_ups(
    bot: Asks, answer: Answer, documents: Sequence[str] | None = None, asked: Iterable[str] = ()
) -> tuple[str, ...]:
    """Up to two questions about what stands beside the quotes of an answer, each answered by the documents.

    Args:
        bot: answers them now.
        answer: a whole answer; one without citations has no follow-ups.
        documents: ids of the documents that are asked, as given with the question.
        asked: questions of the conversation so far; none of them is offered again.
    """
    known = [answer.question, answer.standalone_question, *asked]
    shown = {(one.passage.document_id, one.start) for one in answer.citations}

    def adds(found: Answer) -> bool:
        return any((one.passage.document_id, one.start) not in shown for one in found.citations)

    texts = {one.id: one for one in _documents(bot)}
    near = [
        _Stretch(texts[one.passage.document_id], max(one.start - _AROUND, 0), one.end + _AROUND)
        for one in answer.citations
        if one.passage.document_id in texts
    ]
    fresh = (one for one in _candidates(near, " ".join(known)) if not _repeats(one.text, known))
    return _answered(bot, fresh, documents, FOLLOW_UPS, adds)


def starters(bot: Asks, documents: Sequence[str] | None = None) -> tuple[str, ...]:
    """Up to three questions to begin with, each answered by the documents.

    Args:
        bot: answers them now.
        documents: ids of the only documents to ask; by default those that belong to nobody in particular.
    """
    begun = [
        _Stretch(one, 0, _BEGINNING)
        for one in _documents(bot)
        if (one.id in documents if documents is not None else not one.owner)
    ]
    first = [_Candidate(_WHOLE)] if len(begun) == 1 else []
    # In turn, so that each of several documents has its say.
    turns = zip_longest(*(_candidates([one], "") for one in begun[:MOST_TRIES]))
    return _answered(bot, chain(first, (one for turn in turns for one in turn if one)), documents, STARTERS)


def rephrasing(bot: Asks, answer: Answer, documents: Sequence[str] | None = None) -> str:
    """A question near to one that was refused, which the documents answer; empty only when there is nothing to ask.

    Args:
        bot: answers it now.
        answer: the refusal.
        documents: ids of the documents that are asked, as given with the question.
    """
    question = answer.standalone_question
    words = sorted(set(content_words(question)), key=lambda word: (-len(word), word))
    subjects = [*_names([question], ""), *(word for word in words if len(word) > 3 and not word.isdigit())]
    theirs = [_Candidate(about(subject)) for subject in dict.fromkeys(subjects)]
    texts = {one.id: one for one in _documents(bot)}
    near = [
        _Stretch(texts[hit.passage.document_id], hit.passage.start, hit.passage.end)
        for hit in answer.hits[:2]
        if hit.passage.document_id in texts
    ]
    fresh = (one for one in _candidates(near, "") if not _repeats(one.text, [question]))
    tried = [*theirs[:3], *islice(fresh, MOST_TRIES - 4), _Candidate(_WHOLE)]
    return next(iter(_answered(bot, tried, documents, 1)), "")


def _answered(
    bot: Asks,
    candidates: Iterable[_Candidate],
    documents: Sequence[str] | None,
    most: int,
    fits: Callable[[Answer], bool] = lambda _: True,
) -> tuple[str, ...]:
    """The first candidates that the documents answer, among the first few, no two with the same first quote."""
    kept: list[str] = []
    quotes: set[tuple[str, int]] = set()
    for candidate in islice(candidates, MOST_TRIES):
        try:
            found = bot.ask(candidate.text, documents=documents)
        except RagError:
            continue  # its document was removed in this moment: not answerable
        if found.abstained or found.verdict == "none" or not found.citations:
            continue
        first = (found.citations[0].passage.document_id, found.citations[0].start)
        if first not in quotes and candidate.is_met(found) and fits(found):
            if candidate.text != _WHOLE:  # an overview touches on everything
                quotes.add(first)
            kept.append(candidate.text)
        if len(kept) == most:
            break
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Characters `start:end` of a document."""

    document: Document
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words."""
        return self.document.text[self.start : self.end]


def _candidates(stretches: Sequence[_Stretch], known: str) -> Iterator[_Candidate]:
    """Questions made from sentences and from names that are not known, the most telling ones first, each once."""
    made = [
        _Candidate(question, one.document.id, one.start + start, one.start + end)
        for one in stretches
        for start, end in sentence_spans(one.text)
        for question in questions_of(one.text[start:end])
    ]
    texts = [one.text for one in stretches]
    made += [_Candidate(about(name, " ".join(texts))) for name in _names(texts, known)]
    yield from _varied({one.text: one for one in reversed(made)}.values())


def _varied(made: Iterable[_Candidate]) -> list[_Candidate]:
    """One question of each question word before the second of any; what somebody said comes last."""
    seen: Counter[str] = Counter()
    ranked = []
    for one in reversed(list(made)):
        opening = "said" if re.search(r" (?:say|tell)\b", one.text) else one.text.split()[0]
        ranked.append((opening == "said", seen[opening], one))
        seen[opening] += 1
    return [one for *_, one in sorted(ranked, key=lambda rank: rank[:2])]


def _repeats(question: str, known: Iterable[str]) -> bool:
    """Whether a question asks in other words what one of these asks."""
    roots = {root(word) for word in content_words(question)}
    return any(roots <= {root(word) for word in content_words(one)} for one in known)


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
    for match in NAME.finditer(text):
        words = match.group().removesuffix("'s").removesuffix("’s").split()
        opens = _OPENS.search(text, max(match.start() - 8, 0), match.start()) is not None
        if opens and "the" in words:  # "Contact the Service Desk"
            words, opens = words[words.index("the") + 1 :], False
        for place in range(len(words) - 1, 0, -1):  # "Peru's Ann Lee"
            if words[place - 1].endswith(("'s", "’s")):
                words, opens = words[place:], False
                break
        while words and plain(words[0]) in NO_NAME:
            words, opens = words[1:], False
        while words and plain(words[-1]) in NO_NAME:
            words = words[:-1]
        if len(words) > 1 or (words and not opens and len(words[0]) > 2):
            yield " ".join(words)
