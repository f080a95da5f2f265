"""Adding files to a collection and taking them out: what the command line and the page share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.document import Document, text_fingerprint
from corpus.errors import UnreadableFileError
from corpus.reader import find_files, read_document
from index.collection import Collection
from index.encoder import Encoder
from index.generation import Generation, Progress
from index.search import Searcher


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

    @property
    def files(self) -> int:
        """How many there were."""
        return len(self.documents) + len(self.failures)


def read_files(paths: Iterable[Path], progress: Progress = lambda done, total: None) -> Read:
    """Read files and the supported files of folders; one that cannot be read does not stop the others."""
    files = [file for path in paths for file in find_files(path)]
    documents: list[Document] = []
    failures: list[Failure] = []
    for number, file in enumerate(files):
        progress(number, len(files))
        try:
            documents.append(read_document(file))
        except UnreadableFileError as error:
            failures.append(Failure(file, error.reason, str(error).removeprefix(f"{file}: ")))
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

    def add(self, documents: Sequence[Document], progress: Progress = lambda done, total: None) -> Generation:
        """Keep `documents` and index what is new."""
        self.collection.add(documents)
        return self.build(progress)

    def remove(self, document_id: str, progress: Progress = lambda done, total: None) -> Generation | None:
        """Forget a document and index again without it; None when there is none of that id."""
        return self.build(progress) if self.collection.remove(document_id) else None

    def searcher(self, generation: Generation | None = None) -> Searcher:
        """A search of `generation`, else of the index as it is on disk now.

        :raises IndexLayerError: when that cannot be opened.
        """
        specs = [encoder.spec for encoder in self._encoders]
        return Searcher(generation or self.collection.open(specs), self._encoders)

    def build(self, progress: Progress = lambda done, total: None) -> Generation:
        """Index everything again; vectors of unchanged passages are taken over."""
        return self.collection.build(self._encoders, progress)
