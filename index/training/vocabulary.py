"""Which words the table holds, and where their vectors start: at the mean of what the dictionary says they mean."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.language import HAN
from index.encoder import Vectors
from index.static_table import StaticTable
from index.training.fitting import Examples
from index.training.parallel import Pair
from index.training.word_vectors import EnglishVectors
from index.words import words

_SEEN_OFTEN_ENOUGH = 5  # times that an English word comes in glosses, to be in the table for Chinese texts that hold it
_LONGEST_WORD = 10


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words with the encoder's mean vector of what they mean, shape (words, d)."""

    words: tuple[str, ...]
    vectors: Vectors

    @classmethod
    def gather(cls, glosses: Mapping[str, Sequence[str]], pairs: Sequence[Pair], english: EnglishVectors) -> Vocabulary:
        """Chinese words that the segmentation leaves whole, and the stems of English words in glosses."""
        chinese = {word: english.mean(meant) for word, meant in glosses.items() if _is_usual(word)}
        latin = _latin(glosses, pairs)
        vectors = [*chinese.values(), *(english.mean(forms) for forms in latin.values())]
        found = np.array(vectors, dtype=np.float32)
        return cls((*chinese, *latin), found - found.mean(axis=0))

    def lookup(self, folded: dict[int, str]) -> StaticTable:
        """A table of these words without numbers, which knows the rows of a text."""
        return StaticTable(self.words, folded, np.zeros((len(self.words), 2), np.int8), np.zeros(1, np.uint8), {})

    def start(self, holding: Counter[int], texts: int) -> Vectors:
        """Vectors times the rarity of their words: ln((N + 1) / (n + 1)) for a word in n of N texts, over 10."""
        rarity = [math.log((texts + 1) / (holding[row] + 1)) / 10 for row in range(len(self.words))]
        return np.asarray(self.vectors * np.array(rarity, dtype=np.float32)[:, np.newaxis], dtype=np.float32)


def word_examples(
    lookup: StaticTable, glosses: Mapping[str, Sequence[str]], english: EnglishVectors, *, each_round: int
) -> Examples:
    """Words of the dictionary, which lie where their glosses do.

    Each is seen by itself, where it is in the table, and by its parts and characters, so that these learn to stand for
    a word that is not.
    """
    row = {word: number for number, word in enumerate(lookup.words)}
    rows, targets = [], []
    for word, meant in glosses.items():
        parts = [part for part in lookup.rows_of(word) if part != row.get(word)]
        parts = parts or [row[character] for character in word if character in row]
        seen = [[row[word]]] if word in row else []
        if parts and 2 <= len(word) <= _LONGEST_WORD:
            seen.append(parts)
        mean = english.mean(meant)
        rows += seen
        targets += [mean / np.linalg.norm(mean)] * len(seen)
    return Examples(rows, np.array(targets, dtype=np.float32), each_round)


def _is_usual(word: str) -> bool:
    """Whether the segmentation ever gives `word`; of single characters those that GB 2312 has."""
    if len(word) == 1:
        try:
            return bool(word.encode("gb2312"))
        except UnicodeEncodeError:
            return False
    return word in words(word)


def _latin(glosses: Mapping[str, Sequence[str]], pairs: Sequence[Pair]) -> dict[str, list[str]]:
    """Stem -> the glosses that are one word of that stem."""
    counts = Counter(word for some in glosses.values() for gloss in some for word in set(words(gloss)))
    counts.update(word for chinese, _ in pairs for word in set(words(chinese)) if not HAN.match(word))
    forms: dict[str, list[str]] = defaultdict(list)
    for gloss in dict.fromkeys(gloss for some in glosses.values() for gloss in some):
        if re.fullmatch(r"[A-Za-z0-9]+", gloss):
            stem = words(gloss)[-1]
            if counts[stem] >= _SEEN_OFTEN_ENOUGH:
                forms[stem].append(gloss)
    return dict(forms)
