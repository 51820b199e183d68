"""The chain as LlamaIndex parts: a retriever and a query engine. Knows LlamaIndex's interfaces, and no stage's inside.

from rag import Chatbot
from rag.llamaindex import ChatbotQueryEngine, ChatbotRetriever
"""

from __future__ import annotations

from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from rag.chatbot import Chatbot
from rag.schema import Answer, Hit


def to_node(hit: Hit) -> NodeWithScore:
    """A hit as a node: same id, text and offsets; title, source and stage in its metadata; the fused score."""
    passage = hit.passage
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata={"title": passage.title, "source": passage.source, "ordinal": passage.ordinal, "stage": hit.stage},
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.document_id)},
    )
    return NodeWithScore(node=node, score=hit.score)


class ChatbotRetriever(BaseRetriever):
    """Hybrid retrieval for any LlamaIndex pipeline."""

    def __init__(self, bot: Chatbot, k: int | None = None, documents: list[str] | None = None) -> None:
        """Keep the chatbot.

        Args:
            bot: an open chatbot.
            k: how many passages; the chatbot's setting by default.
            documents: ids of the only documents to search.
        """
        self._bot = bot
        self._k = k
        self._documents = documents
        super().__init__(callback_manager=CallbackManager())

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._bot.search(query_bundle.query_str, k=self._k, documents=self._documents)
        return [to_node(hit) for hit in hits]


class ChatbotQueryEngine(BaseQueryEngine):
    """Whole answers for any LlamaIndex pipeline: cited text, with the passages and their scores as source nodes."""

    def __init__(self, bot: Chatbot, documents: list[str] | None = None) -> None:
        """Keep the chatbot.

        Args:
            bot: an open chatbot.
            documents: ids of the only documents to use.
        """
        self._bot = bot
        self._documents = documents
        super().__init__(callback_manager=CallbackManager())

    def _query(self, query_bundle: QueryBundle) -> Response:
        return _response(self._bot.ask(query_bundle.query_str, documents=self._documents))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        import asyncio

        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def _response(answer: Answer) -> Response:
    """The answer with its passages; verdict and quotes stand in the metadata."""
    quotes = [{"number": c.number, "quote": c.quote, "start": c.start, "end": c.end} for c in answer.citations]
    metadata = {"verdict": answer.verdict, "confidence": answer.confidence, "citations": quotes}
    return Response(answer.text, source_nodes=[to_node(hit) for hit in answer.hits], metadata=metadata)
