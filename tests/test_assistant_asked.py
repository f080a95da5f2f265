"""A question for one fact names what no passage has; a compound is had where its parts are."""

from __future__ import annotations

import pytest

from assistant.evidence.asked import Read, read_fact, unanswered


@pytest.mark.parametrize(
    ("text", "is_missing"),
    [
        ("量化由此降低推理服务成本，每月账单减半。", False),
        ("量化由此降低推理成本。", False),
        ("量化降低推理时的显存。", True),
        ("量化降低训练成本。", True),
    ],
)
def test_a_chinese_compound_is_had_where_all_its_parts_are(text: str, is_missing: bool) -> None:
    fact = read_fact("量化能省多少推理成本？", "zh")
    assert fact is not None
    assert ("推理成本" in unanswered(fact, [Read(text)], None, lambda word: ())) is is_missing
