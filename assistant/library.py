"""Adding files to a collection and taking them out: what the command line and the page share."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from corpus.document import Document, text_fingerprint, user_document_id
from corpus.errors import UnreadableFileError
from corpus.reader import DocumentReader, find_files
from index.collection import Collection
from index.encoder import Encoder
from index.generation import Generation, Progress

# Files that are read ahead of the one that is kept.
_AHEAD = 32


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read: why, in one word for programs and in words of advice."""

    file: Path
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Read:
    """What came of some files."""

    documents: tuple[Document, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """A file that says what the document of another file says: one document is enough."""

    file: Path
    address: str


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding files: how many are new or changed, how many were there already, and the others."""

    added: int = 0
    unchanged: int = 0
    same: tuple[Same, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def files(self) -> int:
        """How many there were."""
        return self.added + self.unchanged + len(self.same) + len(self.failures)


def read_files(paths: Iterable[Path], progress: Progress = lambda done, total: None) -> Read:
    """Read files and the supported files of folders; one that cannot be read does not stop the others."""
    files = [file for path in paths for file in find_files(path)]
    documents: list[Document] = []
    failures: list[Failure] = []
    with DocumentReader() as reader:
        for number, file in enumerate(files):
            progress(number, len(files))
            read = _read(file, reader)
            if isinstance(read, Failure):
                failures.append(read)
            else:
                documents.append(read)
    return Read(tuple(documents), tuple(failures))


def as_uploaded(document: Document) -> Document:
    """A document without the folder it came from: its name is its address, and a later one of that name replaces it."""
    name = Path(document.address).name
    return replace(document, id="user-" + text_fingerprint("uploaded", name)[:16], address=name)


class Library:
    """One collection with the embedders that index it."""

    def __init__(self, collection: Collection, encoders: Sequence[Encoder]) -> None:
        self.collection = collection
        self._encoders = encoders

    def add_files(self, paths: Iterable[Path], reading: Progress, indexing: Progress) -> Added:
        """Read files and those of folders, keep each as soon as it is read, index what is new.

        A file that is there already is not read again, so the same call goes on where it was stopped.

        :raises CollectionBusyError: when another process is changing the collection.
        """
        files = [file for path in paths for file in find_files(path)]
        with self.collection.writing():
            added = _Keeping(self.collection).keep(files, reading)
            if added.files > len(added.failures):
                self.collection.update(self._encoders, indexing)
            return added

    def add(
        self,
        documents: Sequence[Document],
        progress: Progress = lambda done, total: None,
        reuse: Generation | None = None,
    ) -> Generation:
        """Keep `documents` and index what is new."""
        self.collection.add(documents)
        return self.collection.build(self._encoders, progress, reuse)

    def remove(
        self,
        document_id: str,
        progress: Progress = lambda done, total: None,
        reuse: Generation | None = None,
    ) -> Generation | None:
        """Forget a document and index without it; None when there is none of that id."""
        if not self.collection.remove(document_id):
            return None
        return self.collection.build(self._encoders, progress, reuse)

    def generation(self, reuse: Generation | None = None) -> Generation:
        """The index as it is on disk now; what `reuse` holds in memory of it is not read again.

        :raises IndexLayerError: when that cannot be opened.
        """
        specs = [encoder.spec for encoder in self._encoders]
        return self.collection.open(specs, reuse)

    def build(self, progress: Progress = lambda done, total: None) -> str:
        """Index what is new and what is damaged; vectors of unchanged passages are taken over. The index's id."""
        return self.collection.update(self._encoders, progress)

    def damages(self) -> Iterator[str]:
        """Everything that is wrong with the collection on the disk, a line each."""
        return self.collection.damages([encoder.spec for encoder in self._encoders])


# The hash of a file and what it says; None where it is kept already.
_Look = tuple[str, Document | Failure | None]


class _Keeping:
    """Files into the collection's store, one by one."""

    def __init__(self, collection: Collection) -> None:
        self._store = collection.store
        self._by_id = {kept.id: kept for kept in self._store.kept()}
        self._by_text = {kept.text_sha256: kept for kept in self._by_id.values()}

    def keep(self, files: Sequence[Path], progress: Progress) -> Added:
        """Read and keep `files`, in order; those that follow are read meanwhile."""
        added = Added()
        pool = ThreadPoolExecutor(os.cpu_count())
        try:
            with DocumentReader() as reader:  # ends first, so that nobody waits for a file when it is interrupted
                for number, (file, looked) in enumerate(self._looked_at(files, pool, reader)):
                    progress(number, len(files))
                    added = self._take(added, file, *looked)
            progress(len(files), len(files))
        finally:
            pool.shutdown(cancel_futures=True)
        return added

    def _looked_at(
        self, files: Sequence[Path], pool: ThreadPoolExecutor, reader: DocumentReader
    ) -> Iterator[tuple[Path, _Look]]:
        for first in range(0, len(files), _AHEAD):
            ahead = files[first : first + _AHEAD]
            yield from zip(ahead, pool.map(partial(self._look, reader), ahead), strict=True)

    def _look(self, reader: DocumentReader, file: Path) -> _Look:
        sha256 = _sha256(file)
        kept = self._by_id.get(user_document_id(file))
        if sha256 and kept is not None and kept.file_sha256 == sha256:
            return sha256, None
        return sha256, _read(file, reader)

    def _take(self, added: Added, file: Path, sha256: str, read: Document | Failure | None) -> Added:
        if read is None:
            return replace(added, unchanged=added.unchanged + 1)
        if isinstance(read, Failure):
            return replace(added, failures=(*added.failures, read))
        self._forget(read.id)
        twin = self._by_text.get(read.sha256)
        if twin is not None:
            if Path(twin.entry.address).exists():
                self._store.remove(read.id)  # it said something else before
                return replace(added, same=(*added.same, Same(file, twin.entry.address)))
            self._store.remove(twin.id)  # the file was moved
        self._by_id[read.id] = self._by_text[read.sha256] = self._store.put(read, sha256)
        return replace(added, added=added.added + 1)

    def _forget(self, document_id: str) -> None:
        """What a document said before says it no longer."""
        before = self._by_id.pop(document_id, None)
        if before is not None and self._by_text.get(before.text_sha256) == before:
            del self._by_text[before.text_sha256]


def _read(file: Path, reader: DocumentReader) -> Document | Failure:
    try:
        return reader.read(file)
    except UnreadableFileError as error:
        return Failure(file, error.reason, str(error).removeprefix(f"{file}: "))


def _sha256(file: Path) -> str:
    """The hash of a regular file, empty for anything else: reading says what is wrong with it."""
    try:
        if not file.is_file():
            return ""
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""
