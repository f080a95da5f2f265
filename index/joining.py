"""Indexes of several collections -> one in memory, which finds what an index of all their documents would find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.document import Document, text_fingerprint
from index.encoder import Encoder
from index.generation import Generation, View
from index.segment import Segment


def join(generations: Sequence[Generation], encoders: Sequence[Encoder]) -> Generation:
    """One index of the documents of `generations`, all built with `encoders`. What several hold alike counts once.

    What rests on the same basis is taken as it is. The rest is put on the basis that leads most languages into its
    spaces: its words are counted again and its bridged languages led anew, but nothing is read by an encoder twice.
    """
    base, *others = sorted(generations, key=_bridges, reverse=True)
    views = list(base.views)
    held = {id: entry.fingerprint for id, entry in base.entries().items()}
    for other in others:
        entries = other.entries()
        if other.basis.record() == base.basis.record() and held.keys().isdisjoint(entries):
            views += other.views
        elif new := [id for id, entry in entries.items() if held.get(id) != entry.fingerprint]:
            documents = [_apart(other.documents[id], other) if id in held else other.documents[id] for id in new]
            known = [other.known(space, new) for space in range(len(base.basis.spaces))]
            segment = Segment.build(documents, base.basis, encoders, known)
            views.append(View.of(segment, segment.entries.keys()))
        held = {id: entry.fingerprint for id, entry in entries.items()} | held
    return Generation(joined_id(generations), base.basis, views)


def joined_id(generations: Sequence[Generation]) -> str:
    """The same for the same indexes, in whatever order: 16 hex digits."""
    return text_fingerprint("joined", *sorted(generation.id for generation in generations))[:16]


def _bridges(generation: Generation) -> int:
    return sum(len(space.bridges) for space in generation.basis.spaces)


def _apart(document: Document, generation: Generation) -> Document:
    """A document under an id of its own: files of the same name in two collections may say different things."""
    return replace(document, id=f"{document.id}-{generation.id[:8]}")
