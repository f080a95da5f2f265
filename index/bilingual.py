"""An English encoder that also reads Chinese, by a table of words that leads into its space (static_table.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.document import Language
from corpus.language import document_language
from index.encoder import Encoder, EncoderSpec, Vectors
from index.static_table import StaticTable

_READS: frozenset[Language] = frozenset({"zh", "en"})


@dataclass(frozen=True)
class BilingualEncoder:
    """Chinese texts by `table`, all others by `english`, which is not loaded before it is needed."""

    english: Encoder
    table: StaticTable

    @property
    def spec(self) -> EncoderSpec:
        """See `Encoder`: another table is another encoder."""
        return EncoderSpec(f"{self.english.spec.name}+{self.table.about['id']}", _READS)

    @property
    def dimensions(self) -> int:
        """See `Encoder`."""
        return self.table.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        chinese = [n for n, text in enumerate(texts) if document_language(text) == "zh"]
        others = sorted(set(range(len(texts))) - set(chinese))
        for numbers, encoder in ((chinese, self.table), (others, self.english)):
            if numbers:
                vectors[numbers] = encoder.encode([texts[n] for n in numbers])
        return vectors
