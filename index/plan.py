"""Which segments a generation is made of: those that are there, those to be built, those to be merged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from index.entry import Entry

# More living chunks than this share must a segment have, or it is written again without the dead.
_LEAST_LIVING = 0.5


@dataclass(frozen=True, slots=True)
class Chosen:
    """A segment and those of its documents that live; `entries` are all that it holds."""

    id: str
    entries: Mapping[str, Entry]
    documents: frozenset[str]

    @property
    def size(self) -> int:
        """How many living chunks it has."""
        return sum(self.entries[id].chunks for id in self.documents)

    @property
    def is_mostly_dead(self) -> bool:
        """Whether it is worth writing again."""
        return self.size < _LEAST_LIVING * sum(entry.chunks for entry in self.entries.values())


def choose(wanted: Mapping[str, str], segments: Mapping[str, Mapping[str, Entry]]) -> tuple[list[Chosen], list[str]]:
    """Segments that hold wanted documents (id -> fingerprint), each document from one; and what none of them holds."""
    holds = {
        name: {id for id, entry in entries.items() if wanted.get(id) == entry.fingerprint}
        for name, entries in segments.items()
    }
    left = set(wanted)
    chosen: list[Chosen] = []
    for name in sorted(segments, key=lambda name: (-len(holds[name]), name)):
        if found := holds[name] & left:
            chosen.append(Chosen(name, segments[name], frozenset(found)))
            left -= found
    return chosen, sorted(left)


def to_merge(chosen: Sequence[Chosen], wanted: Collection[str]) -> list[Chosen]:
    """Segments to be made one, so that each that is left is at least twice as large as all smaller ones together.

    There are then never more than log2 of the chunks, and a chunk is written again that often at most (the logarithmic
    method, Bentley and Saxe 1980). A mostly dead one is written again too, if need be alone, and so is one that holds a
    document that was removed: what a person took out is not to stay on the disk.
    """
    by_size = sorted(chosen, key=lambda segment: (segment.size, segment.id))
    cut = total = 0
    for place, segment in enumerate(by_size):
        if place and segment.size < 2 * total:
            cut = place + 1
        total += segment.size
    return [
        segment
        for place, segment in enumerate(by_size)
        if place < cut or segment.is_mostly_dead or not segment.entries.keys() <= set(wanted)
    ]
