"""The table of Chinese words: exact sums, traditional characters, unknown words, what is on disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from index.encoder import EncoderSpec
from index.errors import EncoderError
from index.static_table import StaticTable, pack, quantised, read_about, unpack

WORDS = ("模型", "成本", "汉", "语", "gpu")


def table() -> StaticTable:
    vectors = np.eye(len(WORDS), 8, dtype=np.float32) * np.array([[1], [2], [1], [1], [0.5]], dtype=np.float32)
    numbers, scales = quantised(vectors)
    return StaticTable(WORDS, {ord("漢"): "汉", ord("語"): "语"}, numbers, scales, {"name": "small@1", "encoder": "e"})


def test_a_text_is_the_sum_of_its_words_and_has_length_one() -> None:
    vector = table().encode(["模型的成本，GPU"])[0]
    assert np.allclose(vector, np.array([1, 2, 0, 0, 0.5, 0, 0, 0]) / np.sqrt(5.25), atol=0.01)
    assert np.isclose(np.linalg.norm(vector), 1)


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    assert np.array_equal(*table().encode(["漢", "汉"]))


def test_a_word_that_is_not_in_the_table_is_read_by_its_characters() -> None:
    assert table().rows_of("汉语") == [2, 3]


@pytest.mark.parametrize("text", ["", " \n", "🙂🙂", "\ud83d", "xyzzy", "''; DROP TABLE--", "魑魅"])
def test_a_text_without_a_known_word_is_zero(text: str) -> None:
    assert not table().encode([text]).any()


def test_a_text_has_the_same_bits_alone_and_among_others() -> None:
    texts = ["模型" * n + "成本 gpu" for n in range(1, 200)]
    together = table().encode(texts)
    assert all(np.array_equal(together[n], table().encode([text])[0]) for n, text in enumerate(texts))


def test_numbers_of_four_bits_are_packed_without_loss() -> None:
    numbers = np.arange(-7, 9, dtype=np.int8).clip(-7, 7).reshape(2, 8)
    assert np.array_equal(unpack(pack(numbers)), numbers)


def test_what_is_saved_encodes_as_before(tmp_path: Path) -> None:
    table().save(tmp_path)
    again = StaticTable.load(tmp_path)
    assert np.array_equal(again.encode(["模型，漢語"]), table().encode(["模型，漢語"]))
    assert again.spec == EncoderSpec("small@1", frozenset({"zh"}))


def test_a_damaged_table_is_refused_with_a_way_on(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="install this again"):
        read_about(tmp_path)
    table().save(tmp_path)
    (tmp_path / "words.txt").write_text("模型\n", encoding="utf-8")
    with pytest.raises(EncoderError, match="incomplete"):
        StaticTable.load(tmp_path)
    (tmp_path / "table.npy").write_bytes(b"")
    with pytest.raises(EncoderError, match="cannot be read"):
        StaticTable.load(tmp_path)


def test_the_shipped_table_names_the_data_it_is_made_from() -> None:
    about = read_about()
    assert about["licence"] == "CC-BY-SA-4.0"
    assert all(len(digest) == 64 for digest in about["made_from"].values())
    assert json.dumps(about)


def test_the_shipped_table_gives_the_bits_it_gave_when_it_was_made() -> None:
    table = StaticTable.load()
    assert len(table.words) > 50_000
    vectors = table.encode(["大模型创业公司怎样控制推理成本？", "我們試試看！"])
    assert vectors.tobytes().hex()[:32] == "d652443d97f120bd04841e3d569e763d"
