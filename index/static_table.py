"""Chinese text -> vectors of an English encoder's space, by a table of words that are looked up and added.

The table is made by `python -m index.training`, see embedder.md. On disk, in a folder:

    table.npy      uint8 of shape (words, d / 2): two signed numbers of four bits each, low one first
    scales.npy     uint8 of shape (words,): what the numbers of a row are to be multiplied by
    words.txt      a word a line, in the order of the rows
    folding.txt    traditional characters, and on the second line the simplified ones that stand for them
    about.json     what it was made for and from
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.encoder import EncoderSpec, Vectors
from index.errors import EncoderError
from index.words import words as words_of

SHIPPED_TABLE = Path(__file__).parent / "table"
LARGEST = 7  # the largest number that a row holds, before its scale
_AT_ONCE = 64


@dataclass(frozen=True)
class StaticTable:
    """Vectors of words. Row i of `numbers`, times `scales[i]`, is what `words[i]` adds to a text."""

    words: tuple[str, ...]
    folding: dict[int, str]
    numbers: npt.NDArray[np.int8]
    scales: npt.NDArray[np.uint8]
    about: dict[str, Any]

    @classmethod
    def load(cls, folder: Path = SHIPPED_TABLE) -> StaticTable:
        """Read a table.

        :raises EncoderError: when a file of it is missing or does not fit the others.
        """
        try:
            about = read_about(folder)
            words = tuple((folder / "words.txt").read_text(encoding="utf-8").split("\n")[:-1])
            traditional, simplified, _ = (folder / "folding.txt").read_text(encoding="utf-8").split("\n")
            packed = np.load(folder / "table.npy", allow_pickle=False)
            scales = np.load(folder / "scales.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise EncoderError(
                f"the table of words in {folder} cannot be read ({error}); install this again"
            ) from error
        if not len(words) == len(packed) == len(scales):
            raise EncoderError(f"the table of words in {folder} is incomplete; install this again")
        folding = {ord(one): other for one, other in zip(traditional, simplified, strict=True)}
        return cls(words, folding, unpack(packed), scales, about)

    def save(self, folder: Path) -> None:
        """Write what `load` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "about.json").write_text(json.dumps(self.about, indent=1, ensure_ascii=False) + "\n", "utf-8")
        (folder / "words.txt").write_text("".join(f"{word}\n" for word in self.words), "utf-8")
        traditional = "".join(map(chr, self.folding))
        (folder / "folding.txt").write_text(f"{traditional}\n{''.join(self.folding.values())}\n", "utf-8")
        np.save(folder / "table.npy", pack(self.numbers), allow_pickle=False)
        np.save(folder / "scales.npy", self.scales, allow_pickle=False)

    @property
    def spec(self) -> EncoderSpec:
        """See `Encoder`."""
        return table_spec(self.about)

    @property
    def dimensions(self) -> int:
        """How long its vectors are."""
        return int(self.numbers.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; zeros for a text of which no word is known.

        The same bits on every machine: up to its length, a vector is a sum of whole numbers below 2^24, which
        single precision holds exactly in whatever order a machine adds them.
        """
        parts = [self._encode(texts[first : first + _AT_ONCE]) for first in range(0, len(texts), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), dtype=np.float32)

    def rows_of(self, text: str) -> list[int]:
        """The rows that `text` adds up, as often as each comes; characters stand for a word that is not known."""
        found: list[int] = []
        for word in words_of(text.translate(self.folding)):
            row = self._row.get(word)
            if row is not None:
                found.append(row)
            elif len(word) > 1:
                found.extend(self._row[character] for character in word if character in self._row)
        return found

    def _encode(self, texts: Sequence[str]) -> Vectors:
        counted = [Counter(self.rows_of(text)) for text in texts]
        place = {row: number for number, row in enumerate(dict.fromkeys(row for rows in counted for row in rows))}
        shares = np.zeros((len(texts), len(place)), dtype=np.float32)
        for number, rows in enumerate(counted):
            shares[number, [place[row] for row in rows]] = list(rows.values())
        used = np.fromiter(place, dtype=np.intp, count=len(place))
        sums = (shares * self.scales[used]) @ self.numbers[used].astype(np.float32)
        exact = sums.astype(np.float64)
        # The squares are whole numbers, and their sum too, below 2^53 for texts of up to 10,000 words.
        lengths = np.sqrt((exact * exact).sum(axis=1, keepdims=True))
        return np.asarray(exact / np.maximum(lengths, 1.0), dtype=np.float32)

    @cached_property
    def _row(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}


@cache
def shipped_table() -> StaticTable:
    """The table that comes with the code, loaded once.

    :raises EncoderError: see `StaticTable.load`.
    """
    return StaticTable.load()


def read_about(folder: Path = SHIPPED_TABLE) -> dict[str, Any]:
    """What a table was made for and from, without loading it.

    :raises EncoderError: when there is no table.
    """
    try:
        return dict(json.loads((folder / "about.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise EncoderError(f"there is no table of words in {folder} ({error}); install this again") from error


def table_spec(about: dict[str, Any], into: str = "") -> EncoderSpec:
    """What a collection records of a table that leads into the space of the encoder `into`."""
    return EncoderSpec(about["name"], frozenset({"zh"}), into)


def quantised(vectors: Vectors) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.uint8]]:
    """Numbers and scales of `vectors`, all to one measure: the longest component of any is LARGEST x 255."""
    most = np.abs(vectors).max(axis=1)
    scales = np.clip(np.round(most / most.max() * 255), 1, 255).astype(np.uint8)
    unit = most.max() / (255 * LARGEST)
    numbers = np.clip(np.round(vectors / (scales[:, np.newaxis] * unit)), -LARGEST, LARGEST)
    return numbers.astype(np.int8), scales


def pack(numbers: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """Two numbers of -8 to 7 in a byte."""
    nibbles = numbers.astype(np.uint8) & 0x0F
    return np.asarray(nibbles[:, 0::2] | (nibbles[:, 1::2] << 4), dtype=np.uint8)


def unpack(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """What `pack` packed."""
    numbers = np.empty((len(packed), packed.shape[1] * 2), dtype=np.int8)
    numbers[:, 0::2] = (packed << 4).view(np.int8) >> 4
    numbers[:, 1::2] = packed.view(np.int8) >> 4
    return numbers
