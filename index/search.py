"""A question -> Hits: every ranking that understands its language, fused by rank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.document import Language
from index.chunk import Chunk, Hit
from index.encoder import Encoder
from index.generation import LANGUAGES, Generation
from index.words import content_words, is_chinese_word

# Reciprocal rank fusion, sum of 1 / (k + rank) (Cormack, Clarke and Büttcher 2009, who use k = 60).
RRF_K = 60
# How deep each ranking is read.
RANKING_DEPTH = 100
# A ranking of the other language only speaks through words that both languages write alike (GPT-4, LoRA).
OTHER_LANGUAGE_WEIGHT = 0.5
# Below this cosine MiniLM's neighbours are chance; from the upper one on they say the same thing.
COSINE_FLOOR, COSINE_CEILING = 0.25, 0.75


@dataclass(frozen=True, slots=True)
class _Ranking:
    chunks: list[int]
    weight: float


class Searcher:
    """Searches one generation. `encoders` are those it was built with, loaded; without them keywords alone answer."""

    def __init__(self, generation: Generation, encoders: Sequence[Encoder] = ()) -> None:
        self.generation = generation
        self._encoders = {encoder.spec: encoder for encoder in encoders}

    def search(self, query: str, *, language: Language, limit: int = 20) -> list[Hit]:
        """The best `limit` passages for `query`, best first; ties are broken by chunk id.

        A shipped section and its twin are one piece of evidence, shown in the asker's `language` where it exists.
        """
        query_words = content_words(query)
        cosines = self._cosines(query, language)
        scores: dict[int, float] = defaultdict(float)
        for ranking in self._rankings(query_words, language, cosines):
            for rank, number in enumerate(ranking.chunks, start=1):
                scores[number] += ranking.weight / (RRF_K + rank)
        chunks = self.generation.chunks
        best = sorted(scores, key=lambda number: (-scores[number], chunks[number].id))
        best = self._in_asked_language(best, language)[:limit]
        return [
            Hit(chunks[number], scores[number], self.relevance(query_words, chunks[number], cosines.get(number, 0.0)))
            for number in best
        ]

    def warm_up(self) -> None:
        """Load what the first search would load."""
        for language in LANGUAGES:
            self.search("warm up", language=language, limit=1)

    def relevance(self, query_words: Sequence[str], chunk: Chunk, cosine: float = 0.0) -> float:
        """How much of the question a chunk speaks of, 0 to 1; see `Hit.relevance`."""
        held = set(content_words(chunk.indexed_text))
        total = sum(self.weight(word) for word in set(query_words))
        found = sum(self.weight(word) for word in set(query_words) if word in held)
        closeness = (cosine - COSINE_FLOOR) / (COSINE_CEILING - COSINE_FLOOR)
        return min(1.0, max(found / total if total else 0.0, closeness))

    def weight(self, word: str) -> float:
        """How much a word says: its inverse document frequency in its own language (in either, for Latin words)."""
        if is_chinese_word(word):
            return self.generation.keywords["zh"].index.weight(word)
        return min(self.generation.keywords[language].index.weight(word) for language in LANGUAGES)

    def _rankings(
        self, query_words: Sequence[str], language: Language, cosines: dict[int, float]
    ) -> Iterable[_Ranking]:
        for part_language, part in self.generation.keywords.items():
            weight = 1.0 if part_language == language else OTHER_LANGUAGE_WEIGHT
            ranked = part.index.rank(query_words, RANKING_DEPTH)
            yield _Ranking([part.chunks[number] for number, _ in ranked], weight)
        nearest = sorted(cosines, key=lambda number: (-cosines[number], number))
        yield _Ranking(nearest, 1.0)

    def _cosines(self, query: str, language: Language) -> dict[int, float]:
        """Chunk number -> cosine with the query, of the nearest chunks by every encoder that reads its language."""
        cosines: dict[int, float] = {}
        for part in self.generation.vectors:
            encoder = self._encoders.get(part.encoder)
            if encoder is None or language not in part.encoder.languages or not query.strip():
                continue
            for row, cosine in part.index.rank(encoder.encode([query])[0], RANKING_DEPTH):
                cosines[part.chunks[row]] = max(cosine, cosines.get(part.chunks[row], -1.0))
        return cosines

    def _in_asked_language(self, numbers: list[int], language: Language) -> list[int]:
        """Leave out what is also there in the asked language: of a section and its twin only one is evidence."""
        chunks = self.generation.chunks
        have = {chunk.evidence for chunk in chunks if chunk.language == language}
        return [n for n in numbers if chunks[n].language == language or chunks[n].evidence not in have]
