"""Keyword search with BM25 (Robertson and Zaragoza 2009), one index per language and segment.

A word's weight is summed over segments and languages are counted apart: neither how documents are spread over segments
nor a thousand documents in another language change what a word weighs. That is why the library bm25s is not used: it
multiplies the weights of its own corpus into every posting when it builds.
"""

from __future__ import annotations

import json
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from corpus.document import Language
from index.files import Data, Part
from index.words import words

Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]

# Settings of BM25; part of a collection's manifest through KEYWORDS_VERSION. Passages are cut to a like length, so
# their lengths say little (small B), and a word that comes back is what they are about.
K1 = 2.0
B = 0.3
KEYWORDS_VERSION = 5

# Words of an average passage: those of the shipped ones. A constant, so that a passage's postings never change.
USUAL_LENGTH: Mapping[Language, float] = {"zh": 171.0, "en": 186.0}

# Words are weighed as if a collection held at least so many texts: in one of five every word of the subject is common.
FEWEST_TEXTS = 1000


class KeywordIndex:
    """Postings: which texts hold a word, and how much each speaks of it, 0 to 1. Made once, never changed."""

    def __init__(
        self, vocabulary: Sequence[str], starts: npt.NDArray[np.int64], texts: Numbers, weights: Scores
    ) -> None:
        """The postings of word i are `texts` and `weights` from `starts[i]` to `starts[i + 1]`, texts ascending."""
        self._number = {word: number for number, word in enumerate(vocabulary)}
        self._starts, self._texts, self._weights = starts, texts, weights

    @classmethod
    def build(cls, texts: Iterable[tuple[int, str]], language: Language) -> KeywordIndex:
        """Index texts, each with its number; numbers ascend."""
        usual = USUAL_LENGTH[language]
        numbers: dict[str, int] = {}
        found, holders, weights = array("q"), array("i"), array("f")
        for text_number, text in texts:
            counts = Counter(words(text))
            length_norm = K1 * (1 - B + B * counts.total() / usual)
            for word, count in counts.items():
                found.append(numbers.setdefault(word, len(numbers)))
                holders.append(text_number)
                weights.append(count / (count + length_norm))
        return _sorted(
            list(numbers), np.array(found, np.int64), np.array(holders, np.int32), np.array(weights, np.float32)
        )

    @classmethod
    def merge(cls, parts: Sequence[tuple[KeywordIndex, Numbers]]) -> KeywordIndex:
        """One index of several; with each comes the new number of every text, -1 for one that is left out."""
        numbers: dict[str, int] = {}
        found, holders, weights = [], [], []
        for index, renumbered in parts:
            own = np.array([numbers.setdefault(word, len(numbers)) for word in index._number], dtype=np.int64)
            texts = renumbered[index._texts]
            kept = texts >= 0
            found.append(np.repeat(own, np.diff(index._starts))[kept])
            holders.append(texts[kept])
            weights.append(index._weights[kept])
        return _sorted(list(numbers), np.concatenate(found), np.concatenate(holders), np.concatenate(weights))

    def files(self, name: str) -> dict[str, Data]:
        """What `load` reads."""
        return {
            f"{name}.words.json": json.dumps(list(self._number)).encode(),
            f"{name}.starts": self._starts,
            f"{name}.texts": self._texts,
            f"{name}.weights": self._weights,
        }

    @classmethod
    def load(cls, part: Part, name: str) -> KeywordIndex:
        """The index that gave `files(name)`."""
        return cls(
            json.loads(part.files[f"{name}.words.json"]),
            part.array(f"{name}.starts", np.int64),
            part.array(f"{name}.texts", np.int32),
            part.array(f"{name}.weights", np.float32),
        )

    def add_scores(self, scores: Scores, word: str, weight: float) -> None:
        """Add `weight`, times how much each text speaks of `word`, to the texts' scores."""
        first, last = self._postings(word)
        scores[self._texts[first:last]] += np.float32(weight) * self._weights[first:last]

    def count(self, word: str, living: npt.NDArray[np.bool_] | None) -> int:
        """How many texts hold `word`: of all, or of those that `living` says."""
        first, last = self._postings(word)
        return last - first if living is None else int(np.count_nonzero(living[self._texts[first:last]]))

    def _postings(self, word: str) -> tuple[int, int]:
        number = self._number.get(word)
        return (0, 0) if number is None else (int(self._starts[number]), int(self._starts[number + 1]))


def inverse_frequency(count: int, size: int) -> float:
    """ln(1 + (N - n + 0.5) / (n + 0.5)) for a word in n of N texts, N at least FEWEST_TEXTS.

    The rarer, the heavier; a word that no text holds weighs most.
    """
    return math.log(1 + (max(size, FEWEST_TEXTS) - count + 0.5) / (count + 0.5))


def _sorted(vocabulary: list[str], found: npt.NDArray[np.int64], texts: Numbers, weights: Scores) -> KeywordIndex:
    """Postings in the order of words and texts, however they came; words that no text holds are left out."""
    holding = np.bincount(found, minlength=len(vocabulary))
    order = sorted((number for number in range(len(vocabulary)) if holding[number]), key=vocabulary.__getitem__)
    place = np.zeros(len(vocabulary), dtype=np.int64)
    place[order] = np.arange(len(order))
    sorting = np.lexsort((texts, place[found]))
    starts = np.concatenate([[0], np.cumsum(holding[order], dtype=np.int64)]).astype(np.int64)
    return KeywordIndex([vocabulary[number] for number in order], starts, texts[sorting], weights[sorting])
