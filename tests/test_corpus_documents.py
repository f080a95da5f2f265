"""The shipped documents keep the rules of corpus/README.md."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from assistant.verifying.quantities import is_same_value, read_all_figures, read_figures
from corpus.document import Document
from corpus.language import HAN
from corpus.shipped import check_documents, shipped_documents

SOURCES = Path(__file__).parent.parent.parent / "shared" / "sources"
COVERAGE = Path(__file__).parent.parent / "corpus" / "coverage.toml"


def pairs() -> list[tuple[Document, Document]]:
    by_id = {document.id: document for document in shipped_documents()}
    return [(document, by_id[document.twin]) for document in by_id.values() if document.language == "en"]


def test_every_document_is_valid_and_agrees_with_its_twin() -> None:
    assert len(shipped_documents()) >= 120
    assert check_documents(shipped_documents()) == []


def test_twins_carry_the_same_figures() -> None:
    differences = []
    for english, chinese in pairs():
        for one, other in zip(english.sections, chinese.sections, strict=True):
            texts = english.text[one.start : one.end], chinese.text[other.start : other.end]
            for text, twin in (texts, texts[::-1]):
                known = [figure.value for figure in read_all_figures(twin)]
                lost = [f.text for f in read_figures(text) if not any(is_same_value(f.value, value) for value in known)]
                if lost:
                    differences.append((english.id, one.anchor, lost))
    assert differences == []


def test_sections_are_long_enough_to_stand_alone_and_short_enough_to_be_read() -> None:
    odd = []
    for document in shipped_documents():
        for section in document.sections:
            text = document.text[section.start : section.end]
            size = len(re.findall(r"[\w%.-]+", text)) if document.language == "en" else len(HAN.findall(text))
            low, high = (40, 340) if document.language == "en" else (60, 620)
            if not low <= size <= high:
                odd.append((document.id, section.anchor, size))
    assert odd == []


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source documents are not here to compare with")
def test_no_sentence_of_a_source_was_copied() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.glob("*.txt")))
    known_words = _runs(_english_words(sources), 12)
    known_characters = _runs(HAN.findall(sources), 20)
    for document in shipped_documents():
        body = "\n".join(document.text[section.start : section.end] for section in document.sections)
        assert not _runs(_english_words(body), 12) & known_words, document.id
        assert not _runs(HAN.findall(body), 20) & known_characters, document.id


def test_the_coverage_table_names_sections_that_exist() -> None:
    table = tomllib.loads(COVERAGE.read_text(encoding="utf-8"))
    sections = {f"{d.base_id}#{section.anchor}" for d in shipped_documents() for section in d.sections}
    assert [entry for entry in table["covers"] if entry["section"] not in sections] == []


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source documents are not here to compare with")
def test_every_section_of_the_source_documents_is_covered() -> None:
    table = tomllib.loads(COVERAGE.read_text(encoding="utf-8"))
    listed = {(entry["source"], entry["heading"]) for entry in [*table["covers"], *table["structural"]]}
    found = {(path.name, heading) for path in SOURCES.glob("0*.txt") for heading in _headings(path)}
    assert found - listed == set(), "not covered"
    assert listed - found == set(), "dead entries"


def _english_words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def _runs(items: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(items[start : start + length]) for start in range(len(items) - length + 1)}


def _headings(path: Path) -> list[str]:
    headings, in_fence = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            in_fence = not in_fence
        elif not in_fence and (match := re.match(r"#{1,6}\s+(.+?)\s*#*\s*$", line)):
            headings.append(match.group(1))
    return headings
