"""Sources become Documents here: reading, decoding, cleaning. Knows nothing of passages, indexes or questions."""

from rag.documents.clean import Cleaned, clean
from rag.documents.files import find_files, load

__all__ = ["Cleaned", "clean", "find_files", "load"]
