"""Keyword search with BM25, one index per language. The one adapter of bm25s.

One index per language keeps each language's word statistics its own: a hundred Chinese documents do not change what an
English word weighs.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np

from index.words import words

# Settings of BM25; part of a collection's manifest through KEYWORDS_VERSION.
K1 = 1.2
B = 0.75
KEYWORDS_VERSION = 1

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it reports every build at DEBUG, to a handler of its own


class KeywordIndex:
    """BM25 over texts numbered from 0. Built once, saved without pickle."""

    def __init__(self, retriever: bm25s.BM25, size: int) -> None:
        self._retriever = retriever
        self._size = size

    @classmethod
    def build(cls, texts: Sequence[str]) -> KeywordIndex:
        """Index `texts`; the number of a text is its place."""
        retriever = bm25s.BM25(k1=K1, b=B)
        # A text without a word (or no text at all) would leave bm25s without a vocabulary.
        tokens = [words(text) or [""] for text in texts] or [[""]]
        retriever.index(tokens, show_progress=False)
        return cls(retriever, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        self._retriever.save(str(folder), show_progress=False, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> KeywordIndex:
        """Read an index of `size` texts."""
        return cls(bm25s.BM25.load(str(folder), show_progress=False, allow_pickle=False), size)

    def rank(self, query: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """The best `limit` texts with their scores above zero, best first, ties by number."""
        known = [word for word in query if word in self._retriever.vocab_dict]
        if not known or self._size == 0:
            return []
        scores = self._retriever.get_scores(known)[: self._size]
        best = np.lexsort((np.arange(scores.size), -scores))[:limit]
        return [(int(number), float(scores[number])) for number in best if scores[number] > 0]

    def weight(self, word: str) -> float:
        """Inverse document frequency of `word`, ln(1 + (N - n + 0.5) / (n + 0.5)) (Robertson and Zaragoza 2009).

        The rarer, the heavier; a word that no text holds weighs most.
        """
        count = self._document_count(word)
        return math.log(1 + (self._size - count + 0.5) / (count + 0.5))

    def _document_count(self, word: str) -> int:
        number = self._retriever.vocab_dict.get(word)
        if number is None:
            return 0
        starts = self._retriever.scores["indptr"]
        return int(starts[number + 1] - starts[number])
