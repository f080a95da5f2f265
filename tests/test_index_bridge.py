"""Chinese into the space of an English embedder, learned from twins; relevance that knows what it does not know."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.document import Document, Language, Section
from index import twins as twins_module
from index.bridge import Bridge
from index.collection import Collection
from index.encoder import EncoderSpec, Vectors
from index.files import read_part, write_part
from index.generation import Generation
from index.search import UNASKED, Searcher
from index.words import words


def document(name: str, text: str, language: Language = "zh", heading: str = "", twin: str = "") -> Document:
    section = Section(heading, 0, len(text), anchor="a" if twin else "")
    return Document(f"{name}-{language}", name, language, text, (section,), twin=twin, sha256=text)


class ByWords:
    """English words to fixed random directions: texts that share words are near."""

    spec = EncoderSpec("by-words", frozenset({"en"}))
    dimensions = 64

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `index.encoder.Encoder`."""
        rows = [sum((_direction(word) for word in words(text)), np.zeros(64)) for text in texts]
        return np.array([row / (np.linalg.norm(row) or 1) for row in rows], dtype=np.float32)


def _direction(word: str) -> Vectors:
    return np.random.default_rng(list(word.encode())).normal(size=64).astype(np.float32)


def test_digits_and_latin_letters_are_told_from_han_without_a_space() -> None:
    assert words("2013年GPT-4是什么") == ["2013", "年", "gpt-4", "gpt", "4", "是", "什么"]


def test_an_unknown_name_is_cut_alike_before_every_word() -> None:
    assert words("潘淑是哪里人")[:2] == words("潘淑")


def test_a_share_counts_unknown_words_in_the_whole() -> None:
    documents = [document("a", "apple pear", "en"), document("b", "plum", "en")]
    searcher = Searcher(Generation.build(documents, []))
    scores = [searcher.search(text, language="en")[0].score for text in ("plum", "plum unheard", "plum plum")]
    assert scores[0] > scores[1] > 0
    assert scores[2] == scores[0]


def test_a_bridge_leads_a_text_to_the_vector_of_its_translation() -> None:
    texts = ["现金 跑道", "显卡 租金", "招聘 人才", "合规 备案"]
    vectors = np.eye(4, dtype=np.float32)
    bridge = Bridge.learn(texts, vectors)
    assert [int(np.argmax(row)) for row in bridge.encode(["跑道", "租金", "人才", "备案"])] == [0, 1, 2, 3]
    assert not bridge.encode(["xyz"]).any()


def test_a_saved_bridge_encodes_as_before(tmp_path: Path) -> None:
    bridge = Bridge.learn(["现金 跑道", "显卡 租金"], np.eye(2, dtype=np.float32))
    write_part(tmp_path / "bridge", {}, bridge.files())
    again = Bridge.load(read_part(tmp_path / "bridge"), bridge.fingerprint)
    assert np.array_equal(again.encode(["跑道"]), bridge.encode(["跑道"]))
    assert again.fingerprint == bridge.fingerprint


def test_a_chinese_question_finds_an_english_document_through_the_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins_module, "FEWEST_TWINS", 1)
    pairs = [
        ("现金能用多久", "how long will the cash last"),
        ("显卡租还是买", "rent or buy cards"),
        ("先招谁", "hire whom first"),
    ]
    shipped = [
        found
        for n, (zh, en) in enumerate(pairs)
        for found in (
            document(f"twin{n}", zh, "zh", zh, f"twin{n}-en"),
            document(f"twin{n}", en, "en", en, f"twin{n}-zh"),
        )
    ]
    mine = [document("mine", "rent cards or buy cards", "en"), document("other", "whom did they hire first", "en")]
    encoder = ByWords()
    searcher = Searcher(Generation.build([*shipped, *mine], [encoder]), [encoder])
    found = [hit.chunk.document_id for hit in searcher.search("显卡租还是买", language="zh")]
    assert "mine-en" in found
    assert "other-en" not in found
    assert "twin1-en" not in found  # its Chinese twin is shown instead
    assert found[0] == "twin1-zh"


def test_relevance_falls_when_the_collection_has_no_words_for_the_question() -> None:
    searcher = Searcher(Generation.build([document("a", "cash runway in months", "en")], []))
    plain = searcher.search("cash runway", language="en")[0]
    strange = searcher.search("cash runway of the zoological okapi", language="en")[0]
    assert plain.relevance == pytest.approx(UNASKED * math.sqrt(plain.score))
    assert strange.relevance < 0.8 * UNASKED * math.sqrt(strange.score)


def test_a_generation_that_is_loaded_finds_what_the_built_one_found(tmp_path: Path) -> None:
    documents = [document("a", "cash runway", "en"), document("b", "hire people", "en")]
    built = Generation.build(documents, [ByWords()])
    collection = Collection(tmp_path / "c")
    collection.add(documents)
    loaded = collection.build([ByWords()])
    both = [Searcher(g, [ByWords()]).search("cash", language="en") for g in (built, loaded)]
    assert both[0] == both[1] != []
