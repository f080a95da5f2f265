"""A question -> Hits: how much of it a passage speaks of, by its words and by its meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from corpus.document import Language
from index.chunk import LANGUAGES, Chunk, Hit
from index.encoder import Encoder
from index.generation import Generation
from index.lexicon import translate
from index.query_vectors import QueryVectors
from index.scoring import FOREIGN, Meaning, Sought, Terms, rank
from index.space import Way
from index.words import content_words, is_chinese_word

# How many words of the other language stand for one.
_COUNTERPARTS = 1

# What a section without questions in the asker's language is worth more than its score says, to mean the same as one
# with them: on the shipped documents without theirs as many answerable questions lie below 0.34 as below 0.42 with.
UNASKED = 1.2


class Searcher:
    """Searches one generation. `encoders` are those it was built with, loaded; without them keywords alone answer."""

    def __init__(self, generation: Generation, encoders: Sequence[Encoder] = ()) -> None:
        self.generation = generation
        self._encoders = {encoder.spec: encoder for encoder in encoders}
        self._vectors = QueryVectors(generation.basis, encoders)
        self._shows_foreign = {language: _shows_foreign(generation, language) for language in LANGUAGES}

    def on(self, generation: Generation) -> Searcher:
        """The same search of another generation."""
        return Searcher(generation, [*self._encoders.values()])

    def warm_up(self) -> None:
        """Load what the first search would load."""
        self.generation.warm_up()
        translate("")
        for language in LANGUAGES:
            self.search("warm up", language=language, limit=1)

    def search(self, query: str, *, language: Language, limit: int = 20) -> list[Hit]:
        """The best `limit` passages for `query`, best first; ties are broken by chunk id.

        A shipped section and its twin are one piece of evidence, shown in the asker's `language` where it exists.
        """
        sought = self.seek(query, language, limit)
        known = self._known_share(query, language)
        ranked = rank(self.generation, sought, language)
        return [_hit(segment.chunk(number), score, known, language) for segment, number, score in ranked]

    def search_each(self, queries: Sequence[str], *, language: Language, limit: int = 20) -> list[list[Hit]]:
        """What `search` finds for each of `queries`, read by the encoders at once, which takes less time."""
        for place, way in {(self.generation.basis.readings[n].space, way) for n, way in self._ways(language)}:
            self._vectors.read(queries, language, place, way)
        return [self.search(query, language=language, limit=limit) for query in queries]

    def seek(self, query: str, language: Language, limit: int) -> Sought:
        """What a search for `query` looks for."""
        return Sought(self._terms(query, language), self._meanings(query, language), limit)

    def weight(self, word: str) -> float:
        """How much a word says: its inverse document frequency in its own language (in either, for Latin words)."""
        languages: Sequence[Language] = ("zh",) if is_chinese_word(word) else LANGUAGES
        return min(self.generation.weight(word, language) for language in languages)

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
        return any(self.generation.count(word, language) for language in LANGUAGES)

    def _terms(self, query: str, language: Language) -> dict[Language, Terms]:
        """For each language the words to look for, each with its share of what all words together weigh.

        Each word counts once. A word that no text holds still counts in the whole, so a share means the same for every
        question and in every language: how much of what was asked a text speaks of.
        """
        asked = content_words(query)
        found: dict[Language, Terms] = {}
        for other in LANGUAGES:
            is_same = other == language or not self._shows_foreign[language]
            weights = {w: self.generation.weight(w, other) for w in (asked if is_same else _translated(asked))}
            most = sum(weights.values())
            found[other] = [(w, weight / most) for w, weight in weights.items() if self.generation.count(w, other)]
        return found

    def _meanings(self, query: str, language: Language) -> list[Meaning]:
        """The query for every reading of texts that it is to be held against."""
        readings, found = self.generation.basis.readings, list[Meaning]()
        for number, way in self._ways(language) if query.strip() else ():
            reading, (chunks, asked) = readings[number], self.generation.averages[number]
            (vector,) = self._vectors.read([query], language, reading.space, way)
            if vector is not None:
                found.append(Meaning(number, reading.language, vector, chunks.cosine(vector), asked.cosine(vector)))
        return found

    def _ways(self, language: Language) -> list[tuple[int, Way]]:
        """The readings that a question is held against, each with how it is read for that."""
        readings = self.generation.basis.readings
        return [
            (number, way)
            for number, way in self.generation.basis.asked(language)
            if self.generation.averages[number][0].count
            and (readings[number].language == language or self._shows_foreign[language])
        ]


def _translated(words: Sequence[str]) -> list[str]:
    """The words as the other language has them; names and figures, which have no counterpart, stay."""
    return list(dict.fromkeys(other for word in words for other in (translate(word)[:_COUNTERPARTS] or (word,))))


def _hit(chunk: Chunk, score: float, known: float, language: Language) -> Hit:
    if chunk.language == language:
        relevance = math.sqrt(score * known) * (1.0 if chunk.questions else UNASKED)
    else:
        # Which words of the question this collection has is not asked: counterparts are known of the shipped documents'
        # vocabulary only, and of own documents in the other language they made nine questions in ten seem off-topic.
        relevance = math.sqrt(score / FOREIGN[language]) * UNASKED
    return Hit(chunk, score, min(1.0, relevance))


def _shows_foreign(generation: Generation, language: Language) -> bool:
    own = LANGUAGES.index(language)
    views = zip(generation.views, generation.shown[language], strict=True)
    return any(bool(np.any(view.segment.table["language"][shown] != own)) for view, shown in views)
