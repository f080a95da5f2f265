"""Makes the table of words in `index/bilingual` (see embedder.md). Not needed to run the assistant."""
