"""Vectors of the shipped documents, made beforehand (preparing.py), so that a first start need not make them.

What is not among them is encoded as ever: a document that changed meanwhile costs time, never a wrong vector.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from index.encoder import EncoderAround, Vectors
from index.errors import EncoderError

SHIPPED_VECTORS = Path(__file__).parent / "prepared" / "shipped.npz"


@dataclass(frozen=True, slots=True)
class PreparedVectors:
    """The vector `rows[i]` of the text whose key is `keys[i]`, as the encoder named `encoder` makes it.

    `keys` are sorted; `rows` have half precision, which moves no vector by more than a thousandth of its length.
    """

    encoder: str
    keys: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.float16]

    @classmethod
    def of(cls, encoder: str, vectors: Mapping[str, Vectors]) -> PreparedVectors:
        """The vectors of these texts."""
        keys = _keys(list(vectors))
        order = np.argsort(keys)
        return cls(encoder, keys[order], np.array(list(vectors.values()), dtype=np.float16)[order])

    @classmethod
    def load(cls, path: Path = SHIPPED_VECTORS) -> PreparedVectors:
        """What `save` wrote.

        :raises EncoderError: when it is not there or cannot be read.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return cls(str(arrays["encoder"]), arrays["keys"], arrays["rows"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise EncoderError(
                f"the prepared vectors in {path} cannot be read ({error}); install this again"
            ) from error

    def save(self, path: Path) -> None:
        """Write what `load` reads."""
        np.savez(path, encoder=np.array(self.encoder), keys=self.keys, rows=self.rows)

    def places(self, texts: Sequence[str]) -> npt.NDArray[np.intp]:
        """The row of every text, -1 for none."""
        keys = _keys(texts)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, places, -1)


@dataclass(frozen=True)
class PreparedEncoder(EncoderAround):
    """An encoder that looks up what was prepared for it, and reads the rest."""

    load: Callable[[], PreparedVectors] = PreparedVectors.load

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`. The encoder itself is not asked, nor loaded, where all are prepared."""
        if not texts or self._prepared.encoder != self.spec.name:
            return self.encoder.encode(texts)
        places = self._prepared.places(texts)
        rows = self._prepared.rows[places].astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        if (unknown := np.flatnonzero(places < 0)).size:
            rows[unknown] = self.encoder.encode([texts[int(number)] for number in unknown])
        return rows

    @cached_property
    def _prepared(self) -> PreparedVectors:
        return self.load()


def _keys(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    digests = b"".join(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8] for text in texts)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)
