"""Documents that a case brings along, and the names of sections. A leaf: everything here may import it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from corpus.document import Document, text_fingerprint
from corpus.language import document_language
from corpus.markdown import first_title, split_sections
from index.chunk import make_chunk


@dataclass(frozen=True, slots=True)
class Attached:
    """A Markdown file of the asker: its name without folders, and its text."""

    name: str
    text: str

    @property
    def document(self) -> Document:
        """The Document it becomes. Its id is the file's name, so that a case can name its sections."""
        return Document(
            id=PurePosixPath(self.name).stem,
            title=first_title(self.text) or self.name,
            language=document_language(self.text),
            text=self.text,
            sections=split_sections(self.text),
            address=self.name,
            sha256=text_fingerprint(self.text),
        )


def section_names(documents: Iterable[Document]) -> frozenset[str]:
    """What a case may name in `sections`; the same for a section and its twin in the other language."""
    return frozenset(
        make_chunk(document, section, section.start, section.end).evidence
        for document in documents
        for section in document.sections
    )
