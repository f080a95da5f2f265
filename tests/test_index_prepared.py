"""A first start looks up the vectors of the shipped documents; whatever is not among them is read as ever."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from doubles import HashEncoder

from assistant.app import Workspace
from corpus.shipped import shipped_documents
from index.collection import Collection
from index.encoder import Encoder, SentenceEncoder
from index.errors import EncoderError
from index.prepared import PreparedEncoder, PreparedVectors
from index.preparing import Recording, prepare


def test_what_is_prepared_is_looked_up_and_the_rest_is_read() -> None:
    apart = HashEncoder()
    texts = ["chip prices", "rent or buy", "", "half of an emoji \ud83d"]
    prepared = PreparedVectors.of("hash", dict(zip(texts, apart.encode(texts), strict=True)))
    reading = HashEncoder()
    asked = ["unknown", texts[3], texts[1], "unknown too", texts[0]]
    rows = PreparedEncoder(reading, lambda: prepared).encode(asked)
    assert reading.encoded == ["unknown", "unknown too"]
    assert np.allclose(rows, apart.encode(asked), atol=1e-3)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)


def test_vectors_prepared_for_other_weights_are_left_alone() -> None:
    prepared = PreparedVectors.of("hash", {"text": np.ones(32, dtype=np.float32)})
    other = HashEncoder("other")
    rows = PreparedEncoder(other, lambda: prepared).encode(["text"])
    assert other.encoded == ["text"]
    assert np.array_equal(rows, HashEncoder().encode(["text"]))


def test_prepared_vectors_survive_the_disk_and_damage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    prepared = PreparedVectors.of("hash", {"a": np.ones(32, dtype=np.float32), "b": np.zeros(32, dtype=np.float32)})
    prepared.save(path)
    loaded = PreparedVectors.load(path)
    assert loaded.encoder == "hash"
    assert np.array_equal(loaded.rows, prepared.rows)
    assert loaded.places(["b", "c", "a"]).tolist() == prepared.places(["b", "c", "a"]).tolist()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(EncoderError, match="cannot be read"):
        PreparedVectors.load(path)


def test_all_of_the_shipped_documents_is_prepared_as_the_default_embedder_makes_it(
    shared_workspace: Workspace, embedder: Encoder, tmp_path: Path
) -> None:
    stand_in = HashEncoder(embedder.spec.name)
    recording = Recording(PreparedEncoder(stand_in))
    Collection(tmp_path, shipped=shipped_documents()).update([recording])
    assert stand_in.encoded == [], "documents or embedder changed: run `python -m index.preparing`"
    sample = random.Random(0).sample(sorted(recording.read), 20)
    model = shared_workspace.catalog.find("all-minilm-l6-v2")
    made = SentenceEncoder.load(shared_workspace.models.path(model), embedder.spec).encode(sample)
    closeness = (np.array([recording.read[text] for text in sample]) * made).sum(axis=1)
    assert closeness.min() > 0.9999


def test_preparing_keeps_all_that_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [document for document in shipped_documents() if document.language == "en"][:2]
    monkeypatch.setattr("index.preparing.shipped_documents", lambda: tuple(documents))
    reading = HashEncoder()
    prepared = prepare(reading)
    assert sorted(prepared.keys) == sorted(PreparedVectors.of("hash", dict.fromkeys(reading.encoded, np.ones(1))).keys)
