"""The space of one encoder's vectors, with the bridges that lead into it from languages the encoder does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus.document import Document, Language
from index.asking import Text
from index.bridge import Bridge
from index.chunk import LANGUAGES
from index.encoder import Encoder, EncoderSpec, Vectors
from index.twins import learn_bridge, learnable_twins, twins_fingerprint

# Told how much is done, of how much.
Progress = Callable[[int, int], None]
# Text -> vector, of what an encoder has read before.
Known = Mapping[str, Vectors]

_ENCODE_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Space:
    """An encoder, known by its spec, and bridges from other languages. Texts of `languages` have vectors in it."""

    encoder: EncoderSpec
    bridges: Mapping[Language, Bridge]

    @property
    def languages(self) -> frozenset[Language]:
        """The languages whose texts have vectors."""
        return self.encoder.languages | self.bridges.keys()

    def covers(self) -> list[int]:
        """The same as places in LANGUAGES."""
        return [place for place, language in enumerate(LANGUAGES) if language in self.languages]

    def record(self) -> dict[str, Any]:
        """What must be equal for vectors to be comparable, ready for JSON."""
        return {
            "encoder": self.encoder.name,
            "languages": sorted(self.encoder.languages),
            "bridges": {language: bridge.fingerprint for language, bridge in sorted(self.bridges.items())},
        }

    def vectors(self, texts: Sequence[Text], encoder: Encoder, known: Known, progress: Progress) -> Vectors:
        """The vectors of texts of covered languages, shape (len(texts), d); what is not `known` is encoded, once."""
        own = [text for text, language in texts if language in self.encoder.languages]
        vectors = dict(known) | encode(own, encoder, known, progress)
        rows = np.zeros((len(texts), _width(self, vectors, encoder)), dtype=np.float32)
        for place, (text, language) in enumerate(texts):
            if language in self.encoder.languages:
                rows[place] = vectors[text]
        for language, bridge in self.bridges.items():
            led = [place for place, (_, other) in enumerate(texts) if other == language]
            rows[led] = bridge.encode([texts[place][0] for place in led])
        return rows


def learn_space(
    documents: Iterable[Document],
    encoder: Encoder,
    foreign: frozenset[Language],
    before: Space | None,
    progress: Progress,
) -> tuple[Space, Known]:
    """The space of `encoder`, with bridges from `foreign` languages learned from the twins among `documents`.

    Bridges of `before` that were learned from the same twins are kept. What was encoded to learn comes along.
    """
    twins = learnable_twins(documents, encoder.spec, foreign)
    kept = before.bridges if before is not None and before.encoder == encoder.spec else {}
    bridges = {
        language: kept[language]
        for language, sections in twins.items()
        if language in kept and kept[language].fingerprint == twins_fingerprint(sections)
    }
    new = {language: sections for language, sections in twins.items() if language not in bridges}
    blocks = [block for sections in new.values() for section in sections for block in section.their_blocks]
    vectors = encode(blocks, encoder, {}, progress)
    bridges |= {language: learn_bridge(sections, vectors) for language, sections in new.items()}
    return Space(encoder.spec, bridges), vectors


def encode(texts: Iterable[str], encoder: Encoder, known: Known, progress: Progress) -> dict[str, Vectors]:
    """The vector of every text that is not `known`, each encoded once, those of a like length together."""
    missing = sorted({text for text in texts if text not in known}, key=lambda text: (-len(text), text))
    vectors: dict[str, Vectors] = {}
    for first in range(0, len(missing), _ENCODE_AT_ONCE):
        progress(first, len(missing))
        batch = missing[first : first + _ENCODE_AT_ONCE]
        vectors.update(zip(batch, encoder.encode(batch), strict=True))
    return vectors


def _width(space: Space, vectors: Known, encoder: Encoder) -> int:
    """How long the vectors are, without loading an encoder that has nothing to read."""
    for vector in vectors.values():
        return len(vector)
    for bridge in space.bridges.values():
        return bridge.dimensions
    return encoder.dimensions
