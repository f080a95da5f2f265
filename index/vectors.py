"""Nearest vectors. The one adapter of faiss."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np

from index.encoder import Vectors
from index.errors import CollectionDamagedError


class VectorIndex:
    """Exact inner-product search over unit vectors numbered from 0 (the inner product is then the cosine)."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> VectorIndex:
        """Index `vectors`, shape (n, d)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    def save(self, path: Path) -> None:
        """Write the index to `path`."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Read an index. FAISS notices few damages itself: check the file's hash first.

        :raises CollectionDamagedError: when FAISS cannot read the file.
        """
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise CollectionDamagedError(f"{path} is not a vector index ({error})") from error

    @property
    def size(self) -> int:
        """How many vectors are held."""
        return int(self._index.ntotal)

    def vectors(self) -> Vectors:
        """All vectors, shape (n, d), for reuse in the next generation."""
        return np.asarray(self._index.reconstruct_n(0, self.size), dtype=np.float32)

    def rank(self, query: Vectors, limit: int) -> list[tuple[int, float]]:
        """The `limit` nearest to `query` (shape (d,)) with their cosines, best first, ties by number."""
        if self.size == 0:
            return []
        cosines, numbers = self._index.search(query[np.newaxis, :], min(limit, self.size))
        found = [(int(n), float(c)) for n, c in zip(numbers[0], cosines[0], strict=True) if n >= 0]
        return sorted(found, key=lambda item: (-item[1], item[0]))
