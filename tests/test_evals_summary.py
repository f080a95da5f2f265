"""Measures of a ranking, and the table at the end of a run."""

from __future__ import annotations

import math

import pytest

from corpus.document import Language
from evals.case import Case
from evals.ranking import ndcg, once, recall, reciprocal_rank
from evals.summary import bootstrap_interval, format_table, summarise


def test_ndcg_discounts_by_rank_and_is_one_for_the_best_order() -> None:
    gains = {"a": 2.0, "b": 1.0}
    best = 2 / math.log2(2) + 1 / math.log2(3)
    assert ndcg(["a", "b", "x"], gains, 10) == pytest.approx(1)
    assert ndcg(["b", "a"], gains, 10) == pytest.approx((1 / math.log2(2) + 2 / math.log2(3)) / best)
    assert ndcg(["x", "a"], gains, 1) == 0
    assert ndcg(["x"], {}, 10) == 0


def test_recall_is_the_share_of_the_right_ones_found() -> None:
    assert recall(["a", "x", "b"], {"a", "b"}, 2) == 0.5
    assert recall(["a", "x", "b"], {"a", "b"}, 3) == 1


def test_reciprocal_rank_is_of_the_first_right_one() -> None:
    assert reciprocal_rank(["x", "y", "b", "a"], {"a", "b"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x"], {"a"}) == 0


def test_passages_of_one_section_are_one_find() -> None:
    assert once(["a", "b", "a", "c", "b"]) == ["a", "b", "c"]


def test_the_interval_holds_the_mean_and_narrows_with_more_cases() -> None:
    low, high = bootstrap_interval([0.0, 1.0] * 10)
    assert 0.2 < low < 0.5 < high < 0.8
    narrow_low, narrow_high = bootstrap_interval([0.0, 1.0] * 500)
    assert narrow_high - narrow_low < (high - low) / 4
    assert bootstrap_interval([1.0] * 5) == (1.0, 1.0)


def test_the_table_counts_each_case_in_its_language_and_tags_and_leaves_out_the_unmeasured() -> None:
    def case(name: str, language: Language, *tags: str) -> Case:
        return Case(id=name, question="?", language=language, tags=tags)

    rows = summarise(
        [
            (case("a", "zh", "guide", "source:x:y"), {"key points": 1.0}),
            (case("b", "en", "guide"), {"key points": 0.0, "seconds": 3.0}),
            (case("c", "en", "paper"), {}),
        ]
    )
    found = {(row.metric, row.group): (row.n, row.mean) for row in rows}
    assert found == {
        ("key points", "all"): (2, 0.5),
        ("key points", "zh"): (1, 1.0),
        ("key points", "en"): (1, 0.0),
        ("key points", "guide"): (2, 0.5),
        ("seconds", "all"): (1, 3.0),
        ("seconds", "en"): (1, 3.0),
        ("seconds", "guide"): (1, 3.0),
    }
    assert [row.group for row in rows][:3] == ["all", "zh", "en"]
    assert len(format_table(rows).splitlines()) == 1 + len(rows)
