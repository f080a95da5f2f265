"""Generations: built aside, swapped in whole, checked when opened, reused when only some documents change."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from corpus.document import Document
from index.chunk import Chunk
from index.collection import Collection
from index.errors import CollectionDamagedError, CollectionMissingError, CollectionStaleError
from index.generation import Generation
from index.search import Searcher
from tests.doubles import HashEncoder, make_document


def some_documents(count: int = 6) -> list[Document]:
    texts = [f"Document {n} is about topic{n}. " * 20 for n in range(count - 1)] + ["推理成本是最大的开销。" * 20]
    return [make_document(text, name=f"d{n}", language="zh" if "推" in text else "en") for n, text in enumerate(texts)]


def chunks_of(generation: Generation) -> list[Chunk]:
    return [chunk for id in generation.documents for chunk in generation.documents.chunks_of(id)]


def built(folder: Path) -> tuple[Collection, Generation, HashEncoder]:
    encoder = HashEncoder()
    collection = Collection(folder)
    collection.add(some_documents())
    return collection, collection.build([encoder]), encoder


def test_what_was_built_is_what_is_opened(tmp_path: Path) -> None:
    collection, generation, encoder = built(tmp_path / "c")
    opened = collection.open([encoder.spec])
    assert dict(opened.documents) == dict(generation.documents)
    assert chunks_of(opened) == chunks_of(generation)
    for question, language in (("topic3", "en"), ("推理", "zh")):
        found = Searcher(generation, [encoder]).search(question, language=language)
        assert found
        assert found == Searcher(opened, [encoder]).search(question, language=language)


def test_only_new_passages_are_encoded(tmp_path: Path) -> None:
    collection, before, encoder = built(tmp_path / "c")
    encoder.encoded.clear()
    collection.add([make_document("A quite new text.", name="new")])
    after = collection.build([encoder])
    assert len(encoder.encoded) == 2  # the passage and the heading it stands under
    assert after.chunk_count == before.chunk_count + 1
    assert collection.remove("new")
    assert collection.build([encoder]).id == before.id
    assert not collection.remove("../lock")


def test_a_collection_without_an_index_says_so(tmp_path: Path) -> None:
    with pytest.raises(CollectionMissingError):
        Collection(tmp_path / "none").open([])


@pytest.mark.parametrize("other", [HashEncoder("other"), HashEncoder(languages=frozenset({"zh", "en"}))])
def test_another_encoder_is_refused_by_name(tmp_path: Path, other: HashEncoder) -> None:
    collection, _, _ = built(tmp_path / "c")
    with pytest.raises(CollectionStaleError) as caught:
        collection.open([other.spec])
    assert caught.value.field == "encoders"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 1}', "null"])
def test_a_broken_manifest_is_damage(tmp_path: Path, text: str) -> None:
    collection, generation, encoder = built(tmp_path / "c")
    next((tmp_path / "c" / "generations").glob("*.json")).write_text(text, encoding="utf-8")
    with pytest.raises((CollectionDamagedError, CollectionStaleError)):
        collection.open([encoder.spec])
    assert collection.build([encoder]).id == generation.id
    assert collection.open([encoder.spec]).id == generation.id


def test_old_generations_are_swept_but_the_last_one(tmp_path: Path) -> None:
    collection, first, encoder = built(tmp_path / "c")
    ids = [first.id]
    for number in range(3):
        collection.add([make_document(f"Text number {number}.", name=f"n{number}")])
        ids.append(collection.build([encoder]).id)
    left = {path.name.partition("-")[0] for path in (tmp_path / "c" / "generations").iterdir()}
    assert left == set(ids[-2:])


def test_a_document_survives_the_way_to_disk(tmp_path: Path) -> None:
    document = dataclasses.replace(some_documents()[0], title='引号 " and \u2028 line', address="/a/b")
    collection = Collection(tmp_path / "c")
    collection.add([document])
    assert collection.user_documents() == [document]
    path = next((tmp_path / "c" / "documents").glob("*.json"))
    path.write_text(json.dumps({"id": 1}), encoding="utf-8")
    with pytest.raises(CollectionDamagedError, match=path.name):
        collection.user_documents()
