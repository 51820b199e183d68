"""A language model whose words a test writes: a LlamaIndex LLM that streams them in small pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

Reply = Callable[[str], str]


def scripted(reply: Reply | str, *, heard: list[str] | None = None, piece: int = 7) -> Any:
    """An LLM that answers every prompt with `reply`, or with what `reply` makes of the prompt.

    Args:
        reply: the words, or a function of the prompt.
        heard: gets every prompt.
        piece: characters that are streamed at a time.
    """
    from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata

    class Scripted(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(model_name="scripted")

        def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
            if heard is not None:
                heard.append(prompt)
            return CompletionResponse(text=reply if isinstance(reply, str) else reply(prompt))

        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
            words = self.complete(prompt).text

            def pieces() -> CompletionResponseGen:
                for end in range(piece, len(words) + piece, piece):
                    yield CompletionResponse(text=words[:end], delta=words[end - piece : end])

            return pieces()

    return Scripted()


def passages(prompt: str) -> list[str]:
    """The passages that a prompt quotes, in their order."""
    return re.findall(r"<passage \d+ \w+ from=[^\n]*>\n(.*?)\n</passage \d+ \w+>", prompt, re.DOTALL)


def number_of(prompt: str, words: str) -> int:
    """The number of the first quoted passage that holds these words."""
    return next(number for number, text in enumerate(passages(prompt), start=1) if words in text)


def is_rewriting(prompt: str) -> bool:
    """Whether a prompt asks for a rewritten question rather than an answer."""
    return "Last question:" in prompt


def answering(sentences: Sequence[tuple[str, str]]) -> Reply:
    """A reply of sentences, each citing the passage that holds the words beside it; [99] where none does."""

    def reply(prompt: str) -> str:
        texts = passages(prompt)
        numbered = [
            (sentence, next((number for number, text in enumerate(texts, 1) if words in text), 99))
            for sentence, words in sentences
        ]
        return " ".join(f"{sentence} [{number}]" for sentence, number in numbered)

    return reply
