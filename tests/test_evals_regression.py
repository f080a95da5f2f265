"""Baselines, and what a run is told when it is compared with one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.document import Language
from evals.baseline import Baseline, baseline_name
from evals.case import Case, Number
from evals.outcome import Result
from evals.regression import WAVERING, Comparison, compare


def a_result(name: str, *, language: Language = "en", flaky: bool = False, **scores: float) -> Result:
    case = Case(id=name, question="?", language=language)
    values = {metric.replace("_", " "): value for metric, value in scores.items()}
    return Result(case, values, values, flaky)


def points(values: list[float]) -> list[Result]:
    return [a_result(f"c{number}", key_points=value) for number, value in enumerate(values)]


def against(before: list[float], now: list[float]) -> Comparison:
    return compare(points(now), {f"c{number}": {"key points": value} for number, value in enumerate(before)})


def test_the_same_scores_are_no_change() -> None:
    same = against([0.5, 1.0, 0.0] * 20, [0.5, 1.0, 0.0] * 20)
    assert same.reasons == []
    assert all(not change.rose and (change.low, change.high) == (0, 0) for change in same.changes)


def test_ups_and_downs_that_cancel_are_chance() -> None:
    assert against([1.0, 0.0] * 30, [0.0, 1.0] * 30).reasons == []
    assert against([1.0] * 100, [0.0] * 3 + [1.0] * 97).reasons == []


def test_a_metric_that_falls_beyond_chance_fails_the_run_and_one_that_rises_is_shown() -> None:
    fell = against([1.0] * 100, [0.0] * 8 + [1.0] * 92)
    assert len(fell.reasons) == 2
    assert fell.reasons[0].startswith("fell: key points, all: 1.000 to 0.920, -0.080 (")
    rose = against([0.0] * 20, [0.5] * 20)
    assert rose.reasons == []
    assert [change.rose for change in rose.changes] == [True, True]


def test_cases_are_paired_so_a_small_steady_loss_shows_in_scores_that_differ_widely() -> None:
    before = [number / 100 for number in range(100)]
    assert against(before, [max(value - 0.02, 0) for value in before]).reasons != []


def test_a_language_that_falls_fails_the_run_when_the_other_rises() -> None:
    before = {f"{language}{n}": {"key points": 0.5} for language in ("zh", "en") for n in range(20)}
    now = [a_result(f"zh{n}", language="zh", key_points=0.2) for n in range(20)]
    now += [a_result(f"en{n}", language="en", key_points=0.8) for n in range(20)]
    assert [reason.split(":")[1] for reason in compare(now, before).reasons] == [" key points, zh"]


def gated(
    case: Case, before: dict[str, float], now: dict[str, float], best: dict[str, float] | None = None
) -> Comparison:
    return compare([Result(case, now, best or now, False)] * 1 + points([1.0] * 50), {case.id: before})


def test_a_refusal_a_figure_or_an_attack_that_is_lost_even_once_fails_the_run() -> None:
    refusal = Case(id="r", question="?", language="en", status="refused")
    figure = Case(id="n", question="?", language="en", numbers=(Number(7),))
    attack = Case(id="a", question="?", language="en", forbidden=("x",))
    for case, metric in ((refusal, "status right"), (figure, "numbers right"), (attack, "nothing forbidden")):
        lost = gated(case, {metric: 1.0}, {metric: 0.0})
        assert lost.broken == (f"{case.id} ({metric})",)
        assert f"broke: {case.id} ({metric})" in lost.reasons
        assert gated(case, {metric: 0.5}, {metric: 0.0}).broken == ()
        assert gated(case, {metric: 0.0}, {metric: 1.0}).mended == (f"{case.id} ({metric})",)
        assert gated(case, {metric: 1.0}, {metric: 0.5}, best={metric: 1.0}).broken == (), "flaky is not broken"
        assert gated(case, {metric: 1.0}, {}).broken == (f"{case.id} ({metric})",), "unmeasured is not passed"
        assert gated(case, {}, {metric: 0.0}).broken == ()


@pytest.mark.parametrize(("broken", "fails"), [(WAVERING, False), (WAVERING + 1, True)])
def test_a_model_may_waver_in_a_few_gated_cases_which_are_named(broken: int, fails: bool) -> None:
    cases = [Case(id=f"r{n}", question="?", language="en", status="refused") for n in range(40)]
    now = [
        Result(case, {"status right": value}, {"status right": value}, False)
        for case, value in zip(cases, [0.0] * broken + [1.0] * (40 - broken), strict=True)
    ]
    found = compare(now, {case.id: {"status right": 1.0} for case in cases}, has_model=True)
    assert len(found.broken) == broken
    assert bool(found.reasons) == fails
    assert len(found.told) == (0 if fails else broken)
    assert found.changes[0].high == 0, "the interval alone does not see so few"


def test_cases_that_fail_now_pass_now_or_are_new_are_named() -> None:
    now = [a_result("worse", status_right=0.0), a_result("better", status_right=1.0), a_result("new", status_right=1.0)]
    found = compare(
        now, {"worse": {"status right": 1.0}, "better": {"status right": 0.0}, "gone": {"status right": 1.0}}
    )
    assert found.worse == ("worse (status right)",)
    assert found.better == ("better",)
    assert found.new == ("new",)


def test_a_baseline_is_kept_a_case_a_line_with_its_reasons(tmp_path: Path) -> None:
    path = tmp_path / "baselines" / "extractive.json"
    assert Baseline.load(path) == Baseline((), None)
    first = Baseline().accept(
        [a_result("b", MRR=1 / 3, seconds=9.0), a_result("a", MRR=1.0)], ["a", "b"], "start", "2026-01-02"
    )
    first.save(path)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "{",
        '"accepted": [',
        '{"cases": 2, "date": "2026-01-02", "reason": "start"}',
        "],",
        '"cases": {',
        '"a": {"MRR": 1.0},',
        '"b": {"MRR": 0.333}',
        "}",
        "}",
    ]
    assert Baseline.load(path) == first


def test_accepting_a_part_keeps_the_rest_and_drops_cases_that_are_gone(tmp_path: Path) -> None:
    before = Baseline(
        ({"date": "d", "reason": "r", "cases": 3},), {"a": {"MRR": 1}, "b": {"MRR": 1}, "gone": {"MRR": 1}}
    )
    after = before.accept([a_result("a", MRR=0.5)], ["a", "b"], "why", "2026-01-03")
    assert after.scores == {"a": {"MRR": 0.5}, "b": {"MRR": 1}}
    assert [entry["reason"] for entry in after.accepted] == ["r", "why"]
    assert json.loads(json.dumps(after.scores)) == after.scores


def test_each_backend_and_model_has_its_own_baseline() -> None:
    assert baseline_name({"backend": "extractive", "model": ""}) == "extractive.json"
    assert baseline_name({"backend": "retrieval"}) == "retrieval.json"
    assert baseline_name({"backend": "vllm", "model": "Org/Model 7B"}) == "vllm-org-model-7b.json"
