"""Words of one language -> the words of the other that stand for them, learned from the shipped twins.

The corpus says everything twice, block by block. A word is taken to mean the words of the other language that come in
the twins of its blocks and seldom elsewhere (the coefficient of Dice 1945). It knows the vocabulary of the twins and
nothing beyond, and gives related words along with the right one: enough to see whether a sentence speaks of the same
things as a passage in the other language, not to translate it.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache

from corpus.shipped import shipped_documents
from index.likeness import alike
from index.twins import TwinSection, twin_sections
from index.words import content_words

# What comes together in fewer blocks does so by accident.
_FEWEST_BLOCKS = 2
_MEANINGS = 4
_LEAST_DICE = 0.12


_learning = threading.Lock()


class Lexicon:
    """Counterparts of words, of either language; each is worked out when it is first asked for."""

    def __init__(self, sections: Iterable[TwinSection]) -> None:
        self._twins: list[tuple[frozenset[str], frozenset[str]]] = []
        self._holding: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for section in sections:
            for block, their_block in zip(section.blocks, section.their_blocks, strict=True):
                sides = _words(block), _words(their_block)
                for side, words in enumerate(sides):
                    for word in words:
                        self._holding[word].append((len(self._twins), side))
                self._twins.append(sides)
        self.meanings = lru_cache(maxsize=20_000)(self._meanings)

    def counterparts(self, word: str, among: frozenset[str]) -> frozenset[str]:
        """The words of `among` that stand for `word` by these twins or by the table (likeness.py)."""
        return among.intersection(self.meanings(word)) | alike(word, among)

    def _meanings(self, word: str) -> tuple[str, ...]:
        """The likeliest counterparts of `word`, best first; none when the twins do not hold it."""
        places = self._holding.get(word, [])
        together = Counter(other for place, side in places for other in self._twins[place][1 - side])
        likeness = {
            other: 2 * both / (len(places) + len(self._holding[other]))
            for other, both in together.items()
            if both >= _FEWEST_BLOCKS
        }
        likely = [other for other, dice in likeness.items() if dice >= _LEAST_DICE]
        return tuple(sorted(likely, key=lambda other: (-likeness[other], other))[:_MEANINGS])


def counterparts(word: str, among: frozenset[str]) -> frozenset[str]:
    """The words of `among` that stand for `word` in the other language, by the shipped twins or by the table."""
    return _learned().counterparts(word, among)


def translate(word: str) -> tuple[str, ...]:
    """The likeliest counterparts of `word` by the shipped twins, best first; the first call takes a second."""
    return _learned().meanings(word)


def _learned() -> Lexicon:
    with _learning:  # several who come first would each take the second
        return _shipped()


@cache
def _shipped() -> Lexicon:
    return Lexicon(twin_sections(shipped_documents(), of="zh", to="en"))


def _words(block: str) -> frozenset[str]:
    return frozenset(word for word in content_words(block) if not word[0].isdigit())
