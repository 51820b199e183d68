"""A real OpenAI-compatible server, `transformers serve`, with a tiny model of random weights: its wire alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag import Chatbot, Settings
from rag.answering.llm.calling import stream_words
from rag.answering.llm.providers import check_llm, open_llm
from rag.errors import LanguageModelError

pytestmark = pytest.mark.slow
TEXT = "The Carrow lighthouse was built in 1874 by Ada Winslow, an engineer from Leith. It stands on Gull Rock."
TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant: "


def build(folder: Path) -> None:
    """A Llama of one small layer, and a byte-level tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = Tokenizer(models.BPE(vocab={token: n for n, token in enumerate(["</s>", *letters])}, merges=[]))
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    tokenizer: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=words, eos_token="</s>", pad_token="</s>"
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(letters) + 1,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=8192,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(folder)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The server's address and its model's name."""
    folder = tmp_path_factory.mktemp("tiny")
    build(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("transformers")
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [program, "serve", str(folder), *options], stdout=log, stderr=log, env={**os.environ, "HF_HUB_OFFLINE": "1"}
        )
    try:
        _await(f"http://127.0.0.1:{port}/health", process, folder / "log")
        yield f"http://127.0.0.1:{port}/v1", str(folder)
    finally:
        process.terminate()
        process.wait(20)


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 150
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(address, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError(f"transformers serve did not start:\n{log.read_text()[-2000:]}")


def test_the_report_says_that_the_server_answers(server: tuple[str, str]) -> None:
    url, model = server
    settings = Settings(llm=f"openai-like:{model}", llm_url=url, llm_timeout=120)
    assert "answers" in check_llm(settings)


def test_words_stream_from_the_server(server: tuple[str, str]) -> None:
    from llama_index.core.llms import ChatMessage

    url, model = server
    llm = open_llm(Settings(llm=f"openai-like:{model}", llm_url=url, llm_timeout=120))
    assert llm is not None
    words = stream_words(llm, [ChatMessage(role="user", content="Say something.")], 120)
    assert all(len(piece) for piece in islice(words, 5))


def test_what_a_model_babbles_is_never_shown(server: tuple[str, str], bot_factory: Callable[..., Chatbot]) -> None:
    url, model = server
    bot = bot_factory(TEXT, llm=f"openai-like:{model}", llm_url=url, llm_timeout=120)
    answer = bot.ask("Who built the Carrow lighthouse?")
    assert answer.mode == "extractive"
    assert "Ada Winslow [1]" in answer.text
    assert answer.notice.endswith("this is the extractive answer.")


def test_a_model_that_the_server_does_not_know_is_a_fault(server: tuple[str, str]) -> None:
    url, _ = server
    with pytest.raises(LanguageModelError, match="HTTP"):
        check_llm(Settings(llm="openai-like:no-such-model", llm_url=url, llm_timeout=60))
