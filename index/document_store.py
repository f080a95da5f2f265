"""A user's documents on disk: a file each, durable when `put` returns, whole or not there.

    <id>.json    a line that says what document it is and the sha256 of the next line, which holds the document

The first line is all that is read to know what is there. Files of an earlier version hold the document alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.document import Document, document_from_record
from index.entry import Entry, document_fingerprint, entry_of
from index.errors import CollectionDamagedError
from index.files import ASIDE_SUFFIX, parse_record, write_then_rename

_LONGEST_HEAD = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as the store knows it without reading it; `file_sha256` and `text_sha256` tell the same file again."""

    id: str
    entry: Entry
    file_sha256: str
    text_sha256: str


class DocumentStore:
    """The documents in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, document: Document, file_sha256: str = "") -> Kept:
        """Keep `document` in place of an earlier one of its id; `file_sha256` is that of the file it was read from."""
        self._folder.mkdir(parents=True, exist_ok=True)
        body = json.dumps(asdict(document)).encode()
        kept = Kept(document.id, entry_of(document), file_sha256, document.sha256)
        head = {
            "id": kept.id,
            "entry": kept.entry.record(),
            "file_sha256": kept.file_sha256,
            "text_sha256": kept.text_sha256,
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        write_then_rename(self._path(document.id), json.dumps(head).encode() + b"\n" + body)
        return kept

    def remove(self, document_id: str) -> bool:
        """Forget a document; False when there is none of that id."""
        path = self._path(document_id)
        known = path in self._paths()
        if known:
            path.unlink()
        return known

    def sweep(self) -> None:
        """Remove what a writer that was killed left half written."""
        for path in self._folder.glob(f".*{ASIDE_SUFFIX}"):
            path.unlink(missing_ok=True)

    def kept(self) -> list[Kept]:
        """What is there, sorted by id.

        :raises CollectionDamagedError: naming a file that does not say what it holds.
        """
        return [self._kept(path) for path in self._paths()]

    def read(self, document_id: str) -> Document:
        """A document, checked.

        :raises CollectionDamagedError: when its file is not what was written.
        """
        return self._read(self._path(document_id))

    def read_all(self) -> Iterator[Document]:
        """Every document, sorted by id."""
        return map(self._read, self._paths())

    def damages(self) -> Iterator[str]:
        """What is wrong with the files, a line for each that is damaged."""
        for path in self._paths():
            try:
                self._read(path)
            except CollectionDamagedError as error:
                yield str(error)

    def _path(self, document_id: str) -> Path:
        return self._folder / f"{document_id}.json"

    def _paths(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.glob("*.json") if not path.name.startswith("."))

    def _kept(self, path: Path) -> Kept:
        try:
            with path.open("rb") as file:
                line = file.readline(_LONGEST_HEAD)
            head = _head(path, line)
            if head is None:
                document = self._read(path)
                return Kept(document.id, entry_of(document), "", document.sha256)
            return Kept(path.stem, Entry(*head["entry"]), head["file_sha256"], head["text_sha256"])
        except (OSError, TypeError, KeyError) as error:
            raise _damaged(path, error) from error

    def _read(self, path: Path) -> Document:
        try:
            raw = path.read_bytes()
            head = _head(path, raw[:_LONGEST_HEAD].partition(b"\n")[0] + b"\n" if b"\n" in raw[:_LONGEST_HEAD] else raw)
            body = raw if head is None else raw.partition(b"\n")[2]
            if head is not None and hashlib.sha256(body).hexdigest() != head["sha256"]:
                raise ValueError("its bytes are not those that were written")
            document = document_from_record(parse_record(path, body))
            if head is not None and Entry(*head["entry"]).fingerprint != document_fingerprint(document):
                raise ValueError("its first line is of another document")
            return document
        except (OSError, ValueError, TypeError, KeyError, CollectionDamagedError) as error:
            raise _damaged(path, error) from error


def _head(path: Path, line: bytes) -> dict[str, Any] | None:
    """The first line, None where the file has only a document."""
    if not line.endswith(b"\n"):
        return None
    return parse_record(path, line)


def _damaged(path: Path, error: Exception) -> CollectionDamagedError:
    return CollectionDamagedError(f"{path} is not readable ({error}); remove it and add its file again")
