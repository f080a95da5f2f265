"""What an index rests on besides documents: versions of the code that makes it, and the spaces of its vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpus.document import Language
from index.bridge import BRIDGE_VERSION
from index.encoder import EncoderSpec
from index.keywords import KEYWORDS_VERSION
from index.space import Reading, Space, Way
from index.splitter import SPLITTER_VERSION
from index.words import WORDS_VERSION

FORMAT = 6


@dataclass(frozen=True, slots=True)
class Basis:
    """Segments of one basis can be searched together."""

    spaces: tuple[Space, ...]

    @property
    def encoders(self) -> list[EncoderSpec]:
        """The encoders, in order, and the tables that lead into their spaces."""
        tables = (table for space in self.spaces for table in space.tables.values())
        return [*(space.encoder for space in self.spaces), *dict.fromkeys(tables)]

    @property
    def readings(self) -> list[Reading]:
        """What an index on this basis has vectors of, in order."""
        return [reading for number, space in enumerate(self.spaces) for reading in space.readings(number)]

    def asked(self, language: Language) -> list[tuple[int, Way]]:
        """The readings that a question in `language` is held against, by number, and how it is then read itself."""
        found = []
        for number, reading in enumerate(self.readings):
            space, across = self.spaces[reading.space], reading.language != language
            way = space.way(language, across=across)
            if way is not None and reading.way is space.way(reading.language, across=across):
                found.append((number, way))
        return found

    def record(self) -> dict[str, Any]:
        """Ready for JSON; equal exactly where the basis is."""
        return {**versions(self.encoders), "spaces": [space.record() for space in self.spaces]}


def versions(encoders: Sequence[EncoderSpec]) -> dict[str, Any]:
    """What an index must have been built with to be read now; the keys name it to people.

    Encoders are chosen by people. Tables are not: like the bridge they come with this code.
    """
    chosen = {encoder.name: sorted(encoder.languages) for encoder in encoders if not encoder.into}
    return {
        "format": FORMAT,
        "splitter": SPLITTER_VERSION,
        "words": WORDS_VERSION,
        "keywords": KEYWORDS_VERSION,
        "bridge": BRIDGE_VERSION,
        "encoders": chosen,
        "tables": {encoder.name: encoder.into for encoder in encoders if encoder.into in chosen},
    }
