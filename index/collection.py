"""A collection on disk: the user's documents, kept for good, and generations of the index, built aside and swapped in.

    <folder>/documents/<id>.json     a user's document as it was read; written before it is indexed
    <folder>/generations/<id>/       index/generation.py
    <folder>/current                 the id of the generation that answers
    <folder>/lock                    held by the one who writes

Whoever has opened a generation keeps it in memory, whatever is swapped in meanwhile. A crash leaves the old generation
or the new one, and at worst a folder that the next build sweeps away.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.document import Document, document_from_record
from index.encoder import Encoder, EncoderSpec
from index.errors import CollectionDamagedError, CollectionMissingError, CollectionStaleError, IndexLayerError
from index.generation import Generation, Progress, generation_id, write_durably

_BUILDING = ".building-"


class Collection:
    """A named set of documents with its index."""

    def __init__(self, folder: Path, *, shipped: Sequence[Document] = ()) -> None:
        """`shipped` documents belong to the collection without lying in its folder."""
        self._folder = folder
        self._shipped = tuple(shipped)

    @property
    def exists(self) -> bool:
        """Whether anything was ever put into it."""
        return self._folder.is_dir() or bool(self._shipped)

    def user_documents(self) -> list[Document]:
        """The user's documents, sorted by id."""
        return [_read_document(path) for path in sorted(self._documents_folder.glob("*.json"))]

    def documents(self) -> list[Document]:
        """All documents: shipped and the user's."""
        return [*self._shipped, *self.user_documents()]

    def add(self, documents: Iterable[Document]) -> None:
        """Keep `documents`, each replacing an earlier one of the same id. They are found after the next `build`."""
        with self._write_lock():
            self._documents_folder.mkdir(parents=True, exist_ok=True)
            for document in documents:
                _write_then_rename(self._documents_folder / f"{document.id}.json", json.dumps(asdict(document)))

    def remove(self, document_id: str) -> bool:
        """Forget a user's document; False when there is none of that id. It is found until the next `build`."""
        with self._write_lock():
            path = self._documents_folder / f"{document_id}.json"
            known = path in self._documents_folder.glob("*.json")
            if known:
                path.unlink()
            return known

    def wanted_generation(self, encoders: Sequence[EncoderSpec]) -> str:
        """The id that a generation of the present documents has."""
        return generation_id(self.documents(), encoders)

    def current_generation(self) -> str:
        """The id of the generation that answers, or an empty string."""
        try:
            return (self._folder / "current").read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def open(self, encoders: Sequence[EncoderSpec]) -> Generation:
        """Load the current generation, every file checked.

        :raises CollectionMissingError: when nothing was built.
        :raises CollectionDamagedError: when a file is not what was written.
        :raises CollectionStaleError: when it was built for other encoders or by other code.
        """
        current = self.current_generation()
        if not current:
            raise CollectionMissingError(f"nothing is indexed in {self._folder}")
        return Generation.load(self._generations_folder / current, encoders)

    def build(self, encoders: Sequence[Encoder], progress: Progress = lambda done, total: None) -> Generation:
        """Index the present documents and swap the result in. Vectors of unchanged passages are taken over."""
        with self._write_lock():
            specs = [encoder.spec for encoder in encoders]
            generation = Generation.build(self.documents(), encoders, reuse=self._reusable(specs), progress=progress)
            self._swap_in(generation)
            return generation

    @property
    def _documents_folder(self) -> Path:
        return self._folder / "documents"

    @property
    def _generations_folder(self) -> Path:
        return self._folder / "generations"

    def _reusable(self, encoders: Sequence[EncoderSpec]) -> Generation | None:
        try:
            return self.open(encoders)
        except (CollectionMissingError, CollectionDamagedError, CollectionStaleError):
            return None

    def _swap_in(self, generation: Generation) -> None:
        self._generations_folder.mkdir(parents=True, exist_ok=True)
        for leftover in self._generations_folder.glob(f"{_BUILDING}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        aside = self._generations_folder / f"{_BUILDING}{generation.id}"
        generation.save(aside)
        target = self._generations_folder / generation.id
        if target.exists():  # damaged, or built by an interrupted run: the new one takes its place
            shutil.rmtree(target)
        aside.rename(target)
        _sync_folder(self._generations_folder)
        previous = self.current_generation()
        _write_then_rename(self._folder / "current", generation.id)
        for old in self._generations_folder.iterdir():
            if old.name not in (generation.id, previous):
                shutil.rmtree(old, ignore_errors=True)

    def _write_lock(self) -> AbstractContextManager[object]:
        self._folder.mkdir(parents=True, exist_ok=True)
        return _WriteLock(self._folder / "lock")


class _WriteLock:
    """The kernel frees it when its holder dies, so a crash leaves no stale lock."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, timeout=60)

    def __enter__(self) -> None:
        try:
            self._lock.acquire()
        except Timeout as error:
            raise IndexLayerError("the collection is being changed by another process; try again later") from error

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _read_document(path: Path) -> Document:
    try:
        return document_from_record(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CollectionDamagedError(f"{path} is not readable ({error}); remove it and add its file again") from error


def _write_then_rename(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    write_durably(aside, text)
    aside.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
