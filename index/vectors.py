"""Nearness of vectors: a quick look at one bit a component, then exact cosines. The one adapter of faiss."""

from __future__ import annotations

from functools import cached_property

import faiss
import numpy as np
import numpy.typing as npt

from index.encoder import Vectors

Numbers = npt.NDArray[np.intp]

# So few vectors are compared exactly; of more, the bits come first.
_EXACT = 5_000
_ADDED_AT_ONCE = 100_000  # FAISS makes a copy of what it is given


class VectorTable:
    """Unit vectors numbered from 0, held once. Made once, never changed.

    Beside the vectors FAISS holds one bit for each component (RaBitQ, Gao and Long 2024), 1/27 of their size, which
    tell which of a million are near in some milliseconds. Nothing is trained or drawn: the same vectors give the same
    bits.
    """

    def __init__(self, rows: Vectors) -> None:
        """`rows` has the shape (n, d)."""
        self.rows = rows

    @property
    def size(self) -> int:
        """How many vectors are held."""
        return len(self.rows)

    @cached_property
    def total(self) -> npt.NDArray[np.float64]:
        """The sum of all vectors."""
        return np.asarray(self.rows.sum(axis=0, dtype=np.float64))

    def warm_up(self) -> None:
        """Do ahead what the first search would do."""
        if self.size > _EXACT:
            _ = self._bits

    def nearest(self, query: Vectors, count: int) -> Numbers:
        """The numbers of some `count` vectors among which are those of the highest cosine with `query`, shape (d,)."""
        if self.size <= max(_EXACT, count):
            return np.arange(self.size)
        _, found = self._bits.search(query[np.newaxis], count)
        return np.asarray(found[0], dtype=np.intp)

    def cosines(self, query: Vectors, numbers: Numbers) -> npt.NDArray[np.float32]:
        """The cosines of the vectors of these numbers with `query`, shape (d,)."""
        # A BLAS product of this size waits longer for its threads than it computes: 12 ms instead of 0.1 on busy cores.
        return np.asarray(np.einsum("ij,j->i", self.rows[numbers], query), dtype=np.float32)

    @cached_property
    def _bits(self) -> faiss.IndexRaBitQFastScan:
        index = faiss.IndexRaBitQFastScan(self.rows.shape[1], faiss.METRIC_INNER_PRODUCT)
        index.train(self.rows)
        for first in range(0, self.size, _ADDED_AT_ONCE):
            index.add(self.rows[first : first + _ADDED_AT_ONCE])
        return index
