"""A shipped document with a mistake in its head is an error that names file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.document import Document
from corpus.errors import CorpusError
from corpus.front_matter import parse_front_matter
from corpus.shipped import check_documents, read_shipped, shipped_documents

HEAD = """---
id: guide-x-en
title: X
language: en
kind: guide
topics: [cost]
twin: guide-x-zh
licence: Apache-2.0
sources:
  - key: s1
    name: A source
    address: https://example.org/a
    date: 2024-05
---
"""
BODY = "\n# X\n\n## What is X? {#what}\n\nX is a letter.\n\nSources: s1\n"


def test_a_right_head_is_read() -> None:
    head = parse_front_matter(HEAD, "x.en.md")
    assert (head.id, head.topics, head.sources[0].date) == ("guide-x-en", ("cost",), "2024-05")
    assert head.body_start == len(HEAD)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("---\nid", "id", "front matter"),
        ("kind: guide", "kind: novel", "kind must be"),
        ("language: en", "language: fr", "language must be"),
        ("twin: guide-x-zh\n", "", "lacks"),
        ("licence:", "license:", "unknown"),
        ("topics: [cost]", "topics: cost", "topics"),
        ("date: 2024-05", "date: May", "date"),
        ("address: https://example.org/a", "where: a", "source"),
        ("    address: https://example.org/a\n", "", "address or a file"),
        ("title: X", "title: [", "YAML"),
    ],
)
def test_a_wrong_head_is_refused_by_name(right: str, wrong: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message) as caught:
        parse_front_matter(HEAD.replace(right, wrong, 1), "x.en.md")
    assert str(caught.value).startswith("x.en.md")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("{#what}", "", "anchor"),
        ("Sources: s1", "", "Sources"),
        ("Sources: s1", "Sources: s2", "unknown source 's2'"),
        ("## What", "### What", "section"),
        (BODY, "\n", "no section"),
    ],
)
def test_a_wrong_body_is_refused_with_its_line(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    folder = tmp_path / "guides"
    folder.mkdir()
    path = folder / "x.en.md"
    path.write_text(HEAD + BODY, encoding="utf-8")
    assert read_shipped(path).sections[0].anchor == "what"
    path.write_text((HEAD + BODY).replace(right, wrong, 1), encoding="utf-8")
    if message == "section":  # a deeper heading alone is still a section of its own name
        assert read_shipped(path).sections[0].heading == "What is X?"
        return
    with pytest.raises(CorpusError, match=message):
        read_shipped(path)


def test_a_missing_twin_and_a_dead_link_are_found() -> None:
    document = next(d for d in shipped_documents() if d.kind == "guide")
    alone = check_documents((document,))
    assert any("twin" in str(error) for error in alone)
    text = document.text + "[x](guide-nowhere#at-all)"
    changed = Document(**{**{f: getattr(document, f) for f in document.__dataclass_fields__}, "text": text})
    assert any("dead link to guide-nowhere#at-all" in str(error) for error in check_documents((changed,)))
