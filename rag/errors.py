"""The error tree. Each message names the value that was wrong and what to do about it.

RagError
├── ConfigurationError      a setting cannot work as given
│   └── MissingPackage      an optional package is not installed
├── QuestionError           the question cannot be asked as typed
├── DocumentError           a source cannot be read; the others go on
├── DocumentNotFound        no document has this id
├── ConversationError       a kept conversation is unknown or full
├── StoreError              the stored index cannot be used
│   ├── IndexMismatch       it was built with other settings
│   ├── IndexDamaged        its parts disagree
│   └── StoreUnavailable    the Chroma server does not answer as expected
├── DataDirectoryError      the data directory cannot be used
│   └── DataDirectoryBusy   another process owns it
├── LanguageModelError      the configured language model did not do its part
└── ServiceError            a running page did not answer as expected
"""

from __future__ import annotations


class RagError(Exception):
    """Root of every error that a user of the library may meet."""


class ConfigurationError(RagError):
    """A setting cannot work as given."""


class MissingPackage(ConfigurationError):
    """An optional package is not installed; the message gives the install command."""


class QuestionError(RagError):
    """The question cannot be asked as typed: empty, too long, not text."""


class DocumentError(RagError):
    """A source cannot be read; the message says why."""


class DocumentNotFound(RagError):
    """No document has this id."""


class ConversationError(RagError):
    """A kept conversation cannot be used: it is not this visitor's, was deleted, or is full."""


class StoreError(RagError):
    """The stored index cannot be used."""


class IndexMismatch(StoreError):
    """The index was built with another model, metric, chunking or schema."""


class IndexDamaged(StoreError):
    """The index's parts disagree with each other."""


class StoreUnavailable(StoreError):
    """The Chroma server does not answer as expected."""


class DataDirectoryError(RagError):
    """The data directory cannot be created, read or written."""


class DataDirectoryBusy(DataDirectoryError):
    """Another process owns the data directory; `address` is where it answers, if it does."""

    def __init__(self, message: str, address: str = "", token: str = "") -> None:
        super().__init__(message)
        self.address = address
        self.token = token


class LanguageModelError(RagError):
    """The configured language model did not do its part; the message says what happened, never what was sent."""


class ServiceError(RagError):
    """A running page did not answer as expected."""
