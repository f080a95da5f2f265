"""question -> retrieve -> prompt -> generate -> verify -> Answer. Imports corpus, index and serving."""
