"""Nearness of vectors. The one adapter of faiss."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from index.encoder import Vectors
from index.errors import CollectionDamagedError


class VectorIndex:
    """Exact inner products with unit vectors numbered from 0 (the inner product is then the cosine)."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        self._rows = np.asarray(index.reconstruct_n(0, int(index.ntotal)), dtype=np.float32)

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
        return len(self._rows)

    def vectors(self) -> Vectors:
        """All vectors, shape (n, d), for reuse in the next generation."""
        return self._rows

    def cosines(self, query: Vectors) -> npt.NDArray[np.float32]:
        """The cosine of every vector with `query`, shape (d,)."""
        # A BLAS product of this size waits longer for its threads than it computes: 12 ms instead of 0.1 on busy cores.
        return np.asarray(np.einsum("ij,j->i", self._rows, query), dtype=np.float32)
