"""What sections are asked as: their headings and questions, each text once in a segment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corpus.document import Language
from index.chunk import LANGUAGES, Chunk
from index.files import Data, Part

# A short question is often closer to a heading or question that asks the same than to the text that answers it.
ASKED_WEIGHT = 1.0
# Without questions a section has a heading at best.
HEADING_WEIGHT = 0.3

Text = tuple[str, Language]


@dataclass(frozen=True)
class Asking:
    """Section i is asked as the texts `texts_of[starts[i]:starts[i + 1]]`; chunk j belongs to section `section_of[j]`.

    Sections of the same heading and questions count as one within a document, and apart across documents, so that
    their average does not depend on which documents lie together.
    """

    texts: Sequence[Text]
    starts: npt.NDArray[np.int64]
    texts_of: npt.NDArray[np.int32]
    section_of: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float32]

    @classmethod
    def gather(cls, chunks: Sequence[Chunk]) -> Asking:
        """What the sections of `chunks` are asked as; chunk j of `section_of` is `chunks[j]`."""
        sections: dict[tuple[str, Language, tuple[str, ...]], int] = {}
        ways = [
            (chunk.document_id, chunk.language, (chunk.section or chunk.title, *chunk.questions)) for chunk in chunks
        ]
        section_of = [sections.setdefault(way, len(sections)) for way in ways]
        numbers: dict[Text, int] = {}
        texts_of = [[numbers.setdefault((text, lang), len(numbers)) for text in asked] for _, lang, asked in sections]
        return cls(
            tuple(numbers),
            _starts([len(texts) for texts in texts_of]),
            np.array([number for texts in texts_of for number in texts], dtype=np.int32),
            np.array(section_of, dtype=np.int32),
            np.array([ASKED_WEIGHT if chunk.questions else HEADING_WEIGHT for chunk in chunks], dtype=np.float32),
        )

    def files(self) -> dict[str, Data]:
        """What `load` reads."""
        return {
            "asked.json": json.dumps(self.texts).encode(),
            "asked.starts": self.starts,
            "asked.texts": self.texts_of,
            "asked.sections": self.section_of,
            "asked.weights": self.weight,
        }

    @classmethod
    def load(cls, part: Part) -> Asking:
        """What gave `files()`."""
        return cls(
            tuple((text, language) for text, language in json.loads(part.files["asked.json"])),
            part.array("asked.starts", np.int64),
            part.array("asked.texts", np.int32),
            part.array("asked.sections", np.int32),
            part.array("asked.weights", np.float32),
        )

    @cached_property
    def languages(self) -> npt.NDArray[np.int8]:
        """The language of every text, as a place in LANGUAGES."""
        return np.array([LANGUAGES.index(language) for _, language in self.texts], dtype=np.int8)

    @cached_property
    def share(self) -> npt.NDArray[np.float32]:
        """How much of a chunk's closeness is that of what its section is asked as."""
        return np.asarray(self.weight / (1 + self.weight), dtype=np.float32)

    def uses(self, living: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.float32]:
        """How many sections that have a living chunk each text stands for."""
        texts = self.texts_of
        if living is not None:
            lives = np.zeros(len(self.starts) - 1, dtype=bool)
            lives[self.section_of[living]] = True
            texts = texts[np.repeat(lives, np.diff(self.starts))]
        return np.bincount(texts, minlength=len(self.texts)).astype(np.float32)

    def best(self, closeness: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """For every section the closeness of what is closest among its texts, which `closeness` has for every text."""
        if not len(self.texts_of):
            return np.zeros(0, dtype=np.float32)
        return np.asarray(np.maximum.reduceat(closeness[self.texts_of], self.starts[:-1]), dtype=np.float32)

    def texts_for(self, chunks: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """The texts that the sections of `chunks` are asked as, each once."""
        sections = np.unique(self.section_of[chunks])
        ranges = [self.texts_of[self.starts[n] : self.starts[n + 1]] for n in sections.tolist()]
        return np.unique(np.concatenate(ranges)).astype(np.intp) if ranges else np.zeros(0, dtype=np.intp)


def merge_askings(parts: Sequence[tuple[Asking, npt.NDArray[np.int32]]]) -> tuple[Asking, list[npt.NDArray[np.int32]]]:
    """One of several, and for each part the new number of its texts, -1 where no chunk is left of their sections.

    With each part comes the new number of every chunk, -1 for one that is left out.
    """
    numbers: dict[Text, int] = {}
    texts_of: list[list[int]] = []
    new_texts = [np.full(len(asking.texts), -1, dtype=np.int32) for asking, _ in parts]
    new_sections = [np.full(len(asking.starts) - 1, -1, dtype=np.int32) for asking, _ in parts]
    for _, part, section in sorted(found for n, merged in enumerate(parts) for found in _first_chunks(n, *merged)):
        asking = parts[part][0]
        new_sections[part][section] = len(texts_of)
        old = asking.texts_of[asking.starts[section] : asking.starts[section + 1]]
        new = [numbers.setdefault(asking.texts[number], len(numbers)) for number in old]
        new_texts[part][old] = new
        texts_of.append(new)
    size = sum(int(np.count_nonzero(renumbered >= 0)) for _, renumbered in parts)
    section_of, weight = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.float32)
    for (asking, renumbered), sections in zip(parts, new_sections, strict=True):
        living = renumbered >= 0
        section_of[renumbered[living]] = sections[asking.section_of[living]]
        weight[renumbered[living]] = asking.weight[living]
    flat = np.array([number for texts in texts_of for number in texts], dtype=np.int32)
    return Asking(tuple(numbers), _starts([len(texts) for texts in texts_of]), flat, section_of, weight), new_texts


def _first_chunks(part: int, asking: Asking, renumbered: npt.NDArray[np.int32]) -> Iterator[tuple[int, int, int]]:
    """(new number of its first chunk, part, section) of every section that has a chunk left."""
    living = renumbered >= 0
    first = np.full(len(asking.starts) - 1, np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(first, asking.section_of[living], renumbered[living])
    for section in np.unique(asking.section_of[living]).tolist():
        yield int(first[section]), part, section


def _starts(lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
