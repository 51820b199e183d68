"""A language model as the writer, and the code that checks every sentence it writes. Knows no index."""
