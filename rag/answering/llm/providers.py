"""Opens the language model that the settings name. Knows each provider's constructor, nothing of prompts or answers."""

from __future__ import annotations

import time
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

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
    if not any(piece.strip() for piece in words):  # its first word is enough
        raise LanguageModelError(f"The language model {settings.llm} wrote nothing.")
    return f"The language model {settings.llm} answers ({time.monotonic() - began:.1f} s)."


def _open_openai(provider: str, model: str, settings: Settings) -> LLM:
    key = settings.llm_key.get_secret_value()
    if provider == "openai-like" and not settings.llm_url:
        raise ConfigurationError("RAG_LLM_URL is empty; set it to the server's address, e.g. http://localhost:8000/v1.")
    if provider == "openai" and not settings.llm_url and not key:
        raise ConfigurationError("RAG_LLM_KEY is empty; set it to your OpenAI key.")
    module = _import("llama_index.llms.openai_like", "llama-index-llms-openai-like")
    llm: LLM = module.OpenAILike(
        model=model,
        api_base=settings.llm_url or _OPENAI,
        # Never empty: the client would then take OPENAI_API_KEY and send it to whatever server is named.
        api_key=key or "none",
        is_chat_model=True,
        context_window=settings.llm_context,
        max_tokens=MOST_WRITTEN,
        temperature=0.0,
        timeout=settings.llm_timeout,
        max_retries=0,  # rag.answering.llm.calling retries, within its own time limit
    )
    return llm


def _open_ollama(model: str, settings: Settings) -> LLM:
    module = _import("llama_index.llms.ollama", "llama-index-llms-ollama")
    key = settings.llm_key.get_secret_value()
    llm: LLM = module.Ollama(
        model=model,
        base_url=settings.llm_url or _OLLAMA,
        temperature=0.0,
        context_window=settings.llm_context,
        request_timeout=settings.llm_timeout,
        additional_kwargs={"num_predict": MOST_WRITTEN},
        headers={"Authorization": f"Bearer {key}"} if key else None,
    )
    return llm


def _import(module: str, package: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingPackage(f"{package} is not installed; run: pip install {package}.") from error
