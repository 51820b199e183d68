"""Opens the language model that the settings name. Knows each provider's constructor, nothing of prompts or answers."""

from __future__ import annotations

import time
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import ConfigurationError, LanguageModelError, MissingPackage

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from rag.settings import Settings

PROVIDERS = ("openai", "openai-like", "ollama")
# Most tokens of an answer; longer ones are taken for a model that does not stop.
MOST_WRITTEN = 700
_OPENAI, _OLLAMA = "https://api.openai.com/v1", "http://localhost:11434"


def open_llm(settings: Settings) -> LLM | None:
    """The language model that `RAG_LLM` names as provider:model, or None when it names none. Nothing is sent yet.

    Raises:
        ConfigurationError: the provider is unknown, or a setting that it needs is empty.
        MissingPackage: the provider's package is not installed.
    """
    if not settings.llm:
        return None
    provider, _, model = settings.llm.partition(":")
    if provider not in PROVIDERS or not model:
        known = ", ".join(f"{name}:MODEL" for name in PROVIDERS)
        raise ConfigurationError(f"RAG_LLM = {settings.llm!r} cannot be used; name one of: {known}.")
    if provider == "ollama":
        return _open_ollama(model, settings)
    return _open_openai(provider, model, settings)


def check_llm(settings: Settings) -> str:
    """One line on whether the configured model answers, for a report; empty when none is configured.

    Raises:
        ConfigurationError, MissingPackage: as `open_llm`.
        LanguageModelError: it does not answer; the message says why, in one line.
    """
    from llama_index.core.llms import ChatMessage

    from rag.answering.llm.calling import stream_words

    llm = open_llm(settings)
    if llm is None:
        return ""
    began = time.monotonic()
    words = stream_words(llm, [ChatMessage(role="user", content="Reply with one word: ready")], settings.llm_timeout)
    try:
        answers = any(piece.strip() for piece in words)  # its first word is enough
    except LanguageModelError as error:
        raise LanguageModelError(f"{settings.llm} at {_address(settings)}: {error}") from None
    if not answers:
        raise LanguageModelError(f"{settings.llm} at {_address(settings)}: The language model wrote nothing.")
    return f"The language model {settings.llm} answers ({time.monotonic() - began:.1f} s)."


def _open_openai(provider: str, model: str, settings: Settings) -> LLM:
    key = settings.llm_key.get_secret_value()
    if provider == "openai-like" and not settings.llm_url:
        raise ConfigurationError("RAG_LLM_URL is empty; set it to the server's address, e.g. http://localhost:8000/v1.")
    if provider == "openai" and not settings.llm_url and not key:
        raise ConfigurationError("RAG_LLM_KEY is empty; set it to your OpenAI key.")
    module = _import("llama_index.llms.openai_like", "llama-index-llms-openai-like")
    from httpx import Client

    from rag.answering.llm.wire import wire

    llm: LLM = module.OpenAILike(
        model=model,
        api_base=_address(settings),
        # Never empty: the client would then take OPENAI_API_KEY and send it to whatever server is named.
        api_key=key or "none",
        is_chat_model=True,
        context_window=settings.llm_context,
        max_tokens=MOST_WRITTEN,
        temperature=0.0,
        timeout=settings.llm_timeout,
        http_client=Client(**wire(settings.llm_timeout)),
        max_retries=0,  # rag.answering.llm.calling retries, within its own time limit
    )
    return llm


def _open_ollama(model: str, settings: Settings) -> LLM:
    module = _import("llama_index.llms.ollama", "llama-index-llms-ollama")
    from ollama import Client

    from rag.answering.llm.wire import wire

    # Never empty: the client would then take OLLAMA_API_KEY and send it to whatever server is named.
    headers = {"Authorization": f"Bearer {settings.llm_key.get_secret_value() or 'none'}"}
    llm: LLM = module.Ollama(
        model=model,
        temperature=0.0,
        context_window=settings.llm_context,
        additional_kwargs={"num_predict": MOST_WRITTEN},
        client=Client(_address(settings), headers=headers, **wire(settings.llm_timeout)),
    )
    return llm


def _address(settings: Settings) -> str:
    """Where the server is; never with a password, which messages and the client's log would show."""
    url = settings.llm_url.get_secret_value() or (_OLLAMA if settings.llm.startswith("ollama:") else _OPENAI)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise ConfigurationError(
            "RAG_LLM_URL cannot be used: it is like http://localhost:8000/v1, without a user, password or query; "
            "a key goes into RAG_LLM_KEY."
        )
    return url


def _import(module: str, package: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingPackage(f"{package} is not installed; run: pip install {package}.") from error
