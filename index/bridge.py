"""Text of one language -> vectors of an encoder that only understands another: learned from the shipped twins.

The corpus says everything twice, block by block in Chinese and English. From these pairs a ridge regression (Hoerl and
Kennard 1970) learns what the words, characters and character pairs of the one language contribute to the encoder's
vector of the other, as cross-language word embeddings are learned from parallel text. No dictionary, no model and
no downloads are needed; it knows the vocabulary of the twins and nothing beyond.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from corpus.document import text_fingerprint
from corpus.language import HAN
from index.encoder import Vectors
from index.files import Data, Part
from index.words import WORDS_VERSION, content_words

# Part of a collection's manifest: raise it whenever the same twins would give other vectors.
BRIDGE_VERSION = 1

# Strength of the ridge against an average text's similarity to itself, which is 1.
RIDGE = 0.4
# What stands in a larger share of the texts tells none of them apart, and costs most of the time.
COMMON = 0.2
_FEW = 10  # texts, of which nothing is too common

_Row = tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]


class Bridge:
    """A linear map from what a text holds to an encoder's vectors. Made once, never changed."""

    def __init__(self, features: Sequence[str], weights: npt.NDArray[np.float16], fingerprint: str) -> None:
        """`weights[i]` is what `features[i]` contributes; `fingerprint` names the pairs it was learned from."""
        self._number = {feature: number for number, feature in enumerate(features)}
        self._weights = weights
        self.fingerprint = fingerprint

    @classmethod
    def learn(cls, texts: Sequence[str], vectors: Vectors) -> Bridge:
        """Learn from `texts` and the vectors of their translations, shape (len(texts), d)."""
        counted = [_features(text) for text in texts]
        holding = Counter(feature for features in counted for feature in features)
        kept = sorted(feature for feature, count in holding.items() if count <= max(_FEW, COMMON * len(texts)))
        number = {feature: place for place, feature in enumerate(kept)}
        rarity = np.array([math.log(len(texts) / holding[feature]) for feature in kept], dtype=np.float32)
        rows = [_row(features, number, rarity) for features in counted]
        similar = _similarities(rows, len(kept)) + RIDGE * np.eye(len(rows), dtype=np.float32)
        solved = np.linalg.solve(similar, vectors - vectors.mean(axis=0))
        weights = np.zeros((len(kept), vectors.shape[1]), dtype=np.float32)
        for (places, values), share in zip(rows, solved, strict=True):
            weights[places] += values[:, np.newaxis] * share
        # The rarity of a feature goes into its weight, so that a text needs only its counts. Half precision is enough.
        return cls(kept, (weights * rarity[:, np.newaxis]).astype(np.float16), texts_fingerprint(texts))

    @property
    def dimensions(self) -> int:
        """How long its vectors are."""
        return int(self._weights.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; zeros for a text of which no feature is known."""
        vectors = np.zeros((len(texts), self._weights.shape[1]), dtype=np.float32)
        for row, text in enumerate(texts):
            for feature, count in _features(text).items():
                place = self._number.get(feature)
                if place is not None:
                    vectors[row] += (1 + math.log(count)) * self._weights[place]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)

    def files(self) -> dict[str, Data]:
        """What `load` reads."""
        return {"features.json": json.dumps(list(self._number)).encode(), "weights": self._weights}

    @classmethod
    def load(cls, part: Part, fingerprint: str) -> Bridge:
        """The bridge that gave `files()`."""
        features = json.loads(part.files["features.json"])
        return cls(features, part.array("weights", np.float16).reshape(len(features), -1), fingerprint)


def texts_fingerprint(texts: Sequence[str]) -> str:
    """Names what a bridge is learned from: the same twins need not be learned again."""
    return text_fingerprint(f"{BRIDGE_VERSION} {WORDS_VERSION}", *texts)[:16]


def _features(text: str) -> Counter[str]:
    """Content words, Chinese characters and pairs of neighbouring ones, each kind under a sign of its own."""
    features = Counter(f"w{word}" for word in content_words(text))
    previous = -2
    for match in HAN.finditer(text):
        features[f"c{match.group()}"] += 1
        if match.start() == previous + 1:
            features[f"p{text[previous]}{match.group()}"] += 1
        previous = match.start()
    return features


def _row(features: Counter[str], number: dict[str, int], rarity: npt.NDArray[np.float32]) -> _Row:
    """The places and values of a text, of length one together: (1 + ln tf) × ln(N / n)."""
    known = [(number[feature], 1 + math.log(count)) for feature, count in features.items() if feature in number]
    places = np.array([place for place, _ in known], dtype=np.intp)
    values = np.array([value for _, value in known], dtype=np.float32) * rarity[places]
    length = float(np.linalg.norm(values))
    return places, values / length if length else values


def _similarities(rows: Sequence[_Row], features: int) -> Vectors:
    """The inner product of every two rows, feature by feature, since few texts hold any one of them."""
    holders: list[list[tuple[int, float]]] = [[] for _ in range(features)]
    for text, (places, values) in enumerate(rows):
        for place, value in zip(places, values, strict=True):
            holders[place].append((text, float(value)))
    similar = np.zeros((len(rows), len(rows)), dtype=np.float32)
    for holding in holders:
        texts = np.array([text for text, _ in holding], dtype=np.intp)
        values = np.array([value for _, value in holding], dtype=np.float32)
        similar[np.ix_(texts, texts)] += np.outer(values, values)
    return similar
