"""The chain works inside stock LlamaIndex pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loops import run_in_own_loop

if TYPE_CHECKING:
    from rag.chatbot import Chatbot

QUESTION = "Where do the Azerbaijani cargo planes fly to?"


def test_retriever_gives_passages_with_scores_to_a_stock_query_engine(corpus_bot: Chatbot) -> None:
    from llama_index.core.llms import MockLLM
    from llama_index.core.postprocessor import SimilarityPostprocessor
    from llama_index.core.query_engine import RetrieverQueryEngine
    from llama_index.core.response_synthesizers import ResponseMode

    from rag.llamaindex import ChatbotRetriever

    engine = RetrieverQueryEngine.from_args(
        ChatbotRetriever(corpus_bot, k=4),
        llm=MockLLM(),
        response_mode=ResponseMode.COMPACT,
        node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=0.0)],
    )
    nodes = engine.query(QUESTION).source_nodes
    assert [node.node_id for node in nodes] == [hit.passage.id for hit in corpus_bot.search(QUESTION, k=4)]
    assert "Ovda" in nodes[0].get_content()
    assert all(node.score is not None and node.score > 0 for node in nodes)


def test_query_engine_answers_with_the_same_text_as_the_chatbot(corpus_bot: Chatbot) -> None:
    from rag.llamaindex import ChatbotQueryEngine

    response = ChatbotQueryEngine(corpus_bot).query(QUESTION)
    answer = corpus_bot.ask(QUESTION)
    assert str(response) == answer.text
    assert [node.node_id for node in response.source_nodes] == [hit.passage.id for hit in answer.hits]
    assert response.metadata is not None
    assert [quote["quote"] for quote in response.metadata["citations"]] == [c.quote for c in answer.citations]


def test_query_engine_works_asynchronously(corpus_bot: Chatbot) -> None:
    from rag.llamaindex import ChatbotQueryEngine

    response = run_in_own_loop(ChatbotQueryEngine(corpus_bot).aquery(QUESTION))
    assert str(response) == corpus_bot.ask(QUESTION).text


def test_node_offsets_point_into_the_document(corpus_bot: Chatbot) -> None:
    from rag.llamaindex import ChatbotRetriever

    texts = {document.id: document.text for document in corpus_bot.documents()}
    for scored in ChatbotRetriever(corpus_bot).retrieve(QUESTION):
        node = scored.node
        assert texts[str(node.ref_doc_id)][node.start_char_idx : node.end_char_idx] == node.text  # type: ignore[attr-defined]


@pytest.mark.parametrize("k", [1, 3])
def test_retriever_returns_k_passages(corpus_bot: Chatbot, k: int) -> None:
    from rag.llamaindex import ChatbotRetriever

    assert len(ChatbotRetriever(corpus_bot, k=k).retrieve(QUESTION)) == k
