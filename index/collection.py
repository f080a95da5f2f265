"""A collection on disk: the user's documents, kept for good, and generations of the index, built aside and swapped in.

    <folder>/documents/<id>.json             index/document_store.py; written before it is indexed
    <folder>/segments/<id>/                  index/segment.py; shared by generations, so an addition writes what is new
    <folder>/bridges/<id>/                   index/bridge.py
    <folder>/generations/<id>-<hash>.json    which segments with which documents; the hash is that of the file itself
    <folder>/current                         the name of the generation that answers
    <folder>/lock                            held by the one who writes

Whoever has opened a generation keeps it in memory, whatever is swapped in meanwhile. A crash leaves the old generation
or the new one, and segments that the next build takes over or sweeps away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from corpus.document import Document
from index.document_store import DocumentStore
from index.encoder import Encoder, EncoderSpec
from index.entry import document_fingerprint
from index.errors import CollectionDamagedError, CollectionMissingError
from index.generation import Generation, Progress, generation_id
from index.generation_store import GenerationStore
from index.rebuilding import rebuild
from index.write_lock import WriteLock


class Collection:
    """A named set of documents with its index."""

    def __init__(self, folder: Path, *, shipped: Sequence[Document] = ()) -> None:
        """`shipped` documents belong to the collection without lying in its folder."""
        self._folder = folder
        self._shipped = {document.id: document for document in shipped}
        self._lock = WriteLock(folder / "lock")
        self.store = DocumentStore(folder / "documents")
        self._generations = GenerationStore(folder)

    @property
    def exists(self) -> bool:
        """Whether anything was ever put into it."""
        return self._folder.is_dir() or bool(self._shipped)

    def user_documents(self) -> list[Document]:
        """The user's documents, sorted by id."""
        return list(self.store.read_all())

    def documents(self) -> list[Document]:
        """All documents: shipped and the user's."""
        return [*self._shipped.values(), *self.user_documents()]

    def add(self, documents: Iterable[Document]) -> None:
        """Keep `documents`, each replacing an earlier one of the same id. They are found after the next `build`."""
        with self.writing():
            for document in documents:
                self.store.put(document)

    def remove(self, document_id: str) -> bool:
        """Forget a user's document; False when there is none of that id. It is found until the next `build`."""
        with self.writing():
            return self.store.remove(document_id)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody else changes the collection meanwhile; may be entered again by the same thread.

        :raises CollectionBusyError: naming who does.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            yield

    def wanted_generation(self, encoders: Sequence[EncoderSpec]) -> str:
        """The id that a generation of the present documents has."""
        return generation_id(self._wanted(), encoders)

    def current_generation(self) -> str:
        """The id of the generation that answers, or an empty string."""
        return self._generations.current().partition("-")[0]

    def check(self, encoders: Sequence[EncoderSpec]) -> None:
        """Look whether the current generation could be opened, at its versions and encoders alone.

        :raises CollectionDamagedError: when it does not say.
        :raises CollectionStaleError: when it was built for other encoders or by other code.
        """
        self._generations.check(self._generations.current(), encoders)

    def open(self, encoders: Sequence[EncoderSpec], reuse: Generation | None = None) -> Generation:
        """Load the current generation, every file checked; segments that `reuse` holds in memory are taken from it.

        :raises CollectionMissingError: when nothing was built.
        :raises CollectionDamagedError: when a file is not what was written.
        :raises CollectionStaleError: when it was built for other encoders or by other code.
        """
        while True:
            current = self._generations.current()
            if not current:
                raise CollectionMissingError(f"nothing is indexed in {self._folder}")
            try:
                return self._generations.load(current, encoders, reuse)
            except CollectionDamagedError:
                if self._generations.current() == current:  # else it was swept while it was read: take the next one
                    raise

    def open_previous(self, encoders: Sequence[EncoderSpec]) -> Generation | None:
        """The newest sound generation that is not the current one; None when there is none."""
        return self._generations.load_previous(encoders)

    def build(
        self,
        encoders: Sequence[Encoder],
        progress: Progress = lambda done, total: None,
        reuse: Generation | None = None,
    ) -> Generation:
        """Index the present documents, swap the result in and open it."""
        self.update(encoders, progress)
        return self.open([encoder.spec for encoder in encoders], reuse)

    def update(self, encoders: Sequence[Encoder], progress: Progress = lambda done, total: None) -> str:
        """Index what is new among the present documents and swap the result in, without opening it. Its id."""
        with self.writing():
            self.store.sweep()
            name = rebuild(
                self._generations, self._wanted(), self._read, list(self._shipped.values()), encoders, progress
            )
            return name.partition("-")[0]

    def damages(self, encoders: Sequence[EncoderSpec]) -> Iterator[str]:
        """Everything that is wrong on the disk, a line each."""
        yield from self.store.damages()
        yield from self._generations.damages(encoders)

    def _wanted(self) -> dict[str, str]:
        """Id -> fingerprint of the present documents."""
        shipped = {id: document_fingerprint(document) for id, document in self._shipped.items()}
        return shipped | {kept.id: kept.entry.fingerprint for kept in self.store.kept()}

    def _read(self, document_id: str) -> Document:
        shipped = self._shipped.get(document_id)
        return shipped if shipped is not None else self.store.read(document_id)
