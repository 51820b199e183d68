"""From documents to two searchable indexes: chunking, encoder, store, catalog, lexical, ingest."""
