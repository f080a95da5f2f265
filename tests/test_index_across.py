"""Two ways into an encoder's space: the bridge within a language, a table of words across languages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.document import Document
from index import twins as twins_module
from index.basis import Basis
from index.bridge import Bridge
from index.collection import Collection
from index.encoder import Encoder, EncoderSpec, Vectors
from index.errors import CollectionStaleError
from index.generation import Generation
from index.scoring import FOREIGN
from index.search import UNASKED, Searcher
from index.space import Reading, Space, Way
from index.words import words
from tests.doubles import HashEncoder, make_document

ENGLISH = HashEncoder()
MEANS = {"货车": "truck", "绕路": "detour", "苹果": "apple", "碰伤": "bruise", "夜班": "night"}
BRIDGE = Bridge.learn(["货车 绕路", "苹果 碰伤", "夜班"], np.eye(3, 32, dtype=np.float32))


class Table:
    """Chinese words into the space of the English double, by a dictionary."""

    spec = EncoderSpec("table", frozenset({"zh"}), into=ENGLISH.spec.name)
    dimensions = ENGLISH.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `index.encoder.Encoder`."""
        return HashEncoder().encode([" ".join(MEANS.get(word, word) for word in words(text)) for text in texts])


def readers() -> list[Encoder]:
    return [HashEncoder(), Table()]


def some_documents() -> list[Document]:
    return [
        make_document("A truck took a detour.", name="truck-en"),
        make_document("The apple has a bruise.", name="apple-en"),
        make_document("货车绕路了。", name="truck-zh", language="zh"),
        make_document("苹果碰伤了。", name="apple-zh", language="zh"),
    ]


@pytest.mark.parametrize(
    ("space", "within", "across"),
    [
        (Space(ENGLISH.spec), None, None),
        (Space(ENGLISH.spec, {"zh": BRIDGE}), Way.BRIDGE, Way.BRIDGE),
        (Space(ENGLISH.spec, {}, {"zh": Table.spec}), None, Way.TABLE),
        (Space(ENGLISH.spec, {"zh": BRIDGE}, {"zh": Table.spec}), Way.BRIDGE, Way.TABLE),
        (Space(EncoderSpec("both", frozenset({"zh", "en"}))), Way.ENCODER, Way.ENCODER),
    ],
)
def test_each_way_is_taken_where_it_is_better(space: Space, within: Way | None, across: Way | None) -> None:
    assert (space.way("zh", across=False), space.way("zh", across=True)) == (within, across)
    assert space.way("en", across=False) is space.way("en", across=True) is Way.ENCODER


def test_a_question_is_held_against_texts_that_were_read_for_it() -> None:
    basis = Basis((Space(ENGLISH.spec, {"zh": BRIDGE}, {"zh": Table.spec}),))
    bridged, tabled, read = basis.readings
    assert bridged == Reading(0, "zh", Way.BRIDGE)
    assert tabled == Reading(0, "zh", Way.TABLE)
    assert read == Reading(0, "en", Way.ENCODER)
    assert basis.asked("zh") == [(0, Way.BRIDGE), (2, Way.TABLE)]
    assert basis.asked("en") == [(1, Way.ENCODER), (2, Way.ENCODER)]


@pytest.mark.parametrize(
    ("question", "language", "found"),
    [("货车为什么绕路？", "zh", "truck-en"), ("Why did the truck make a detour?", "en", "truck-zh")],
)
def test_a_table_finds_across_languages_without_twins(question: str, language: str, found: str) -> None:
    foreign = [document for document in some_documents() if document.language != language]
    searcher = Searcher(Generation.build(foreign, readers()), readers())
    assert searcher.search(question, language=language)[0].chunk.document_id == found  # type: ignore[arg-type]
    assert not Searcher(Generation.build(foreign, [ENGLISH]), [ENGLISH]).seek(question, "zh", 1).meanings


def test_where_nothing_gives_texts_a_meaning_their_words_count_in_full() -> None:
    mixed = some_documents()
    alone = [document for document in mixed if document.language == "zh"]
    scores = []
    for documents, encoders in ((mixed, readers()), (alone, readers()), (alone, list[Encoder]())):
        hits = Searcher(Generation.build(documents, encoders), encoders).search("苹果", language="zh")
        scores.append(next(hit.score for hit in hits if hit.chunk.document_id == "apple-zh"))
    assert scores[0] == scores[1] == scores[2] > 0


def test_texts_in_another_language_change_no_score_of_the_askers_own() -> None:
    own = [document for document in some_documents() if document.language == "en"]
    found = [
        {
            hit.chunk.document_id: hit.score
            for hit in Searcher(Generation.build(documents, readers()), readers()).search("truck", language="en")
        }
        for documents in (own, some_documents())
    ]
    assert found[0].items() <= found[1].items()


def test_the_other_language_is_put_right_in_the_order_and_not_in_the_relevance() -> None:
    documents = [make_document("苹果碰伤了。", name="apple-zh", language="zh")]
    searcher = Searcher(Generation.build(documents, readers()), readers())
    (foreign,), (own,) = (searcher.search("苹果碰伤", language=language, limit=1) for language in ("en", "zh"))
    assert foreign.relevance == pytest.approx(UNASKED * math.sqrt(foreign.score / FOREIGN["en"]), abs=1e-5)
    assert own.relevance == pytest.approx(min(1.0, UNASKED * math.sqrt(own.score)), abs=1e-5)


def test_both_ways_survive_the_disk_a_merge_and_a_second_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins_module, "FEWEST_TWINS", 1)
    twins = _twins()
    whole = Generation.build([*twins, *some_documents()], readers())
    collection = Collection(tmp_path / "c", shipped=twins)
    for document in some_documents():
        collection.add([document])
        collection.update(readers())
    opened = collection.open([reader.spec for reader in readers()])
    assert opened.basis.record() == whole.basis.record()
    assert [reading.way for reading in opened.basis.readings] == [Way.BRIDGE, Way.TABLE, Way.ENCODER]
    for question, language in (("货车绕路", "zh"), ("bruise of an apple", "en")):
        once, again = (Searcher(g, readers()).search(question, language=language) for g in (whole, opened))  # type: ignore[arg-type]
        assert once == again != []
    encoder = HashEncoder()
    collection.build([encoder, Table()])
    assert encoder.encoded == []


def test_an_index_without_the_table_is_out_of_date_and_not_of_another_embedder(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "c")
    collection.add(some_documents())
    collection.update([HashEncoder()])
    with pytest.raises(CollectionStaleError) as caught:
        collection.check([reader.spec for reader in readers()])
    assert caught.value.field == "tables"
    encoder = HashEncoder()
    collection.update([encoder, Table()])
    collection.check([reader.spec for reader in readers()])
    assert encoder.encoded == []  # what the embedder read stays read


def test_a_table_without_its_embedder_is_left_out(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "c")
    collection.add(some_documents())
    built = collection.build([Table()])
    assert built.basis.spaces == ()
    assert collection.wanted_generation([Table.spec]) == built.id


def _twins() -> list[Document]:
    pairs = [("货车 绕路", "truck detour"), ("苹果 碰伤", "apple bruise"), ("夜班", "night")]
    found = []
    for n, (chinese, english) in enumerate(pairs):
        for text, language, other in ((chinese, "zh", "en"), (english, "en", "zh")):
            found.append(_twin(f"t{n}-{language}", text, language, f"t{n}-{other}"))
    return found


def _twin(name: str, text: str, language: str, twin: str) -> Document:
    document = make_document(text, name=name, language=language, heading=text)  # type: ignore[arg-type]
    return replace(document, twin=twin, sections=(replace(document.sections[0], anchor="a"),))
