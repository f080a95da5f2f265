"""Words of one language that mean what a word of the other does: those that the shipped table puts close to it.

The table (static_table.py) has vectors of everyday words of both languages in one space: 房东 and "landlord" point the
same way. It knows what the twins of the corpus do not speak of, and gives related words along with the right one.
"""

from __future__ import annotations

from functools import lru_cache

from index.encoder import Vectors
from index.static_table import shipped_table
from index.words import is_chinese_word

# The least cosine; chosen on labelled claims, see evals/grounding.md.
LIKE = 0.5


@lru_cache(maxsize=2_000)
def alike(word: str, among: frozenset[str]) -> frozenset[str]:
    """The words of `among`, in the other language than `word`, that mean about the same."""
    others, vectors = _others(among, not is_chinese_word(word))
    cosines = vectors @ shipped_table().encode([word])[0]
    return frozenset(other for other, cosine in zip(others, cosines, strict=True) if cosine >= LIKE)


@lru_cache(maxsize=100)  # the words of a question's passages
def _others(among: frozenset[str], in_chinese: bool) -> tuple[list[str], Vectors]:
    words = sorted(word for word in among if is_chinese_word(word) == in_chinese)
    return words, shipped_table().encode(words)
