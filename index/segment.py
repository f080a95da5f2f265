"""A segment: some documents, cut, counted and encoded. Never changed after it is made; a generation is made of a few.

On disk it is a part (index/files.py):

    documents.jsonl              every document with its text, in the order of ids
    chunks                       where each chunk lies in its document (CHUNK)
    keywords-<language>.…        BM25 postings of that language's chunks
    asked.…                      what sections are asked as
    vectors-<reading>.…          vectors of its chunks and of what their sections are asked as (index/space.py)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.document import Document, Language, document_from_record, text_fingerprint
from index.asking import Asking
from index.basis import Basis
from index.chunk import LANGUAGES, Chunk, make_chunk
from index.encoder import Encoder, Vectors
from index.entry import Entry, entry_of
from index.errors import CollectionDamagedError
from index.files import Data, Part
from index.keywords import KeywordIndex
from index.space import Known, Progress, Reading, Way
from index.splitter import split_document
from index.vectors import VectorTable

CHUNK = np.dtype(
    [("document", "<i4"), ("section", "<i4"), ("start", "<i8"), ("end", "<i8"), ("language", "i1"), ("id", "S24")]
)
_DOCUMENTS_KEPT = 512  # parsed ones


@dataclass(frozen=True)
class SegmentVectors:
    """Vectors of one reading's chunks and asked texts.

    Vector i of `chunks` is chunk `chunk_of[i]`, of `asked` text `text_of[i]`; `row_of` has the vector of every chunk
    and `asked_row_of` that of every text, -1 for none.
    """

    reading: Reading
    chunks: VectorTable
    asked: VectorTable
    chunk_of: npt.NDArray[np.intp]
    text_of: npt.NDArray[np.intp]
    row_of: npt.NDArray[np.int32]
    asked_row_of: npt.NDArray[np.int32]

    @classmethod
    def of(
        cls, reading: Reading, table: npt.NDArray[Any], asking: Asking, rows: tuple[Vectors, Vectors]
    ) -> SegmentVectors:
        """Vectors with what they are of."""
        chunk_of, text_of = _covered(reading, table, asking)
        if (len(rows[0]), len(rows[1])) != (len(chunk_of), len(text_of)):
            raise ValueError(f"{len(rows[0])} and {len(rows[1])} vectors for {len(chunk_of)} and {len(text_of)} texts")
        tables = VectorTable(rows[0]), VectorTable(rows[1])
        return cls(
            reading, *tables, chunk_of, text_of, _inverse(chunk_of, len(table)), _inverse(text_of, len(asking.texts))
        )


@dataclass(frozen=True)
class Segment:
    """Documents `entries` with everything that a search of them needs; chunks are numbered from 0."""

    id: str
    entries: Mapping[str, Entry]
    lines: bytes
    table: npt.NDArray[Any]
    keywords: Mapping[Language, KeywordIndex]
    asking: Asking
    vectors: tuple[SegmentVectors, ...]

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        basis: Basis,
        encoders: Sequence[Encoder],
        known: Sequence[Known],
        progress: Progress = lambda done, total: None,
    ) -> Segment:
        """Cut, count and encode `documents`; `known` has, for each space, what its encoder need not read again."""
        ordered = sorted(documents, key=lambda document: document.id)
        cut = [split_document(document) for document in ordered]
        chunks = [chunk for found in cut for chunk in found]
        table = np.array(
            [_row(number, document, chunk) for number, document in enumerate(ordered) for chunk in cut[number]],
            dtype=CHUNK,
        )
        asking = Asking.gather(chunks)
        vectors = []
        for reading in basis.readings:
            chunk_of, text_of = _covered(reading, table, asking)
            texts = [chunks[n].indexed_text for n in chunk_of] + [asking.texts[n][0] for n in text_of]
            rows = basis.spaces[reading.space].vectors(reading, texts, encoders, known[reading.space], progress)
            vectors.append(SegmentVectors.of(reading, table, asking, (rows[: len(chunk_of)], rows[len(chunk_of) :])))
        entries = {document.id: entry_of(document, len(found)) for document, found in zip(ordered, cut, strict=True)}
        return cls(
            segment_id(entries, basis),
            entries,
            b"".join(json.dumps(asdict(document)).encode() + b"\n" for document in ordered),
            table,
            {lang: KeywordIndex.build(_counted(chunks, lang), lang) for lang in LANGUAGES},
            asking,
            tuple(vectors),
        )

    @property
    def size(self) -> int:
        """How many chunks there are."""
        return len(self.table)

    def head(self, basis: Basis) -> dict[str, Any]:
        """What the manifest says beside the hashes."""
        return {"basis": basis.record(), "documents": {id: entry.record() for id, entry in self.entries.items()}}

    def files(self) -> dict[str, Data]:
        """What `load` reads."""
        files: dict[str, Data] = {"documents.jsonl": self.lines, "chunks": self.table, **self.asking.files()}
        for language, index in self.keywords.items():
            files |= index.files(f"keywords-{language}")
        for vectors in self.vectors:
            name = f"vectors-{vectors.reading.name}"
            files |= {f"{name}.chunks": vectors.chunks.rows, f"{name}.asked": vectors.asked.rows}
        return files

    @classmethod
    def load(cls, id: str, part: Part, basis: Basis) -> Segment:
        """The segment that gave `head()` and `files()`.

        :raises CollectionDamagedError: when the files do not fit each other.
        """
        try:
            table, asking = part.array("chunks", CHUNK), Asking.load(part)
            vectors = []
            for reading in basis.readings:
                covered = _covered(reading, table, asking)
                kinds = ("chunks", "asked")
                raw = [part.array(f"vectors-{reading.name}.{kind}", np.float32) for kind in kinds]
                rows = [found.reshape(len(of), -1 if len(of) else 1) for found, of in zip(raw, covered, strict=True)]
                vectors.append(SegmentVectors.of(reading, table, asking, (rows[0], rows[1])))
            return cls(
                id,
                {id: Entry(*record) for id, record in part.head["documents"].items()},
                part.files["documents.jsonl"],
                table,
                {language: KeywordIndex.load(part, f"keywords-{language}") for language in LANGUAGES},
                asking,
                tuple(vectors),
            )
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise CollectionDamagedError(f"the files of segment {id} do not fit each other ({error!r})") from error

    @cached_property
    def ids(self) -> list[str]:
        """The documents' ids, sorted."""
        return list(self.entries)

    def document(self, place: int) -> Document:
        """The document of that place among `ids`."""
        return self._parse(place)

    def chunk(self, number: int) -> Chunk:
        """The chunk of that number."""
        row = self.table[number]
        document = self.document(int(row["document"]))
        return make_chunk(document, document.sections[int(row["section"])], int(row["start"]), int(row["end"]))

    def chunks_of(self, place: int) -> range:
        """The numbers of the chunks of a document."""
        first, last = np.searchsorted(self.table["document"], [place, place + 1])
        return range(int(first), int(last))

    @cached_property
    def evidences(self) -> list[tuple[int, Language, str]]:
        """Number, language and evidence of every chunk whose document has a twin."""
        twins = [place for place, entry in enumerate(self.entries.values()) if entry.has_twin]
        chunks = [(number, self.chunk(number)) for place in twins for number in self.chunks_of(place)]
        return [(number, chunk.language, chunk.evidence) for number, chunk in chunks]

    def known(self, space: int, documents: Iterable[str]) -> dict[str, Vectors]:
        """Text -> vector of what the encoder of a space read for these documents."""
        wanted = set(documents)
        numbers = [n for place, id in enumerate(self.ids) if id in wanted for n in self.chunks_of(place)]
        found: dict[str, Vectors] = {}
        for vectors in self.vectors:
            if (vectors.reading.space, vectors.reading.way) == (space, Way.ENCODER):
                read = [(number, row) for number in numbers if (row := vectors.row_of[number]) >= 0]
                found |= {self.chunk(number).indexed_text: vectors.chunks.rows[row] for number, row in read}
                texts = (self.asking.texts[number][0] for number in vectors.text_of)
                found |= dict(zip(texts, vectors.asked.rows, strict=True))
        return found

    def line(self, place: int) -> bytes:
        """The record of a document, as it lies in the file."""
        return _line(self.lines, self._line_ends, place)

    @cached_property
    def _line_ends(self) -> npt.NDArray[np.intp]:
        return np.flatnonzero(np.frombuffer(self.lines, dtype=np.uint8) == ord("\n")) + 1

    @cached_property
    def _parse(self) -> Callable[[int], Document]:
        # Without a reference back to the segment: one that is replaced is freed at once, however large.
        lines, ends = self.lines, self._line_ends
        return lru_cache(maxsize=_DOCUMENTS_KEPT)(
            lambda place: document_from_record(json.loads(_line(lines, ends, place)))
        )


def segment_id(entries: Mapping[str, Entry], basis: Basis) -> str:
    """The same for the same documents on the same basis, 24 hex digits."""
    named = (f"{id} {entries[id].fingerprint}" for id in sorted(entries))
    return text_fingerprint(json.dumps(basis.record(), sort_keys=True), *named)[:24]


def _line(lines: bytes, ends: npt.NDArray[np.intp], place: int) -> bytes:
    return lines[int(ends[place - 1]) if place else 0 : int(ends[place])]


def _row(number: int, document: Document, chunk: Chunk) -> tuple[int, int, int, int, int, bytes]:
    inside = (n for n, s in enumerate(document.sections) if s.start <= chunk.start and chunk.end <= s.end)
    return number, next(inside), chunk.start, chunk.end, LANGUAGES.index(chunk.language), chunk.id.encode()


def _counted(chunks: Sequence[Chunk], language: Language) -> Iterable[tuple[int, str]]:
    return ((number, chunk.counted_text) for number, chunk in enumerate(chunks) if chunk.language == language)


def _covered(
    reading: Reading, table: npt.NDArray[Any], asking: Asking
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The chunks and the asked texts that have vectors in `reading`."""
    language = LANGUAGES.index(reading.language)
    return np.flatnonzero(table["language"] == language), np.flatnonzero(asking.languages == language)


def _inverse(numbers: npt.NDArray[np.intp], size: int) -> npt.NDArray[np.int32]:
    places = np.full(size, -1, dtype=np.int32)
    places[numbers] = np.arange(len(numbers), dtype=np.int32)
    return places
