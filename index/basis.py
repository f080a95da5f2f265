"""What an index rests on besides documents: versions of the code that makes it, and the spaces of its vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.bridge import BRIDGE_VERSION
from index.encoder import EncoderSpec
from index.keywords import KEYWORDS_VERSION
from index.space import Space
from index.splitter import SPLITTER_VERSION
from index.words import WORDS_VERSION

FORMAT = 5


@dataclass(frozen=True, slots=True)
class Basis:
    """Segments of one basis can be searched together."""

    spaces: tuple[Space, ...]

    @property
    def encoders(self) -> list[EncoderSpec]:
        """The encoders, in order."""
        return [space.encoder for space in self.spaces]

    def record(self) -> dict[str, Any]:
        """Ready for JSON; equal exactly where the basis is."""
        return {**versions(self.encoders), "spaces": [space.record() for space in self.spaces]}


def versions(encoders: Sequence[EncoderSpec]) -> dict[str, Any]:
    """What an index must have been built with to be read now; the keys name it to people."""
    return {
        "format": FORMAT,
        "splitter": SPLITTER_VERSION,
        "words": WORDS_VERSION,
        "keywords": KEYWORDS_VERSION,
        "bridge": BRIDGE_VERSION,
        "encoders": {encoder.name: sorted(encoder.languages) for encoder in encoders},
    }
