"""The encoder's vectors of English texts, kept on disk: there are some 150,000 of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from index.encoder import Encoder, Vectors

_AT_ONCE = 10_000


class EnglishVectors:
    """Text -> vector, out of `folder` where it is known."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._texts, self._vectors = folder / "english.json", folder / "english.npy"
        self._place: dict[str, int] = {}
        self._rows = np.zeros((0, encoder.dimensions), dtype=np.float32)
        if self._texts.exists():
            self._place = {text: n for n, text in enumerate(json.loads(self._texts.read_text(encoding="utf-8")))}
            self._rows = np.load(self._vectors, allow_pickle=False)

    def learn(self, texts: Iterable[str]) -> None:
        """Encode what is not known yet, and keep it."""
        missing = sorted(set(texts) - self._place.keys(), key=len)
        for first in range(0, len(missing), _AT_ONCE):
            batch = missing[first : first + _AT_ONCE]
            self._place |= {text: len(self._place) + n for n, text in enumerate(batch)}
            self._rows = np.concatenate([self._rows, self._encoder.encode(batch)])
            np.save(self._vectors, self._rows, allow_pickle=False)
            self._texts.write_text(json.dumps(list(self._place)), encoding="utf-8")

    def of(self, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`, which must have been learned."""
        return np.asarray(self._rows[[self._place[text] for text in texts]], dtype=np.float32)

    def mean(self, texts: Sequence[str]) -> Vectors:
        """The mean of their vectors, of shape (d,)."""
        return np.asarray(self.of(texts).mean(axis=0), dtype=np.float32)
