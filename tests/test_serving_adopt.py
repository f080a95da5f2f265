"""Models that are taken over from a folder on this machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.app import Workspace
from assistant.home import Home
from assistant.settings import Settings
from index.encoder import EncoderSpec, PrefixedEncoder, Vectors
from serving.errors import FetchError, LicenceError
from serving.weights.catalog import Catalog
from serving.weights.store import ModelStore


def model_folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_model_that_names_no_files_is_taken_over_and_never_fetched(tmp_path: Path) -> None:
    store, model = ModelStore(tmp_path / "models"), Catalog.load().find("multilingual-e5-small")
    with pytest.raises(FetchError, match="models pull multilingual-e5-small --from DIR"):
        store.pull(model)
    assert not store.has(model)
    there = store.adopt(model, model_folder(tmp_path / "there"))
    assert (there / "model.safetensors").read_bytes() == b"weights"
    assert store.has(model)
    assert len(store.fingerprint(model)) == 64


def test_a_folder_that_is_no_model_or_another_one_is_refused(tmp_path: Path) -> None:
    store, catalog = ModelStore(tmp_path / "models"), Catalog.load()
    with pytest.raises(FetchError, match=r"no config.json"):
        store.adopt(catalog.find("bge-m3"), tmp_path)
    folder = model_folder(tmp_path / "there")
    with pytest.raises(FetchError):
        store.adopt(catalog.find("all-minilm-l6-v2"), folder)
    assert not store.has(catalog.find("all-minilm-l6-v2"))
    with pytest.raises(LicenceError):
        store.adopt(catalog.find("m3e-small"), folder)


class Reads:
    """Remembers what it was given."""

    spec = EncoderSpec("reads", frozenset({"en"}))
    dimensions = 1

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        self.read += texts
        return np.ones((len(texts), 1), dtype=np.float32)


def test_an_embedder_is_told_what_it_reads() -> None:
    inner = Reads()
    PrefixedEncoder(inner, "query: ").encode(["cash", "rent"])
    assert inner.read == ["query: cash", "query: rent"]


def test_questions_and_passages_are_put_to_the_same_embedder_with_other_prefixes(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    home.settings.write_text('[index]\nembedders = ["multilingual-e5-small"]\n', encoding="utf-8")
    workspace = Workspace(home, Settings.load(home))
    assert workspace.encoders() == []
    model = workspace.catalog.find("multilingual-e5-small")
    workspace.models.adopt(model, model_folder(tmp_path / "there"))
    (passages,) = workspace.encoders()
    assert isinstance(passages, PrefixedEncoder)
    assert (model.query_prefix, passages.prefix) == ("query: ", "passage: ")
    assert passages.spec.languages == {"zh", "en"}
