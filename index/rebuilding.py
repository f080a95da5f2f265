"""The present documents -> the next generation on disk: what is there is kept, what is new is encoded.

Segments are built in batches, each durable when it is done, so a build that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from corpus.document import Document
from index.basis import Basis
from index.encoder import Encoder
from index.errors import IndexLayerError
from index.generation import generation_id, learn_basis
from index.generation_store import GenerationStore
from index.merging import merge
from index.plan import Chosen, choose, to_merge
from index.segment import Segment
from index.space import Known, Progress

# A kill costs the encoding of so many characters at most: some minutes on two cores.
_BATCH_CHARACTERS = 1_000_000


def rebuild(
    store: GenerationStore,
    wanted: Mapping[str, str],
    read: Callable[[str], Document],
    shipped: Sequence[Document],
    encoders: Sequence[Encoder],
    progress: Progress,
) -> str:
    """Bring the index up to the `wanted` documents (id -> fingerprint) and swap it in. The name of the generation.

    :param read: gives a document by its id.
    :param shipped: the documents that have twins; from them bridges between languages are learned.
    """
    before = store.current_basis()
    whole = len(wanted)
    learning = 0  # counted as so many documents more: the twins are read once to learn from and are most of the work

    def learn(encoded: int, of: int) -> None:
        nonlocal learning
        learning = whole
        progress(encoded * whole // max(1, of), 2 * whole)

    basis, learned = learn_basis(shipped, encoders, before, learn)
    store.save_bridges(basis)
    chosen, missing = choose(wanted, store.segments_on(basis))
    known = _Known(store, before, basis, learned)
    done = 0
    for documents in _batches(map(read, missing)):

        def within(encoded: int, of: int, done: int = done, size: int = len(documents)) -> None:
            progress(learning + done + encoded * size // max(1, of), learning + len(missing))

        segment = Segment.build(documents, basis, encoders, known.of({d.id for d in documents}), within)
        chosen.append(store.save_segment(segment, basis))
        done += len(documents)
        progress(learning + done, learning + len(missing))
    chosen = _merged(store, basis, chosen, wanted)
    # The generation before stays, to answer where this one is damaged, unless it holds what was taken out.
    taken_out = set().union(*store.current_segments().values()) - wanted.keys()
    return store.swap_in(generation_id(wanted, basis.encoders), basis, chosen, keep_previous=not taken_out)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if sum(len(document.text) for document in batch) > _BATCH_CHARACTERS:
            yield batch
            batch = []
    if batch:
        yield batch


def _merged(store: GenerationStore, basis: Basis, chosen: list[Chosen], wanted: Mapping[str, str]) -> list[Chosen]:
    small = to_merge(chosen, wanted)
    if not small:
        return chosen
    loaded = [(store.load_segment(segment.id, basis), segment.documents) for segment in small]
    merged = store.save_segment(merge(loaded, basis), basis)
    gone = {segment.id for segment in small}
    return [*(segment for segment in chosen if segment.id not in gone), merged]


class _Known:
    """What the encoders read before, for earlier states of documents; segments are opened when they are needed."""

    def __init__(self, store: GenerationStore, before: Basis | None, basis: Basis, learned: Sequence[Known]) -> None:
        """`before` is the basis of the current generation, `learned` what was read to learn `basis`."""
        self._store, self._before, self._learned = store, before, learned
        earlier = [space.encoder for space in before.spaces] if before else []
        self._spaces = [earlier.index(space.encoder) if space.encoder in earlier else None for space in basis.spaces]
        self._segments = store.current_segments() if before else {}
        self._open = lru_cache(maxsize=2)(self._load)

    def of(self, ids: set[str]) -> list[Known]:
        """Text -> vector for each encoder, where it read an earlier state of these documents."""
        found = [dict(known) for known in self._learned]
        for name, held in self._segments.items():
            segment = self._open(name) if held & ids else None
            for number, space in enumerate(self._spaces if segment else ()):
                if segment is not None and space is not None:
                    found[number] |= segment.known(space, held & ids)
        return list(found)

    def _load(self, name: str) -> Segment | None:
        try:
            return self._store.load_segment(name, self._before) if self._before else None
        except IndexLayerError:
            return None  # it is damaged: what it held is encoded again
