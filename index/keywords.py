"""Keyword search with BM25, one index per language. The one adapter of bm25s.

One index per language keeps each language's word statistics its own: a hundred Chinese documents do not change what an
English word weighs.
"""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt

from index.words import words

Scores = npt.NDArray[np.float32]

# Settings of BM25 (Robertson and Zaragoza 2009); part of a collection's manifest through KEYWORDS_VERSION. Passages are
# cut to a like length, so their lengths say little (small B), and a word that comes back is what they are about.
K1 = 2.0
B = 0.3
KEYWORDS_VERSION = 4

# Words are weighed as if a collection held at least so many texts: in one of five every word of the subject is common.
FEWEST_TEXTS = 1000

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
        _reweigh(retriever, len(tokens))
        return cls(retriever, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        self._retriever.save(str(folder), show_progress=False, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> KeywordIndex:
        """Read an index of `size` texts."""
        return cls(bm25s.BM25.load(str(folder), show_progress=False, allow_pickle=False), size)

    def shares(self, query: Iterable[str]) -> Scores:
        """BM25 of every text as a share of what a text full of the query's words would reach, 0 to 1.

        Each word counts once. A word that no text holds still counts in the whole, so a share means the same for every
        question and in every language: how much of what was asked the text speaks of.
        """
        asked = list(dict.fromkeys(query))
        known = [word for word in asked if self.holds(word)]
        if not known or self._size == 0:
            return np.zeros(self._size, dtype=np.float32)
        most = sum(self.weight(word) for word in asked)
        return np.asarray(self._retriever.get_scores(known)[: self._size] / most, dtype=np.float32)

    def weight(self, word: str) -> float:
        """Inverse document frequency of `word` among at least FEWEST_TEXTS texts.

        The rarer, the heavier; a word that no text holds weighs most.
        """
        return _idf(self._document_count(word), max(self._size, FEWEST_TEXTS))

    def holds(self, word: str) -> bool:
        """Whether any text holds `word`."""
        return word in self._retriever.vocab_dict

    def _document_count(self, word: str) -> int:
        number = self._retriever.vocab_dict.get(word)
        if number is None:
            return 0
        starts = self._retriever.scores["indptr"]
        return int(starts[number + 1] - starts[number])


def _idf(count: int, size: int) -> float:
    """ln(1 + (N - n + 0.5) / (n + 0.5)) for a word in n of N texts (Robertson and Zaragoza 2009)."""
    return math.log(1 + (size - count + 0.5) / (count + 0.5))


def _reweigh(retriever: bm25s.BM25, size: int) -> None:
    """Weigh every word as among FEWEST_TEXTS texts, where bm25s weighed it among the `size` that there are."""
    if size >= FEWEST_TEXTS:
        return
    data, starts = retriever.scores["data"], retriever.scores["indptr"]
    for first, last in itertools.pairwise(int(start) for start in starts):
        if last > first:
            data[first:last] *= _idf(last - first, FEWEST_TEXTS) / _idf(last - first, size)
