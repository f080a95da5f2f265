"""A question's words and vectors -> the best chunks of a generation.

Everything that is cheap for all chunks is known of all: their words, and how close the nearest headings are. Of the
vectors only those that a quick look finds near are compared. The best by what is known then get their whole score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.document import Language
from index.chunk import LANGUAGES
from index.encoder import Vectors
from index.generation import Generation, Mask
from index.keywords import Scores
from index.segment import Segment, SegmentVectors

# Words and meaning are each brought to 0 to 1 for every language and encoder on its own, and then averaged; where
# nothing gives a language's texts a meaning, words count alone. A convex
# combination of scores keeps how much better the best is, which a fusion of ranks throws away (Bruch, Gai and
# Ingber 2023).
MEANING_WEIGHT = 0.4

# By asker: how much more the same evidence scores in the asker's language than in the other one, where words are
# translated one by one and a table gives the meaning; measured on the right sections of the shipped questions and their
# twins (embedder.md). Made good, so that texts of the asker's language do not all go before those of the other.
FOREIGN: Mapping[Language, float] = {"zh": 1.45, "en": 1.29}

# So many chunks of a segment get their whole score, and three for each that is wanted.
_CANDIDATES = 1_000
# Scores that differ by less are equal: sums over the same numbers in another order may differ in the last bits.
_DECIMALS = 6

Terms = Sequence[tuple[str, float]]
_Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question as a vector to hold against texts of `language`, those of one reading.

    With it come its average cosines with their chunks and with what their sections are asked as.
    """

    reading: int
    language: Language
    vector: Vectors
    chunk_average: float
    asked_average: float


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: words in each language with their weights, meanings, and how many chunks are wanted."""

    terms: Mapping[Language, Terms]
    meanings: Sequence[Meaning]
    limit: int

    @property
    def candidates(self) -> int:
        """How many chunks of a segment get their whole score."""
        return _CANDIDATES + 3 * self.limit


def rank(generation: Generation, sought: Sought, language: Language) -> list[tuple[Segment, int, float]]:
    """The best chunks that may be shown to askers in `language`, best first: segment, number, score from 0 to 1."""
    found = [
        (view.segment, *_score(view.segment, shown, sought, language))
        for view, shown in zip(generation.views, generation.shown[language], strict=True)
    ]
    if not found:
        return []
    scores = np.concatenate([scores for _, _, scores in found])
    ids = np.concatenate([segment.table["id"][numbers] for segment, numbers, _ in found])
    places = [(segment, number) for segment, numbers, _ in found for number in numbers.tolist()]
    best = np.lexsort((ids, -scores))[: sought.limit]
    return [(*places[n], float(scores[n])) for n in best if scores[n] > 0]


def _score(segment: Segment, shown: Mask, sought: Sought, asker: Language) -> tuple[_Numbers, npt.NDArray[np.float64]]:
    """The candidates of a segment and their scores."""
    meant = Counter(meaning.language for meaning in sought.meanings)
    words = np.zeros(segment.size, dtype=np.float32)
    for language, terms in sought.terms.items():
        share = 1 - MEANING_WEIGHT if language in meant else 1.0
        for word, weight in terms:
            segment.keywords[language].add_scores(words, word, share * weight)
    near = [_Near.look(segment, meaning, sought.candidates) for meaning in sought.meanings]
    likely = words.copy()
    for found in near:
        found.add_known(likely, MEANING_WEIGHT / meant[found.meaning.language])
    numbers = _highest(np.where(shown, likely, 0), sought.candidates)
    scores = words[numbers]
    for found in near:
        scores += MEANING_WEIGHT / meant[found.meaning.language] * found.closeness(numbers)
    scores[segment.table["language"][numbers] != LANGUAGES.index(asker)] *= FOREIGN[asker]
    return numbers, _rounded(np.minimum(scores, 1.0))


@dataclass(frozen=True)
class _Near:
    """What is near a meaning in a segment: some chunks, and sections by what they are asked as.

    Closeness is how much closer than the average text a text is, 0 to 1 (1: the same). Encoders differ in what cosine
    two unrelated texts have; the average text is zero for all of them.
    """

    segment: Segment
    meaning: Meaning
    vectors: SegmentVectors
    chunks: _Numbers
    texts: Scores
    sections: Scores

    @classmethod
    def look(cls, segment: Segment, meaning: Meaning, count: int) -> _Near:
        """Look quickly at everything, and exactly at some `count` chunks and asked texts."""
        vectors, query = segment.vectors[meaning.reading], meaning.vector
        rows = vectors.chunks.nearest(query, count)
        texts = _above(vectors.chunks.cosines(query, rows), meaning.chunk_average)
        asked = vectors.text_of[vectors.asked.nearest(query, count)]
        return cls(
            segment, meaning, vectors, vectors.chunk_of[rows], texts, _sections(segment, meaning, vectors, asked)
        )

    def add_known(self, scores: Scores, weight: float) -> None:
        """Add `weight` times what is known of each chunk's closeness."""
        asking = self.segment.asking
        scores += np.float32(weight) * asking.share * self.sections[asking.section_of]
        scores[self.chunks] += weight * (1 - asking.share[self.chunks]) * self.texts

    def closeness(self, numbers: _Numbers) -> Scores:
        """The closeness of chunks: of what they say and, by its weight, of what their section is asked as."""
        asking = self.segment.asking
        rows = self.vectors.row_of[numbers]
        texts = np.zeros(len(numbers), dtype=np.float32)
        cosines = self.vectors.chunks.cosines(self.meaning.vector, rows[rows >= 0].astype(np.intp))
        texts[rows >= 0] = _above(cosines, self.meaning.chunk_average)
        sections = _sections(self.segment, self.meaning, self.vectors, asking.texts_for(numbers))
        share = asking.share[numbers]
        return np.asarray((1 - share) * texts + share * sections[asking.section_of[numbers]], dtype=np.float32)


def _sections(segment: Segment, meaning: Meaning, vectors: SegmentVectors, texts: _Numbers) -> Scores:
    """For every section the closeness of what is closest among `texts` that it is asked as."""
    rows = vectors.asked_row_of[texts]
    covered = rows >= 0
    closeness = np.zeros(len(segment.asking.texts), dtype=np.float32)
    cosines = vectors.asked.cosines(meaning.vector, rows[covered].astype(np.intp))
    closeness[texts[covered]] = _above(cosines, meaning.asked_average)
    return segment.asking.best(closeness)


def _above(cosines: Scores, average: float) -> Scores:
    return np.asarray(np.maximum(0.0, (cosines - average) / max(1e-6, 1.0 - average)), dtype=np.float32)


def _highest(scores: Scores, count: int) -> _Numbers:
    """The places of the `count` highest scores above zero, in no order."""
    if len(scores) > count:
        found = np.argpartition(scores, -count)[-count:]
        return found[scores[found] > 0]
    return np.flatnonzero(scores > 0)


def _rounded(scores: Scores) -> npt.NDArray[np.float64]:
    return np.asarray(np.round(scores.astype(np.float64), _DECIMALS), dtype=np.float64)
