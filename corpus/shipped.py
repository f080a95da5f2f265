"""The shipped documents, read and held to the rules of corpus/README.md."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from corpus.asked import asked_path, with_questions
from corpus.document import Document, Section, text_fingerprint
from corpus.errors import CorpusError, DocumentRuleError
from corpus.front_matter import parse_front_matter
from corpus.markdown import split_sections
from corpus.tables import Tables, table_documents

DOCUMENTS_FOLDER = Path(__file__).parent / "documents"
_FOLDER_OF_KIND = {"guide": "guides", "paper": "papers"}
_LINK = re.compile(r"\]\(((?:guide|paper|table)-[a-z0-9-]+)#([a-z0-9-]+)\)")


@cache
def shipped_documents() -> tuple[Document, ...]:
    """Every shipped document, those made from tables included, sorted by id.

    Each is valid by itself; `check_documents` compares them.
    """
    documents = (*(read_shipped(path) for path in document_paths()), *table_documents())
    return tuple(sorted(documents, key=lambda document: document.id))


def with_tables(tables: Tables) -> tuple[Document, ...]:
    """The shipped documents with those made from `tables` in place of the shipped ones."""
    written = (document for document in shipped_documents() if document.kind != "table")
    return tuple(sorted((*written, *table_documents(tables)), key=lambda document: document.id))


def document_paths() -> list[Path]:
    """The files of the shipped documents, sorted."""
    return sorted(DOCUMENTS_FOLDER.glob("*/*.md"))


def read_shipped(path: Path) -> Document:
    """Read one shipped file and check what can be checked without the others.

    :raises CorpusError: naming file and line.
    """
    text = path.read_text(encoding="utf-8")
    name = f"{path.parent.name}/{path.name}"
    head = parse_front_matter(text, name)
    stem = path.name.removesuffix(f".{head.language}.md")
    if head.id != f"{head.kind}-{stem}-{head.language}" or path.parent.name != _FOLDER_OF_KIND[head.kind]:
        raise DocumentRuleError(f"{name}:2: id {head.id!r} does not agree with folder and file name")
    sections = split_sections(text, start=head.body_start)
    keys = {source.key for source in head.sources}
    for section in sections:
        _check_section(section, text, name, keys)
    if not sections:
        raise DocumentRuleError(f"{name}: holds no section")
    sections = with_questions(sections, asked_path(path), head.language)
    return Document(
        id=head.id,
        title=head.title,
        language=head.language,
        text=text,
        sections=sections,
        kind=head.kind,
        topics=head.topics,
        twin=head.twin,
        sources=head.sources,
        address=f"corpus/documents/{name}",
        licence=head.licence,
        sha256=text_fingerprint(text, *(question for section in sections for question in section.questions)),
    )


def check_documents(documents: tuple[Document, ...]) -> list[CorpusError]:
    """Check what only shows between documents: twins, anchors, source keys, internal links."""
    by_id = {document.id: document for document in documents}
    anchors = {f"{d.base_id}#{section.anchor}" for d in documents for section in d.sections}
    found: list[CorpusError] = []
    for document in documents:
        found.extend(_twin_errors(document, by_id.get(document.twin)))
        for match in _LINK.finditer(document.text):
            if f"{match.group(1)}#{match.group(2)}" not in anchors:
                line = _line_of(document.text, match.start())
                found.append(
                    DocumentRuleError(f"{document.address}:{line}: dead link to {match.group(1)}#{match.group(2)}")
                )
    return found


def _check_section(section: Section, text: str, name: str, keys: set[str]) -> None:
    line = _line_of(text, section.start)
    if not section.anchor:
        raise DocumentRuleError(f"{name}:{line}: section {section.heading!r} has no {{#anchor}}")
    if " › " in section.heading:
        raise DocumentRuleError(f"{name}:{line}: only `##` sections are allowed, found {section.heading!r}")
    if not section.source_keys:
        raise DocumentRuleError(f"{name}:{line}: section {section.heading!r} does not end with a `Sources:` line")
    if unknown := [key for key in section.source_keys if key not in keys]:
        raise DocumentRuleError(f"{name}:{line}: section {section.heading!r} names the unknown source {unknown[0]!r}")


def _twin_errors(document: Document, twin: Document | None) -> list[CorpusError]:
    def error(what: str) -> CorpusError:
        return DocumentRuleError(f"{document.address}: {what}")

    if twin is None:
        return [error(f"its twin {document.twin!r} is missing")]
    if twin.twin != document.id or twin.language == document.language:
        return [error(f"{twin.id!r} is not its twin in the other language")]
    pairs = {
        "anchors": ([s.anchor for s in document.sections], [s.anchor for s in twin.sections]),
        "topics": (document.topics, twin.topics),
        "source keys": ({s.key for s in document.sources}, {s.key for s in twin.sources}),
    }
    return [error(f"its {what} differ from those of {twin.id!r}") for what, (a, b) in pairs.items() if a != b]


def _line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
