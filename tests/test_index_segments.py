"""Segments: what is found does not depend on how documents came to lie in them, and an addition writes what is new."""

from __future__ import annotations

import gc
import os
import random
import shutil
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

from corpus.document import Document
from index.basis import Basis
from index.chunk import Hit
from index.collection import Collection
from index.entry import Entry, entry_of
from index.errors import CollectionBusyError, CollectionDamagedError
from index.generation import Generation
from index.merging import merge
from index.plan import Chosen, choose, to_merge
from index.search import Searcher
from index.segment import Segment
from index.space import Space
from index.vectors import VectorTable
from index.write_lock import WriteLock
from tests.doubles import HashEncoder, make_document
from tests.synthetic_texts import SyntheticEncoder, documents, questions

SPEC = HashEncoder().spec
QUESTIONS = ("topic3 word5", "word7 of topic1", "推理 成本", "heading 2", "nothing of it is known")


def many_documents(count: int = 24) -> list[Document]:
    return [
        make_document(
            " ".join(f"Sentence {k} of topic{n} says word{(n * k) % 9}." for k in range(30))
            if n % 5
            else f"第{n}份文件讲推理成本和topic{n}。" * 12,
            name=f"d{n:02}",
            language="en" if n % 5 else "zh",
            heading=f"Heading {n % 4}",
        )
        for n in range(count)
    ]


def found(generation: Generation) -> list[list[Hit]]:
    searcher = Searcher(generation, [HashEncoder()])
    return [searcher.search(text, language="en", limit=15) for text in QUESTIONS]


def test_scores_do_not_depend_on_segments_order_or_history(tmp_path: Path) -> None:
    every = many_documents()
    whole = Generation.build(every, [HashEncoder()])
    piecewise = Collection(tmp_path / "c")
    chance = random.Random(3)
    order = chance.sample(every, len(every))
    for first in range(0, len(order), 5):
        piecewise.add(order[first : first + 5])
        piecewise.add([make_document(f"To be replaced. {first} " * 30, name="d03")])  # and to be masked
        generation = piecewise.build([HashEncoder()])
    piecewise.add([every[3]])
    generation = piecewise.build([HashEncoder()])
    assert len(generation.views) > 1
    assert any(view.living is not None for view in generation.views)
    assert generation.id == whole.id
    assert found(generation) == found(whole)
    assert all(found(whole)[:4])


def test_merged_segments_are_what_a_build_of_their_documents_is() -> None:
    every = many_documents(15)
    basis = Basis((Space(SPEC, {}),))
    segments = [Segment.build(every[n::3], basis, [HashEncoder()], [{}]) for n in range(3)]
    living = {document.id for document in every} - {"d01", "d05"}
    merged = merge([(segment, living & segment.entries.keys()) for segment in segments], basis)
    kept = [document for document in every if document.id in living]
    built = Segment.build(kept, basis, [HashEncoder()], [{}])
    assert merged.id == built.id
    assert merged.head(basis) == built.head(basis)
    assert merged.files().keys() == built.files().keys()
    for name, data in merged.files().items():
        assert bytes(data) == bytes(built.files()[name]), name


def test_removing_encodes_nothing(tmp_path: Path) -> None:
    encoder = HashEncoder()
    collection = Collection(tmp_path / "c")
    collection.add(many_documents(12))
    collection.update([encoder])
    encoder.encoded.clear()
    collection.remove("d01")
    assert "d01" not in collection.build([encoder]).documents
    assert encoder.encoded == []


def test_what_was_removed_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "c")
    collection.add([*many_documents(), make_document("The secret is xylophone.", name="secret")])
    collection.update([HashEncoder()])
    assert collection.remove("secret")
    collection.update([HashEncoder()])
    files = [path for path in (tmp_path / "c").rglob("*") if path.is_file()]
    assert not [path for path in files if b"xylophon" in path.read_bytes() or b"secret" in path.read_bytes()]


def test_an_addition_leaves_large_segments_as_they_are(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "c")
    collection.add(many_documents())
    large = next(view.segment.id for view in collection.build([HashEncoder()]).views)
    collection.add([make_document("A new text.", name="new")])
    before = (tmp_path / "c" / "segments" / large / "chunks").stat().st_ino
    generation = collection.build([HashEncoder()])
    assert len(generation.views) == 2
    assert (tmp_path / "c" / "segments" / large / "chunks").stat().st_ino == before


def test_a_running_program_reads_only_new_segments(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "c")
    collection.add(many_documents())
    before = collection.build([HashEncoder()])
    collection.add([make_document("A new text.", name="new")])
    after = collection.build([HashEncoder()], reuse=before)
    assert before.views[0].segment in [view.segment for view in after.views]


def test_a_build_that_was_killed_goes_on_with_the_segments_it_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(HashEncoder):
        def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[override,type-arg]
            if len(self.encoded) > 20:
                raise KeyboardInterrupt
            return super().encode(texts)

    monkeypatch.setattr("index.rebuilding._BATCH_CHARACTERS", 2000)
    collection = Collection(tmp_path / "c")
    collection.add(many_documents())
    dying = Dying()
    with pytest.raises(KeyboardInterrupt):
        collection.update([dying])
    encoder = HashEncoder()
    generation = collection.build([encoder])
    assert generation.chunk_count == Generation.build(many_documents(), []).chunk_count
    assert not set(encoder.encoded) & {text for text in dying.encoded if "topic1 " in text}
    assert len(encoder.encoded) < len(dying.encoded) + len(encoder.encoded)


def test_a_damaged_segment_is_built_again_and_the_rest_is_kept(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "c")
    collection.add(many_documents())
    collection.update([HashEncoder()])
    collection.add([make_document("A new text.", name="new")])
    small = min(collection.build([HashEncoder()]).views, key=lambda view: view.segment.size).segment.id
    (tmp_path / "c" / "segments" / small / "chunks").write_bytes(b"?")
    with pytest.raises(CollectionDamagedError, match=small):
        collection.open([SPEC])
    previous = collection.open_previous([SPEC])
    assert previous is not None
    assert "new" not in previous.documents
    assert len(list(collection.damages([SPEC]))) == 1
    encoder = HashEncoder()
    assert "new" in collection.build([encoder]).documents
    assert len(encoder.encoded) == 2


def test_a_folder_made_to_do_harm_harms_nothing(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "c")
    collection.add(many_documents(5))
    generation = collection.build([HashEncoder()])
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine", encoding="utf-8")
    segment = tmp_path / "c" / "segments" / generation.views[0].segment.id
    (segment / "evil.pkl").write_bytes(b"cos\nsystem\n(S'touch harmed'\ntR.")
    (tmp_path / "c" / "segments" / ("f" * 24)).symlink_to(outside)
    (tmp_path / "c" / "generations" / "link").symlink_to(outside)
    os.mkfifo(segment / "pipe")
    assert collection.open([SPEC]).id == generation.id
    collection.add([make_document("A new text.", name="new")])
    assert "new" in collection.build([HashEncoder()]).documents
    assert (outside / "file").read_text(encoding="utf-8") == "mine"
    chunks = segment / "chunks"
    shutil.copy(chunks, outside / "chunks")
    chunks.unlink()
    chunks.symlink_to(outside / "chunks")
    with pytest.raises(CollectionDamagedError, match="not a regular file"):
        collection.open([SPEC])


@pytest.mark.parametrize("current", ["../../outside", "0" * 16, "", "g" * 33, "\x00", "f" * 16 + "-" + "f" * 16])
def test_a_pointer_to_nowhere_is_damage(tmp_path: Path, current: str) -> None:
    collection = Collection(tmp_path / "c")
    collection.add(many_documents(5))
    collection.update([HashEncoder()])
    (tmp_path / "c" / "current").write_text(current, encoding="utf-8")
    with pytest.raises(Exception, match="indexed|generation|missing") as caught:
        collection.open([SPEC])
    assert type(caught.value).__name__ in ("CollectionDamagedError", "CollectionMissingError")


def test_a_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    told: list[str] = []

    def second() -> None:
        try:
            with WriteLock(tmp_path / "lock", wait_s=0.1):
                told.append("entered")
        except CollectionBusyError as error:
            told.append(str(error))

    with WriteLock(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert f"process {os.getpid()} since" in told[0]


def test_the_nearest_are_found_without_comparing_all() -> None:
    encoder = SyntheticEncoder()
    rows = encoder.encode([document.text for document in documents(6000)])
    table = VectorTable(rows)
    queries = encoder.encode(questions(20, of_documents=6000))
    shares = []
    for query in queries:
        exact = set(np.argsort(-(rows @ query))[:10].tolist())
        near = table.nearest(query, 1000)
        best = near[np.argsort(-table.cosines(query, near))[:10]]
        shares.append(len(exact & set(best.tolist())) / 10)
        assert len(near) == 1000
    assert np.mean(shares) >= 0.98


def entry(name: str, chunks: int) -> Entry:
    made = entry_of(make_document(name, name=name), chunks)
    return made


def chosen(name: str, size: int) -> Chosen:
    return Chosen(name, {name: entry(name, size)}, frozenset({name}))


@pytest.mark.parametrize(
    ("sizes", "merged"),
    [
        ([1, 5000], []),
        ([1, 1, 5000], [0, 1]),
        ([3000, 5000], [0, 1]),
        ([1, 2, 8], []),
        ([1, 1, 2, 8], [0, 1, 2]),
        ([], []),
    ],
)
def test_small_segments_are_merged_before_they_are_many(sizes: list[int], merged: list[int]) -> None:
    segments = [chosen(f"s{n}", size) for n, size in enumerate(sizes)]
    wanted = [f"s{n}" for n in range(len(sizes))]
    assert [segment.id for segment in to_merge(segments, wanted)] == [f"s{n}" for n in merged]


def test_each_document_is_taken_from_one_segment() -> None:
    a, b = entry("a", 1), entry("b", 1)
    picked, missing = choose({"a": a.fingerprint, "b": b.fingerprint, "c": "?"}, {"x": {"a": a}, "y": {"a": a, "b": b}})
    assert [(segment.id, set(segment.documents)) for segment in picked] == [("y", {"a", "b"})]
    assert missing == ["c"]


def test_an_index_that_nobody_uses_any_more_is_freed_at_once() -> None:
    gc.collect()
    gc.disable()  # it is large, and garbage may not be looked for among what was loaded at a start
    try:
        generation = Generation.build(many_documents(), [HashEncoder()])
        searcher = Searcher(generation, [HashEncoder()])
        assert searcher.search("topic3 word5", language="en")
        gone = [weakref.ref(generation), weakref.ref(generation.views[0].segment)]
        del generation, searcher
        assert [reference() for reference in gone] == [None, None]
    finally:
        gc.enable()
