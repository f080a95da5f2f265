"""An optional cross-encoder: a real, tiny one with random weights orders what the search found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from assistant.app import Workspace
from assistant.home import Home
from assistant.settings import Settings
from corpus.document import Document, Section
from index.errors import EncoderError
from index.generation import Generation
from index.reranker import DEPTH, CrossEncoderReranker, RerankedSearcher, reordered
from index.search import Searcher
from serving.errors import ModelMissingError

TEXTS = ["cash runway in months", "cash and rent", "cash for hiring", "cash, tax and cash flow"]


def documents(texts: Sequence[str]) -> list[Document]:
    return [
        Document(id=f"d{n}", title="", language="en", text=text, sections=(Section("", 0, len(text)),), sha256=str(n))
        for n, text in enumerate(texts)
    ]


def cross_encoder(folder: Path, labels: int = 1) -> Path:
    folder.mkdir(parents=True)
    words = sorted({word.strip(",") for text in TEXTS for word in text.split()})
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]), "utf-8")
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


class Backwards:
    """The longest passage first."""

    def scores(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        """See `Reranker`."""
        return [len(passage) for passage in passages]


def test_hits_change_places_and_the_place_keeps_its_score() -> None:
    hits = Searcher(Generation.build(documents(TEXTS), [])).search("cash runway", language="en")
    found = reordered("cash runway", hits, Backwards())
    assert [len(hit.chunk.indexed_text) for hit in found] == sorted((len(t) + 1 for t in TEXTS), reverse=True)
    assert [hit.score for hit in found] == [hit.score for hit in hits]
    assert {(hit.chunk.id, hit.relevance) for hit in found} == {(hit.chunk.id, hit.relevance) for hit in hits}
    assert reordered("cash", [], Backwards()) == []


def test_what_lies_deeper_than_is_read_again_stays_behind() -> None:
    many = documents([f"cash {'rent ' * n}" for n in range(DEPTH + 5)])
    generation = Generation.build(many, [])
    plain = Searcher(generation).search("cash", language="en", limit=DEPTH + 5)
    found = RerankedSearcher(generation, [], Backwards()).search("cash", language="en", limit=DEPTH + 5)
    assert found[DEPTH:] == plain[DEPTH:]
    assert found[:DEPTH] != plain[:DEPTH]
    assert len(RerankedSearcher(generation, [], Backwards()).search("cash", language="en", limit=3)) == 3


def test_a_real_cross_encoder_orders_the_same_way_each_time(tmp_path: Path) -> None:
    folder = cross_encoder(tmp_path / "model")
    first, second = (CrossEncoderReranker(folder).scores("cash \ud83d runway", TEXTS) for _ in range(2))
    assert first == second
    assert len(set(first)) == len(TEXTS)


def test_a_folder_without_a_cross_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="cannot be loaded.*assistant.toml"):
        CrossEncoderReranker(tmp_path).scores("cash", TEXTS)
    folder = cross_encoder(tmp_path / "model", labels=3)
    with pytest.raises(EncoderError, match="gives 3 scores"):
        CrossEncoderReranker(folder).scores("cash", TEXTS)


def test_the_settings_name_a_reranker_that_was_taken_over_from_a_folder(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    home.settings.write_text('[index]\nreranker = "bge-reranker-v2-m3"\n', encoding="utf-8")
    workspace = Workspace(home, Settings.load(home))
    generation = Generation.build(documents(TEXTS), [])
    with pytest.raises(ModelMissingError, match="models pull bge-reranker-v2-m3"):
        workspace.searcher(generation)
    workspace.models.adopt(workspace.catalog.find("bge-reranker-v2-m3"), cross_encoder(tmp_path / "model"))
    found = workspace.searcher(generation).search("cash runway", language="en")
    plain = Searcher(generation).search("cash runway", language="en")
    assert sorted(hit.chunk.id for hit in found) == sorted(hit.chunk.id for hit in plain)
    assert [hit.chunk.id for hit in found] != [hit.chunk.id for hit in plain]
