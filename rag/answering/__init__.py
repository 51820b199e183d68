"""From a question to an answer: spelling, retrieval, reader, compose."""
