"""What a LlamaIndex user would write: one folder into a persisted Chroma index, reopened for a question.

python -m benchmarks.stock_llamaindex build FOLDER INDEX
python -m benchmarks.stock_llamaindex ask INDEX QUESTION
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def _index(folder: str, documents: list[Any] | None = None) -> Any:
    import chromadb
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from rag.index.encoder import DEFAULT_MODEL, model_folder

    embedding = HuggingFaceEmbedding(model_name=str(model_folder(DEFAULT_MODEL)))
    collection = chromadb.PersistentClient(folder).get_or_create_collection("stock")
    store = ChromaVectorStore(chroma_collection=collection)
    if documents is None:
        return VectorStoreIndex.from_vector_store(store, embed_model=embedding)
    context = StorageContext.from_defaults(vector_store=store)
    return VectorStoreIndex.from_documents(documents, storage_context=context, embed_model=embedding)


def build(corpus: str, folder: str) -> None:
    """Index every file of the corpus folder."""
    from llama_index.core import Document

    texts = [path.read_text(encoding="utf-8") for path in sorted(Path(corpus).glob("*.md"))]
    _index(folder, [Document(text=text) for text in texts])


def ask(folder: str, question: str) -> None:
    """Print the passages nearest to a question, from the persisted index."""
    for node in _index(folder).as_retriever(similarity_top_k=3).retrieve(question):
        print(round(node.score or 0.0, 3), node.get_content()[:80])


if __name__ == "__main__":
    {"build": build, "ask": ask}[sys.argv[1]](*sys.argv[2:])
