"""Makes the table of words in `index/table` (see embedder.md). Not needed to run the assistant."""
