"""Segments -> one segment of the documents that live in them. Nothing is cut, counted or encoded again."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
import numpy.typing as npt

from index.asking import merge_askings
from index.basis import Basis
from index.chunk import LANGUAGES
from index.encoder import Vectors
from index.keywords import KeywordIndex
from index.segment import CHUNK, Segment, SegmentVectors, segment_id

_Numbers = npt.NDArray[np.int32]


def merge(parts: Sequence[tuple[Segment, Set[str]]], basis: Basis) -> Segment:
    """The segment of the named documents of each segment; what a build of these documents would make."""
    places = sorted(
        (id, n, place)
        for n, (segment, living) in enumerate(parts)
        for place, id in enumerate(segment.ids)
        if id in living
    )
    segments = [segment for segment, _ in parts]
    renumbered, table = _renumber(segments, [(n, place) for _, n, place in places])
    asking, new_texts = merge_askings([(s.asking, new) for s, new in zip(segments, renumbered, strict=True)])
    entries = {id: segments[n].entries[id] for id, n, _ in places}
    vectors = []
    for number, reading in enumerate(basis.readings):
        of = [segment.vectors[number] for segment in segments]
        chunks = _gather([v.chunks.rows for v in of], [new[v.chunk_of] for v, new in zip(of, renumbered, strict=True)])
        asked = _gather([v.asked.rows for v in of], [new[v.text_of] for v, new in zip(of, new_texts, strict=True)])
        vectors.append(SegmentVectors.of(reading, table, asking, (chunks, asked)))
    return Segment(
        segment_id(entries, basis),
        entries,
        b"".join(segments[n].line(place) for _, n, place in places),
        table,
        {
            lang: KeywordIndex.merge([(s.keywords[lang], new) for s, new in zip(segments, renumbered, strict=True)])
            for lang in LANGUAGES
        },
        asking,
        tuple(vectors),
    )


def _renumber(
    segments: Sequence[Segment], places: Sequence[tuple[int, int]]
) -> tuple[list[_Numbers], npt.NDArray[np.void]]:
    """For each segment the new number of every chunk, -1 for none; and the new table of chunks."""
    renumbered = [np.full(segment.size, -1, dtype=np.int32) for segment in segments]
    rows: list[npt.NDArray[np.void]] = []
    size = 0
    for document, (n, place) in enumerate(places):
        numbers = segments[n].chunks_of(place)
        found = segments[n].table[numbers.start : numbers.stop].copy()
        found["document"] = document
        renumbered[n][numbers.start : numbers.stop] = np.arange(size, size + len(found), dtype=np.int32)
        rows.append(found)
        size += len(found)
    return renumbered, np.concatenate(rows) if rows else np.zeros(0, dtype=CHUNK)


def _gather(rows: Sequence[Vectors], renumbered: Sequence[_Numbers]) -> Vectors:
    """The kept rows in the order of their new numbers. Which number they have is known; that none is missing, too."""
    numbers = np.concatenate(renumbered)
    kept = np.unique(numbers[numbers >= 0])
    width = max((found.shape[1] for found in rows if len(found)), default=1)
    gathered = np.zeros((len(kept), width), dtype=np.float32)
    for found, new in zip(rows, renumbered, strict=True):
        gathered[np.searchsorted(kept, new[new >= 0])] = found[new >= 0]
    return gathered
