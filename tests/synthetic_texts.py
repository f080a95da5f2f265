"""Texts and vectors for measuring at scale: deterministic, with the word frequencies and nearness of real ones.

Words follow Zipf's law; a third of a document's words are of its topic. A text's vector is the sum of its words' (rare
ones count more), in 64 directions of 384 components: two unrelated texts then have a cosine of 0 ± 0.13, as with the
real embedder on the shipped passages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from corpus.document import Document, Section, text_fingerprint
from index.encoder import Encoder, EncoderSpec, Vectors

VOCABULARY, TOPICS, TOPIC_WORDS = 60_000, 4_000, 30
SECTION_WORDS, SECTIONS = 92, 20
_DIRECTIONS, _COMPONENTS = 64, 384
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprtvz" for vowel in "aeiou"]


def word_of(number: int) -> str:
    """A word that can be spoken; another for each number."""
    base = len(_SYLLABLES)
    return _SYLLABLES[number % base] + _SYLLABLES[number // base % base] + _SYLLABLES[number // base**2 % base] + "x"


_WORDS = np.array([word_of(number) for number in range(VOCABULARY)])
_SHARE = 1 / (np.arange(VOCABULARY) + 2.7)
_CUMULATED = np.cumsum(_SHARE / _SHARE.sum())


def documents(count: int, first: int = 0) -> Iterator[Document]:
    """Documents of SECTIONS sections, each of which is one chunk."""
    for number in range(first, first + count):
        chance = np.random.default_rng(number)
        numbers = np.searchsorted(_CUMULATED, chance.random((SECTIONS, SECTION_WORDS)))
        topic = np.random.default_rng([number % TOPICS, 1]).integers(200, VOCABULARY, TOPIC_WORDS)
        of_topic = chance.random(numbers.shape) < 0.3
        numbers[of_topic] = topic[chance.integers(0, TOPIC_WORDS, int(of_topic.sum()))]
        yield _document(number, [" ".join(_WORDS[row % VOCABULARY]) for row in numbers], chance)


def questions(count: int, of_documents: int) -> list[str]:
    """Questions of six rare words and two common ones, each out of one section."""
    chance = np.random.default_rng(99)
    found = []
    for number in chance.integers(0, of_documents, count):
        text = next(documents(1, int(number)))
        section = text.sections[int(chance.integers(SECTIONS))]
        words = sorted(set(text.text[section.start : section.end].split()), key=_number.__getitem__)
        found.append(" ".join([*chance.choice(words[10:], 6), *words[:2]]))
    return found


class SyntheticEncoder:
    """See the module. `real`, where given, reads each single text too, so that a question takes as long as it does."""

    spec = EncoderSpec("synthetic", frozenset({"en"}))
    dimensions = _COMPONENTS

    def __init__(self, real: Encoder | None = None) -> None:
        chance = np.random.default_rng(7)
        self._real = real
        rarity = np.log2(np.arange(VOCABULARY) + 4)[:, np.newaxis]
        self._words = (chance.standard_normal((VOCABULARY, _DIRECTIONS)) * rarity).astype(np.float32)
        self._spread = chance.standard_normal((_DIRECTIONS, _COMPONENTS)).astype(np.float32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `index.encoder.Encoder`."""
        if self._real and len(texts) == 1:
            self._real.encode(texts)
        rows = np.zeros((len(texts), _DIRECTIONS), dtype=np.float32)
        for place, text in enumerate(texts):
            numbers = [_number[word] for word in text.split() if word in _number]
            rows[place] = self._words[numbers].sum(axis=0)
        spread = rows @ self._spread
        return np.asarray(spread / np.maximum(np.linalg.norm(spread, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _document(number: int, sections: Sequence[str], chance: np.random.Generator) -> Document:
    parts, found, position = [], [], 0
    for place, section in enumerate(sections):
        found.append(Section(" ".join(section.split()[:3]) + f" {place}", position, position + len(section)))
        parts.append(section)
        position += len(section) + 2
    text = "\n\n".join(parts)
    return Document(f"s{number:06}", f"Document {number}", "en", text, tuple(found), sha256=text_fingerprint(text))


_number = {str(word): place for place, word in enumerate(_WORDS)}
