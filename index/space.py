"""The space of one encoder's vectors, and what leads into it from languages that the encoder does not know.

Two things lead there. A bridge, learned from the shipped twins, knows the words of the subject and tells texts of one
language apart best. A table of words (static_table.py) knows the rest of the language and meets texts of the encoder's
own language best. So each is used where it is better, and the texts of such a language have two vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import numpy as np

from corpus.document import Document, Language
from index.bridge import Bridge
from index.chunk import LANGUAGES
from index.encoder import Encoder, EncoderSpec, Vectors
from index.twins import learn_bridge, learnable_twins, twins_fingerprint

# Told how much is done, of how much.
Progress = Callable[[int, int], None]
# Text -> vector, of what an encoder has read before.
Known = Mapping[str, Vectors]

_ENCODE_AT_ONCE = 256


class Reader(Protocol):
    """An encoder, a bridge or a table."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A row for each text."""
        ...


class Way(StrEnum):
    """How a text gets its vector."""

    ENCODER = "encoder"
    BRIDGE = "bridge"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Reading:
    """Vectors of the texts of one language, in the space of that number, made in one way."""

    space: int
    language: Language
    way: Way

    @property
    def name(self) -> str:
        """What files of it are called."""
        return f"{self.space}-{self.language}-{self.way}"


@dataclass(frozen=True, slots=True)
class Space:
    """An encoder, known by its spec, and bridges and tables from other languages."""

    encoder: EncoderSpec
    bridges: Mapping[Language, Bridge] = field(default_factory=dict)
    tables: Mapping[Language, EncoderSpec] = field(default_factory=dict)

    def way(self, language: Language, *, across: bool) -> Way | None:
        """How texts of `language` are read to compare them with each other, or `across` with those of another language.

        Without a bridge, texts of a language that only a table knows are not compared with each other: their keywords
        alone tell them apart better (embedder.md).
        """
        if language in self.encoder.languages:
            return Way.ENCODER
        if across and language in self.tables:
            return Way.TABLE
        return Way.BRIDGE if language in self.bridges else None

    def readings(self, number: int) -> list[Reading]:
        """All vectors that texts have in this space, which is the one of that number."""
        found = []
        for language in LANGUAGES:
            ways = dict.fromkeys(self.way(language, across=across) for across in (False, True))
            found += [Reading(number, language, way) for way in ways if way is not None]
        return found

    def record(self) -> dict[str, Any]:
        """What must be equal for vectors to be comparable, ready for JSON."""
        return {
            "encoder": self.encoder.name,
            "languages": sorted(self.encoder.languages),
            "bridges": {language: bridge.fingerprint for language, bridge in sorted(self.bridges.items())},
            "tables": {language: table.name for language, table in sorted(self.tables.items())},
        }

    def vectors(
        self, reading: Reading, texts: Sequence[str], encoders: Sequence[Encoder], known: Known, progress: Progress
    ) -> Vectors:
        """The vectors of texts, shape (len(texts), d); the encoder reads what is not `known`, once."""
        if not texts:
            return np.zeros((0, 1), dtype=np.float32)
        reader = self.reader(reading.language, reading.way, encoders)
        if reader is None:
            raise ValueError(f"{reading.name}: no encoder was given for it")
        if reading.way is not Way.ENCODER:
            return reader.encode(texts)
        vectors = dict(known) | encode(texts, reader, known, progress)
        return np.array([vectors[text] for text in texts], dtype=np.float32)

    def reader(self, language: Language, way: Way, encoders: Iterable[Encoder]) -> Reader | None:
        """What reads texts of `language` in that way; None where it is not among `encoders`."""
        if way is Way.BRIDGE:
            return self.bridges[language]
        spec = self.tables[language] if way is Way.TABLE else self.encoder
        return next((encoder for encoder in encoders if encoder.spec == spec), None)


def learn_space(
    documents: Iterable[Document],
    encoder: Encoder,
    tables: Mapping[Language, EncoderSpec],
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
    return Space(encoder.spec, bridges, tables), vectors


def encode(texts: Iterable[str], encoder: Reader, known: Known, progress: Progress) -> dict[str, Vectors]:
    """The vector of every text that is not `known`, each encoded once, those of a like length together."""
    missing = sorted({text for text in texts if text not in known}, key=lambda text: (-len(text), text))
    vectors: dict[str, Vectors] = {}
    for first in range(0, len(missing), _ENCODE_AT_ONCE):
        progress(first, len(missing))
        batch = missing[first : first + _ENCODE_AT_ONCE]
        vectors.update(zip(batch, encoder.encode(batch), strict=True))
    return vectors
