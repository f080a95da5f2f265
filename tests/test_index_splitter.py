"""Chunks are exact, small, whole and stable."""

from __future__ import annotations

import time

import pytest

from corpus.shipped import shipped_documents
from index.splitter import MAX_WEIGHT, split_document, split_documents, weigh
from tests.doubles import make_document


def test_chunks_of_the_shipped_corpus_are_exact_and_lose_nothing() -> None:
    for document in shipped_documents():
        chunks = split_document(document)
        for chunk in chunks:
            assert document.text[chunk.start : chunk.end] == chunk.text
            assert chunk.text == chunk.text.strip()
            assert weigh(chunk.text) <= MAX_WEIGHT * 1.05
        for section in document.sections:
            body = document.text[section.start : section.end]
            inside = [c for c in chunks if section.start <= c.start < section.end]
            assert "".join("".join(c.text for c in inside).split()) == "".join(body.split())


def test_the_same_document_gives_the_same_ids_and_a_changed_passage_another() -> None:
    one, same, other = (make_document(text) for text in ("Cost is high.", "Cost is high.", "Cost is low."))
    assert [c.id for c in split_document(one)] == [c.id for c in split_document(same)]
    assert split_document(one)[0].id != split_document(other)[0].id


def test_a_sentence_stays_with_the_list_it_leads_in() -> None:
    text = "Seven levers control cost:\n\n" + "\n".join(f"- Lever {n} saves something every month." for n in range(4))
    assert len(split_document(make_document(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "a" * 300_000,
        " " * 300_000 + "x",
        "[[[[" * 50_000,
        "****" * 50_000,
        "成本" * 100_000,
        "\n" * 200_000 + "y",
        "-\n" * 90_000,
    ],
)
def test_hostile_text_is_cut_in_seconds(text: str) -> None:
    started = time.monotonic()
    chunks = split_documents([make_document(text)])
    assert time.monotonic() - started < 20
    assert all(len(chunk.text) <= 1000 for chunk in chunks)
