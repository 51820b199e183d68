"""What holds for every answer, for the tests that ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.schema import Answer

if TYPE_CHECKING:
    from rag.chatbot import Chatbot


def check_answer(bot: Chatbot, answer: Answer) -> None:
    """What holds for every answer about documents, whatever reader found it."""
    texts = {document.id: document.text for document in bot.documents()}
    numbers = list(dict.fromkeys(int(number) for number in re.findall(r"\[(\d+)\]", answer.text)))
    assert numbers == [citation.number for citation in answer.citations] == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        text = texts[citation.passage.document_id]
        assert citation.quote == text[citation.start : citation.end] != ""
        assert citation.passage.text == text[citation.passage.start : citation.passage.end]
        assert citation.start < citation.passage.end
        assert citation.passage.start < citation.end
        assert (citation.answer_start is None) == (citation.answer_end is None)
        if citation.answer_start is not None and citation.answer_end is not None:
            assert citation.start <= citation.answer_start < citation.answer_end <= citation.end
    assert answer.text
    assert answer.mode == "extractive"
    assert 0 <= answer.confidence <= 1
    assert answer.abstained == (not answer.citations) == (answer.verdict == "none")
    assert answer.timings
    assert all(seconds >= 0 for seconds in answer.timings.values())


def cited_texts(answer: Answer) -> str:
    return " ".join(citation.quote for citation in answer.citations)
