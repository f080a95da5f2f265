"""Two encoders with one space: an English one, and a table of Chinese words that leads into it (static_table.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.language import document_language
from index.encoder import Encoder, EncoderSpec, Vectors


@dataclass(frozen=True, slots=True)
class BilingualEncoder:
    """Chinese texts are read by `chinese`, all others by `english`; neither is loaded before it is needed."""

    english: Encoder
    chinese: Encoder

    @property
    def spec(self) -> EncoderSpec:
        """See `Encoder`: with another table it is another encoder."""
        specs = self.english.spec, self.chinese.spec
        return EncoderSpec("+".join(spec.name for spec in specs), specs[0].languages | specs[1].languages)

    @property
    def dimensions(self) -> int:
        """See `Encoder`."""
        return self.chinese.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`; zeros for a Chinese text of which no word is known."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        languages = [document_language(text) for text in texts]
        for language, encoder in (("zh", self.chinese), ("en", self.english)):
            numbers = [n for n, of_text in enumerate(languages) if of_text == language]
            if numbers:
                vectors[numbers] = encoder.encode([texts[n] for n in numbers])
        return vectors
