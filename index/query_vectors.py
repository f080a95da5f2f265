"""Questions -> vectors, each read once: the same comes again for what could be asked next, and from several people."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from corpus.document import Language
from index.basis import Basis
from index.encoder import Encoder, Vectors
from index.space import Way

_KEPT = 1_000

_Asked = tuple[str, Language, int, Way]


class QueryVectors:
    """The vectors of questions in the spaces of `basis`. Any number of threads may ask."""

    def __init__(self, basis: Basis, encoders: Sequence[Encoder]) -> None:
        self._basis = basis
        self._encoders = encoders
        self._kept: OrderedDict[_Asked, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, queries: Sequence[str], language: Language, space: int, way: Way) -> list[Vectors | None]:
        """Each query in a space; None where what reads it is not there. What is not known yet is read at once."""
        reader = self._basis.spaces[space].reader(language, way, self._encoders)
        if reader is None:
            return [None] * len(queries)
        with self._lock:
            known = {query: self._kept.get((query, language, space, way)) for query in queries}
        unknown = [query for query, vector in known.items() if vector is None]
        if unknown:
            known |= zip(unknown, np.asarray(reader.encode(unknown), dtype=np.float32), strict=True)
        with self._lock:
            for query, vector in known.items():
                if vector is not None:
                    self._kept[query, language, space, way] = vector
                    self._kept.move_to_end((query, language, space, way))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return [known[query] for query in queries]
