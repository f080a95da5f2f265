"""What flows out of this layer: Documents with their Sections and Sources. Plain data, no reading, no parsing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document's statements come from: a key used in `Sources:` lines, a name, an address or file, a date."""

    key: str
    name: str
    address: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text below it: `document.text[start:end]`, without the heading and the `Sources:` line.

    `anchor` is the language-independent name of a shipped section; a user's sections have none. `page` counts from 1
    where the format has pages. `questions` are ways in which people ask what a shipped section answers, in the
    document's language: they are searched and suggested, and are no evidence.
    """

    heading: str
    start: int
    end: int
    anchor: str = ""
    source_keys: tuple[str, ...] = ()
    page: int | None = None
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One text that may be cited. `text` is exact: every offset of this project counts characters in it.

    `address` is where a person finds the original (a file path or URL). `twin` is the id of the same document in the
    other language, or empty.
    """

    id: str
    title: str
    language: Language
    text: str
    sections: tuple[Section, ...]
    kind: str = "user"
    topics: tuple[str, ...] = ()
    twin: str = ""
    sources: tuple[Source, ...] = ()
    address: str = ""
    licence: str = ""
    sha256: str = field(default="")

    @property
    def base_id(self) -> str:
        """The id without its language: `guide-cost-control` for both twins."""
        return self.id.removesuffix(f"-{self.language}") if self.twin else self.id


def document_from_record(record: Mapping[str, Any]) -> Document:
    """The document that `dataclasses.asdict` and JSON made `record` of."""
    return Document(
        **{
            **record,
            "sections": tuple(_section_from_record(section) for section in record["sections"]),
            "sources": tuple(Source(**source) for source in record.get("sources", ())),
            "topics": tuple(record.get("topics", ())),
        }
    )


def user_document_id(path: Path) -> str:
    """The id of the document of a user's file, known without reading it: a changed file replaces its earlier self."""
    return "user-" + text_fingerprint(str(path.resolve()))[:16]


def text_fingerprint(*parts: str) -> str:
    """Sha256 over the parts, as 64 hex digits. A separator keeps ("ab", "c") and ("a", "bc") apart."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\x1f")
    return digest.hexdigest()


def _section_from_record(record: Mapping[str, Any]) -> Section:
    return Section(**{**record, **{key: tuple(record.get(key, ())) for key in ("source_keys", "questions")}})
