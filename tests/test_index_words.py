"""Words for search and comparison, in both languages."""

from __future__ import annotations

import pytest

from index.words import content_words, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大模型的推理成本", {"大模型", "推理成本", "成本"}),
        ("GPT-4 costs", {"gpt-4", "gpt", "4", "cost"}),
        ("ＬＬＭ　７Ｂ", {"llm", "7", "b"}),
        ("vLLM 的吞吐", {"vllm", "吞吐"}),
        ("3.5 million", {"3.5", "million"}),
    ],
)
def test_words_are_segmented_stemmed_and_kept_whole(text: str, expected: set[str]) -> None:
    assert expected <= set(words(text))


@pytest.mark.parametrize("text", ["怎样？", "What is the", "", "？！…", "🙂🙂"])
def test_what_only_asks_has_no_content(text: str) -> None:
    assert content_words(text) == []


def test_singular_and_plural_are_one_word() -> None:
    assert content_words("costs of models") == content_words("cost of a model")
