"""Documents that a case brings along, and the names of sections. A leaf: everything here may import it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from corpus.document import Document
from corpus.readers.plain_text import read_text
from index.chunk import make_chunk


@dataclass(frozen=True, slots=True)
class Attached:
    """A Markdown file of the asker: its name without folders, and its text."""

    name: str
    text: str

    @property
    def document(self) -> Document:
        """The Document the library makes of it. Its id is the file's name, so that a case can name its sections."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, PurePosixPath(self.name).name)
            path.write_text(self.text, encoding="utf-8")
            return replace(read_text(path), id=path.stem, address=self.name)


def section_names(documents: Iterable[Document]) -> frozenset[str]:
    """What a case may name in `sections`; the same for a section and its twin in the other language."""
    return frozenset(
        make_chunk(document, section, section.start, section.end).evidence
        for document in documents
        for section in document.sections
    )
