"""Runs side by side, and what is told of cases that are kept aside."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals.case import HELD_OUT, Case
from evals.explain import explain
from evals.graders import Score
from evals.outcome import Outcome
from evals.table import main, refusal_shares, table
from tests.doubles import answer_with_text


def a_record(language: str, expected: str, became: str, *tags: str, **scores: float) -> dict[str, object]:
    values = {name.replace("_", " "): {"value": value} for name, value in scores.items()}
    case = {"language": language, "status": expected, "tags": list(tags)}
    return {"case": case, "answer": {"status": became}, "scores": values}


def a_report(*records: dict[str, object]) -> dict[str, object]:
    return {"run": {"backend": "extractive", "begun": "2026-01-02"}, "cases": list(records)}


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (
            [("refused", "refused"), ("refused", "answered"), ("answered", "refused"), ("answered", "answered")],
            (0.5, 0.5),
        ),
        ([("refused", "refused"), ("answered", "answered")], (1.0, 1.0)),
        ([("answered", "refused")], (0.0, None)),
        ([("refused", "error")], (None, 0.0)),
        ([("answered", "partial")], (None, None)),
    ],
)
def test_refusals_have_a_precision_and_a_recall_or_none(
    pairs: list[tuple[str, str]], expected: tuple[float | None, float | None]
) -> None:
    assert refusal_shares(pairs) == expected


def test_each_column_counts_its_own_cases_and_what_was_not_measured_is_no_zero() -> None:
    report = a_report(
        a_record("zh", "answered", "answered", "guide", key_points=1.0),
        a_record("zh", "refused", "refused", "near-miss"),
        a_record("en", "answered", "refused", "across", key_points=0.5),
    )
    rows = {line.split(" | ")[0].strip("| "): line.strip("| ").split(" | ")[1:] for line in table([report]).split("\n")}
    assert table([report]).split("\n")[0] == (
        "|  | extractive, all | extractive, zh | extractive, en | extractive, across |"
    )
    assert rows["cases"] == ["3", "2", "1", "1"]
    assert rows["refusal precision"] == ["0.500", "1.000", "0.000", "0.000"]
    assert rows["refusal recall"] == ["1.000", "1.000", "–", "–"]
    assert rows["key points said"] == ["0.750", "1.000", "0.500", "0.500"]
    assert rows["figures right"] == ["–"] * 4


def test_the_command_prints_the_table_and_what_was_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(a_report(a_record("en", "answered", "answered", "guide"))), encoding="utf-8")
    assert main([str(path)]) == 0
    out = capsys.readouterr().out
    assert "| cases | 1 | 1 |" in out
    assert "backend extractive, begun 2026-01-02" in out


def test_of_a_case_that_is_kept_aside_only_the_scores_are_told() -> None:
    case = Case(
        id="a", question="How secret is this?", language="en", tags=("guide", HELD_OUT), key_points=(("this",),)
    )
    told = Outcome(case, (), answer_with_text("Very."), {"key points": Score(0.0, "missing: this")})
    assert explain(told).splitlines()[1:] == ["  key points: 0.00"]
    assert "How secret" in explain(replace(told, case=replace(case, tags=("guide",))))
