"""Reading one file as the product does, for tests of what becomes of it."""

from __future__ import annotations

from pathlib import Path

from corpus.document import Document
from corpus.reader import DocumentReader
from corpus.readers.host import DEFAULT_LIMITS, Limits, ReaderHost


def read_document(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document of a file of any kind."""
    with DocumentReader() as reader:
        return reader.read(path, limits=limits)


def read_in_host(reader: str, path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document as the function that `reader` names reads it in a host of its own."""
    with ReaderHost() as host:
        return host.read(reader, path, limits=limits)
