"""Sentences are cut where people end them, with exact offsets."""

from __future__ import annotations

import pytest

from assistant.verifying.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一句。第二句！“第三句？”", ["第一句。", "第二句！", "“第三句？”"]),
        ("It costs $3.5 per hour. Next.", ["It costs $3.5 per hour.", "Next."]),
        ("Use vs. e.g. Fig. 2 here. Next.", ["Use vs. e.g. Fig. 2 here.", "Next."]),
        ("The A.V. Club of the U.S. praised it. Next.", ["The A.V. Club of the U.S. praised it.", "Next."]),
        ('They made the "Kerrang!" disc. "Oh?" Yes.', ['They made the "Kerrang!" disc.', '"Oh?"', "Yes."]),
        ("1. One item\n2. Two items", ["One item", "Two items"]),
        ("- **Bold**: text.\n  - nested", ["**Bold**: text.", "nested"]),
        ("A fact.[1] Another.[2][3]", ["A fact.[1]", "Another.[2][3]"]),
        ("成本很高。【1】然后呢", ["成本很高。【1】", "然后呢"]),
        ("| a | b |\n|---|---|\n| c. d | e |", ["| a | b |", "| c. d | e |"]),
        ("三点：1. 清洗；2. 去重。", ["三点：1. 清洗；", "2. 去重。"]),
        ("# 标题\n正文。", ["标题", "正文。"]),
        ("以下几点：\n\n\n", ["以下几点："]),
        ("...\n---\n", []),
        ("", []),
    ],
)  # fmt: skip
def test_sentences(text: str, expected: list[str]) -> None:
    spans = split_sentences(text)
    assert [span.text for span in spans] == expected
    assert all(text[span.start : span.end] == span.text for span in spans)
