"""What a collection must know of a document without reading it."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

from corpus.document import Document, Language, text_fingerprint


@dataclass(frozen=True, slots=True)
class Entry:
    """`fingerprint` names everything that is indexed or shown of the document; `chunks` is how many it was cut into."""

    fingerprint: str
    chunks: int
    title: str
    language: Language
    kind: str
    address: str
    has_twin: bool

    def record(self) -> list[Any]:
        """The fields in their order, ready for JSON."""
        return list(astuple(self))


def entry_of(document: Document, chunks: int = 0) -> Entry:
    """The entry of `document`."""
    return Entry(
        document_fingerprint(document),
        chunks,
        document.title,
        document.language,
        document.kind,
        document.address,
        bool(document.twin),
    )


def document_fingerprint(document: Document) -> str:
    """The same for the same text under the same id, title, address and headings: 16 hex digits."""
    return text_fingerprint(
        document.id,
        document.title,
        document.address,
        document.language,
        document.kind,
        document.twin,
        document.licence,
        document.sha256,
        document.text,
        *(f"{s.start} {s.end} {s.page} {s.anchor} {s.heading}" for s in document.sections),
        *(question for section in document.sections for question in section.questions),
        *(f"{source.key} {source.name} {source.address} {source.date}" for source in document.sources),
    )[:16]
