"""The chain: one object that owns a data directory, ingests documents and answers questions about them.

Knows which stage follows which, and no stage's inside. Safe to share between threads: what belongs to one user, the
history, is passed in.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.errors import ConfigurationError, DocumentError
from rag.schema import Answer, Document, Hit, IngestReport, Turn

if TYPE_CHECKING:
    from rag.answering.retrieval import Method
    from rag.settings import Settings

# Older turns are left out of a conversation: what a follow-up means is seldom further back.
_HISTORY_TOKENS = 4_000
Progress = Callable[[int, int, str], None]


def read_settings() -> Settings:
    """Settings from the environment.

    Raises:
        ConfigurationError: a `RAG_*` variable has a value that cannot be used.
    """
    from pydantic import ValidationError

    from rag.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"RAG_{'_'.join(str(part) for part in first['loc'])}".upper()
        raise ConfigurationError(f"{name} = {first['input']!r} cannot be used: {first['msg']}.") from error


class Chatbot:
    """Answers questions about its documents. Make one with `Chatbot.open()`."""

    def __init__(self, settings: Settings, *, rebuild: bool = False) -> None:
        """Take the data directory, load the models, open the index and ingest the corpus where it changed."""
        from rag.answering.answerer import Answerer
        from rag.answering.confidence import load_calibration
        from rag.answering.reader import open_reader
        from rag.answering.retrieval import Retriever
        from rag.answering.spelling import Speller
        from rag.index.encoder import open_encoder
        from rag.index.ingest import Index
        from rag.index.lock import DataDirectoryLock

        self._writing = threading.Lock()
        self._lock = DataDirectoryLock(settings.data_dir)
        self._lock.acquire()
        try:
            encoder = open_encoder(settings.embedding_model, settings.cache_dir)
            limits = (settings.passage_tokens, settings.overlap_sentences)
            self._index = Index(settings.data_dir, encoder, *limits, rebuild=rebuild)
        except BaseException:
            self._lock.release()
            raise
        try:
            self._retriever = Retriever(self._index, settings.top_k, settings.candidates)
            reader = open_reader(settings.reader, encoder)
            self._answerer = Answerer(self._index, self._retriever, reader, load_calibration(settings.reader))
            self._speller = Speller(self._index.lexical.vocabulary, lambda word: encoder.count_tokens(word) == 3)
            self.corpus_report = self._sync_corpus(settings)
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, settings: Settings | None = None, *, rebuild: bool = False) -> Self:
        """Open the chatbot that `settings` describe; without them, the one that the environment describes.

        Args:
            settings: where things are and how they are done.
            rebuild: cut and embed the stored documents again, after a change of model or chunking.

        Raises:
            ConfigurationError: a setting cannot work.
            DataDirectoryBusy: another process owns the data directory.
            DataDirectoryError: the data directory cannot be written.
            IndexMismatch, IndexDamaged: the stored index cannot be used.
        """
        return cls(settings or read_settings(), rebuild=rebuild)

    def ask(self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> Answer:
        """Answer a question with citations, or say that the documents do not.

        Args:
            question: at most 2,000 characters.
            history: the conversation before it, oldest turn first.
            documents: ids of the only documents to use; by default all that belong to nobody in particular.

        Raises:
            QuestionError: the question is empty, too long or not text.
        """
        *_, last = self.stream(question, history=history, documents=documents)
        return last

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None
    ) -> Iterator[Answer]:
        """The same answer while it grows; the last one is whole."""
        from rag.answering.conversation import recent, standalone
        from rag.answering.smalltalk import reply
        from rag.text import clean_question

        asked = clean_question(question)
        friendly = reply(asked)
        if friendly:
            yield Answer(asked, asked, friendly, mode="smalltalk")
            return
        if history:
            history = recent(history, _HISTORY_TOKENS, self._index.count_tokens)
        searched = self._speller.correct(standalone(asked, history))
        yield from self._answerer.stream(asked, searched, self._scope(documents))

    def search(
        self,
        question: str,
        *,
        k: int | None = None,
        documents: Sequence[str] | None = None,
        method: Method = "hybrid",
    ) -> tuple[Hit, ...]:
        """The best passages for a question, without an answer.

        Raises:
            QuestionError: the question is empty, too long or not text.
        """
        from rag.text import clean_question

        searched = self._speller.correct(clean_question(question))
        return self._retriever.search(searched, k=k, documents=self._scope(documents), method=method)

    def conversation(self, documents: Sequence[str] | None = None) -> Conversation:
        """A conversation that keeps its own history."""
        return Conversation(self, documents)

    def ingest(self, sources: Sequence[str], *, owner: str = "", progress: Progress | None = None) -> IngestReport:
        """Add files or folders, or replace what came from the same place before.

        Args:
            sources: paths.
            owner: whose documents these are; owned documents are only used when `documents=` names them.
            progress: called with (done, total, source) after each file.

        Returns:
            What was done; a source that cannot be read is in `failed`, with the reason, and the others go on.
        """
        from rag.documents.files import find_files, load

        failed: dict[str, str] = {}
        paths: list[str] = []
        for source in sources:
            try:
                paths += [str(path) for path in find_files(str(source))]
            except DocumentError as error:
                failed[str(source)] = str(error)
        outcomes: dict[str, list[str]] = {"added": [], "replaced": [], "unchanged": []}
        for done, path in enumerate(paths, start=1):
            try:
                document = load(path, owner=owner)
                with self._writing:
                    outcomes[self._index.add(document)].append(document.title)
            except DocumentError as error:
                failed[path] = str(error)
            if progress is not None:
                progress(done, len(paths), path)
        lists = {name: tuple(titles) for name, titles in outcomes.items()}
        return IngestReport(**lists, failed=failed)

    def documents(self) -> tuple[Document, ...]:
        """All documents, oldest first."""
        return self._index.catalog.documents()

    def remove(self, document_id: str) -> None:
        """Forget a document: text, vectors and words.

        Raises:
            DocumentNotFound: no document has this id.
        """
        with self._writing:
            self._index.remove(document_id)

    def announce(self, address: str, token: str) -> None:
        """Let other processes on this machine know where this one answers for its data directory."""
        self._lock.announce(address, token)

    def close(self) -> None:
        """Release files and the data directory."""
        self._index.close()
        self._lock.release()

    def __enter__(self) -> Self:
        """The chatbot itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _scope(self, documents: Sequence[str] | None) -> Sequence[str] | None:
        """The ids to search: those asked for, else everything that has no owner; None means no restriction."""
        if documents is not None:
            return (documents,) if isinstance(documents, str) else tuple(documents)
        return self._index.catalog.unowned()

    def _sync_corpus(self, settings: Settings) -> IngestReport:
        """Ingest the corpus folder when it is new or changed, and forget what is no longer in it."""
        from rag.documents.corpus import fingerprint, load_corpus

        catalog = self._index.catalog
        folder = settings.corpus_dir
        if folder is None:
            return IngestReport()
        mark = fingerprint(folder)
        if catalog.meta("corpus") == mark:
            return IngestReport()
        corpus = load_corpus(folder)
        outcomes: dict[str, list[str]] = {"added": [], "replaced": [], "unchanged": [], "removed": []}
        before = set(json.loads(catalog.meta("corpus_ids") or "[]"))
        for document in corpus.documents:
            outcomes[self._index.add(document)].append(document.title)
        for gone in sorted(before - {document.id for document in corpus.documents}):
            if catalog.content_hash(gone):
                outcomes["removed"].append(gone)
                self._index.remove(gone)
        catalog.set_meta("corpus_ids", json.dumps([document.id for document in corpus.documents]))
        catalog.set_meta("corpus", mark)
        return IngestReport(**{name: tuple(titles) for name, titles in outcomes.items()}, failed=corpus.failed)


class Conversation:
    """A chatbot with the turns so far: a thin wrapper of a tuple."""

    def __init__(self, bot: Chatbot, documents: Sequence[str] | None = None) -> None:
        self._bot = bot
        self._documents = documents
        self.history: tuple[Turn, ...] = ()

    def ask(self, question: str) -> Answer:
        """Answer in the light of the turns before, and remember this one."""
        *_, last = self.stream(question)
        return last

    def stream(self, question: str) -> Iterator[Answer]:
        """The same while it grows; the turn is remembered once the answer is whole."""
        answer = None
        for answer in self._bot.stream(question, history=self.history, documents=self._documents):
            yield answer
        if answer is not None:
            self.history = (*self.history, Turn(answer.question, answer.text))
