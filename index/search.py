"""A question -> Hits: how much of it a passage speaks of, by its words and by its meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from corpus.document import Language
from index.chunk import LANGUAGES, Chunk, Hit
from index.encoder import Encoder, Vectors
from index.generation import Generation
from index.lexicon import translate
from index.vector_part import VectorPart
from index.words import content_words, is_chinese_word

# Words and meaning are each brought to 0 to 1 for every language and encoder on its own, and then averaged. A convex
# combination of scores keeps how much better the best is, which a fusion of ranks throws away (Bruch, Gai and
# Ingber 2023).
MEANING_WEIGHT = 0.4

# How many words of the other language stand for one.
_COUNTERPARTS = 1

# What a section without questions in the asker's language is worth more than its score says, to mean the same as one
# with them: on the shipped documents without theirs as many answerable questions lie below 0.34 as below 0.42 with.
UNASKED = 1.2

_Scores = npt.NDArray[np.float64]


class Searcher:
    """Searches one generation. `encoders` are those it was built with, loaded; without them keywords alone answer."""

    def __init__(self, generation: Generation, encoders: Sequence[Encoder] = ()) -> None:
        self.generation = generation
        self._encoders = {encoder.spec: encoder for encoder in encoders}
        chunks = generation.chunks
        self._place_by_id = np.argsort(np.argsort(np.array([chunk.id for chunk in chunks], dtype=object)))
        self._shown = {language: _shown(chunks, language) for language in LANGUAGES}
        self._shows_foreign = {
            language: any(chunks[n].language != language for n in np.flatnonzero(shown))
            for language, shown in self._shown.items()
        }

    def warm_up(self) -> None:
        """Load what the first search would load."""
        for language in LANGUAGES:
            self.search("warm up", language=language, limit=1)

    def search(self, query: str, *, language: Language, limit: int = 20) -> list[Hit]:
        """The best `limit` passages for `query`, best first; ties are broken by chunk id.

        A shipped section and its twin are one piece of evidence, shown in the asker's `language` where it exists.
        """
        scores = np.where(self._shown[language], self._scores(query, language), 0.0)
        best = np.lexsort((self._place_by_id, -scores))[:limit]
        chunks = self.generation.chunks
        known = self._known_share(query, language)
        return [_hit(chunks[n], float(scores[n]), known, language) for n in best if scores[n] > 0]

    def weight(self, word: str) -> float:
        """How much a word says: its inverse document frequency in its own language (in either, for Latin words)."""
        if is_chinese_word(word):
            return self.generation.keywords["zh"].index.weight(word)
        return min(self.generation.keywords[language].index.weight(word) for language in LANGUAGES)

    def _known_share(self, query: str, language: Language) -> float:
        """How much of what is asked the collection has words for at all, 0 to 1.

        The nearest passage of a collection that never speaks of share prices or of roses is near by accident.
        """
        weights = {word: self.weight(word) for word in content_words(query)}
        known = [word for word in weights if self._holds(word)]
        if self._shows_foreign[language]:
            unknown = weights.keys() - set(known)
            known += [word for word in unknown if any(map(self._holds, translate(word)[:_COUNTERPARTS]))]
        return sum(weights[word] for word in known) / sum(weights.values()) if weights else 1.0

    def _holds(self, word: str) -> bool:
        return any(part.index.holds(word) for part in self.generation.keywords.values())

    def _scores(self, query: str, language: Language) -> _Scores:
        """How much of `query` every chunk speaks of, 0 to 1."""
        asked = content_words(query)
        words = np.zeros(len(self.generation.chunks))
        for other, part in self.generation.keywords.items():
            in_other = asked if other == language or not self._shows_foreign[language] else _translated(asked)
            words[list(part.chunks)] = part.index.shares(in_other)
        meanings = self._meanings(query, language)
        if not meanings:
            return words
        both = (1 - MEANING_WEIGHT) * words + MEANING_WEIGHT * np.mean(meanings, axis=0)
        return np.asarray(both, dtype=np.float64)

    def _meanings(self, query: str, language: Language) -> list[_Scores]:
        """The closeness of every chunk, once for each encoder that the query can be put to."""
        found = []
        for part in self.generation.vectors:
            vector = self._vector(query, language, part)
            if vector is not None:
                closeness = np.zeros(len(self.generation.chunks))
                closeness[list(part.chunks)] = part.closeness(vector)
                found.append(closeness)
        return found

    def _vector(self, query: str, language: Language, part: VectorPart) -> Vectors | None:
        """The query among the vectors of `part`: read by its encoder, or led there by a bridge."""
        encoder = self._encoders.get(part.encoder)
        if not query.strip() or encoder is None:
            return None
        if language in part.encoder.languages:
            vectors = encoder.encode([query])
        elif language in part.bridges:
            vectors = part.bridges[language].encode([query])
        else:
            return None
        return np.asarray(vectors[0], dtype=np.float32)


def _translated(words: Sequence[str]) -> list[str]:
    """The words as the other language has them; names and figures, which have no counterpart, stay."""
    return list(dict.fromkeys(other for word in words for other in (translate(word)[:_COUNTERPARTS] or (word,))))


def _hit(chunk: Chunk, score: float, known: float, language: Language) -> Hit:
    is_asked = chunk.questions and chunk.language == language
    relevance = math.sqrt(score * known) * (1.0 if is_asked else UNASKED)
    return Hit(chunk, score, min(1.0, relevance))


def _shown(chunks: Sequence[Chunk], language: Language) -> npt.NDArray[np.bool_]:
    """Which chunks may be shown: not those whose evidence is also there in the asked language."""
    have = {chunk.evidence for chunk in chunks if chunk.language == language}
    return np.array([chunk.language == language or chunk.evidence not in have for chunk in chunks], dtype=bool)
