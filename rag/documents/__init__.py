"""Sources become Documents here: reading, decoding, cleaning. Knows nothing of passages, indexes or questions."""

from rag.documents.clean import Cleaned, clean
from rag.documents.files import find_files, load
from rag.documents.kinds import SUFFIXES
from rag.documents.making import MAX_BYTES
from rag.documents.pages import page_of

__all__ = ["MAX_BYTES", "SUFFIXES", "Cleaned", "clean", "find_files", "load", "page_of"]
