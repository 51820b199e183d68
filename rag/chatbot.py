"""The chain: one object that owns a data directory, ingests documents and answers questions about them.

Knows which stage follows which, and no stage's inside. Safe to share between threads: what belongs to one user, the
history, is passed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, get_args

from rag import arguments
from rag.errors import ConfigurationError, QuestionError
from rag.schema import Answer, Document, Hit, IngestReport, Progress, Shelved, Turn

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from rag.answering.retrieval import Method
    from rag.settings import Settings

# Older turns are left out of a conversation: what a follow-up means is seldom further back.
_HISTORY_TOKENS = 4_000


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

    def __init__(self, settings: Settings, *, rebuild: bool = False, llm: LLM | None = None) -> None:
        """Take the data directory, load the models, open the index and ingest the corpus where it changed."""
        from rag.answering.answerer import Answerer
        from rag.answering.confidence import load_calibration
        from rag.answering.llm.opening import open_writer
        from rag.answering.reader import open_reader
        from rag.answering.retrieval import Retriever
        from rag.answering.spelling import Speller
        from rag.index.encoder import open_encoder
        from rag.index.lock import DataDirectoryLock
        from rag.index.opening import open_index
        from rag.library import Library

        self._lock = DataDirectoryLock(settings.data_dir)
        self._lock.acquire()
        try:
            encoder = open_encoder(settings.embedding_model, settings.cache_dir)
            self._index = open_index(settings, encoder, rebuild=rebuild)
        except BaseException:
            self._lock.release()
            raise
        try:
            self._retriever = Retriever(self._index, settings.top_k, settings.candidates)
            reader = open_reader(settings.reader, encoder)
            self._answerer = Answerer(self._index, self._retriever, reader, load_calibration(settings.reader))
            self._writer = open_writer(llm, self._index, settings)
            self._speller = Speller(self._index.lexical.vocabulary, lambda word: encoder.count_tokens(word) == 3)
            self._library = Library(self._index, allow_private_hosts=settings.allow_private_hosts)
            self.corpus_report = self._library.sync_corpus(settings.corpus_dir)
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, settings: Settings | None = None, *, rebuild: bool = False, llm: LLM | None = None) -> Self:
        """Open the chatbot that `settings` describe; without them, the one that the environment describes.

        Args:
            settings: where things are and how they are done.
            rebuild: cut and embed the stored documents again, after a change of model or chunking.
            llm: any LlamaIndex LLM, to write answers in its own words; in place of the one that `settings` name.

        Raises:
            ConfigurationError: a setting cannot work.
            MissingPackage: the package of the language model's provider is not installed.
            DataDirectoryBusy: another process owns the data directory.
            DataDirectoryError: the data directory cannot be written.
            IndexMismatch, IndexDamaged: the stored index cannot be used.
            StoreUnavailable: the Chroma server does not answer.
        """
        return cls(settings or read_settings(), rebuild=rebuild, llm=llm)

    def ask(self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> Answer:
        """Answer a question with citations, or say that the documents do not.

        Args:
            question: at most 2,000 characters.
            history: the conversation before it, oldest turn first.
            documents: ids of the only documents to use; by default all that belong to nobody in particular.

        Raises:
            QuestionError: the question is empty, too long or not text, or another argument has a wrong type.
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
        self._index.follow()
        history, scope = arguments.turns(history), self._scope(documents)
        friendly = reply(asked)
        if friendly:
            yield Answer(asked, asked, friendly, mode="smalltalk")
            return
        if history:
            history = recent(history, _HISTORY_TOKENS, self._index.count_tokens)
        if self._writer is None:
            searched = self._speller.correct(standalone(asked, history))
            yield from self._answerer.stream(asked, searched, scope)
            return
        deadline = self._writer.deadline()
        searched = self._speller.correct(self._writer.rewrite(asked, history, deadline) or standalone(asked, history))
        yield from self._writer.stream(self._answerer.stream(asked, searched, scope), deadline)

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
            QuestionError: the question is empty, too long or not text, or another argument has a wrong type.
        """
        from rag.answering.retrieval import Method
        from rag.text import clean_question

        if method not in get_args(Method):
            raise QuestionError(f"There is no method {method!r}; pass one of: {', '.join(get_args(Method))}.")
        if k is not None and not isinstance(k, int):
            raise QuestionError(f"k= is how many passages to find, not {type(k).__name__}; pass an int.")
        self._index.follow()
        searched = self._speller.correct(clean_question(question))
        return self._retriever.search(searched, k=k, documents=self._scope(documents), method=method)

    def conversation(self, documents: Sequence[str] | None = None) -> Conversation:
        """A conversation that keeps its own history."""
        return Conversation(self, documents)

    def ingest(
        self,
        sources: Sequence[str],
        *,
        owner: str = "",
        names: Mapping[str, str] | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> IngestReport:
        """Add files, folders and web pages, or replace what came from the same place before.

        Args:
            sources: paths, and addresses that begin with http:// or https://.
            owner: whose documents these are; owned documents are only used when `documents=` names them.
            names: what to call single files, by source as given: for a file that was put somewhere temporary.
            dry_run: report what would be done, and write nothing.
            progress: called with (done, total, name) after each file.

        Returns:
            What was done; a source that cannot be read is in `failed`, with the reason, and the others go on.

        Raises:
            DocumentError: something is passed that is no path and no address.
        """
        given = arguments.sources(sources)
        return self._library.ingest(given, owner=owner, names=names, dry_run=dry_run, progress=progress)

    def ingest_text(self, text: str, title: str = "", *, owner: str = "") -> IngestReport:
        """Add a pasted text, or replace the one that the same owner pasted under the same title.

        Returns:
            What was done; a text that is blank or too long is in `failed`, with the reason.
        """
        return self._library.ingest_text(text, title, owner=owner)

    def documents(self) -> tuple[Document, ...]:
        """All documents, oldest first."""
        self._index.follow()
        return self._index.catalog.documents()

    def shelf(self) -> tuple[Shelved, ...]:
        """All documents with what is indexed of them, oldest first."""
        self._index.follow()
        return self._index.catalog.shelf()

    def remove(self, document_id: str) -> None:
        """Forget a document: text, vectors and words.

        Raises:
            DocumentNotFound: no document has this id.
        """
        self._library.remove(document_id)

    def announce(self, address: str, token: str) -> None:
        """Let other processes on this machine know where this one answers for its data directory."""
        self._lock.announce(address, token)

    def close(self) -> None:
        """Release files and the data directory."""
        try:
            self._index.close()
        finally:
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
        asked = arguments.document_ids(documents)
        return self._index.catalog.unowned() if asked is None else asked


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
