"""Rules of English that complete a follow-up question. `rag.answering.conversation` applies them in turn."""
