"""Plans in a company's own figures, and the profile that is kept for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.calculating.planner import Planner
from assistant.calculators.calculator import Calculator
from assistant.calculators.errors import MissingInputError
from assistant.calculators.registry import find_calculator
from assistant.profile import Company
from corpus.tables import load_tables

TABLES = load_tables()


def calculator(name: str) -> Calculator[Any]:
    found = find_calculator(name)
    assert found is not None
    return found


@pytest.fixture
def planner(tmp_path: Path) -> Planner:
    return Planner(TABLES, tmp_path / "company.toml")


def test_a_plan_says_its_value_and_a_question_with_what_went_in(planner: Planner) -> None:
    plan = planner.plan(calculator("runway"), {"cash": "$3M", "spending": "$260k/month", "revenue": "$60k/month"}, "en")
    assert plan.value == "15 months"
    assert plan.calculation.name == "runway"
    for said in ("15 months", "runway", "$3 million", "$260,000 a month"):
        assert said in plan.question


def test_what_is_missing_is_asked_for(planner: Planner) -> None:
    with pytest.raises(MissingInputError) as error:
        planner.plan(calculator("runway"), {"cash": " "}, "zh")
    assert "cash" in error.value.names


def test_the_profile_stands_in_for_empty_fields_and_the_plan_says_so(planner: Planner) -> None:
    assert planner.keep({"cash": "3000万元", "monthly_burn": "200万元/月"}, "zh") == {}
    fields = {field.name: field for field in planner.fields(calculator("runway"), "zh")}
    assert (fields["cash"].standard, fields["cash"].because) == ("3,000 万元", "取自公司档案")
    assert not fields["cash"].required
    plan = planner.plan(calculator("runway"), {}, "zh")
    assert plan.value == "15 个月"
    assert any("取自公司档案" in line for line in plan.calculation.assumed)


def test_what_was_not_changed_stays_exact_and_what_is_emptied_is_forgotten(planner: Planner, tmp_path: Path) -> None:
    Company(currency="USD", cash=3_123_456.78, headcount=12).save(tmp_path / "company.toml")
    assert planner.keep({"cash": "$3.123 million", "headcount": "", "stage": "seed"}, "en") == {}
    assert planner.company() == Company(stage="seed", currency="USD", cash=3_123_456.78)


def test_nothing_is_kept_when_one_text_is_wrong(planner: Planner) -> None:
    wrong = planner.keep({"cash": "$3M", "traffic": "much", "headcount": "-3"}, "en")
    assert wrong.keys() == {"traffic", "headcount"}
    assert planner.company() == Company()


def test_money_of_another_currency_can_take_the_place_of_what_is_emptied(planner: Planner) -> None:
    planner.keep({"cash": "$3M", "monthly_burn": "$1M/month"}, "en")
    assert planner.keep({"cash": "3000万元"}, "en").keys() == {"cash"}
    assert planner.keep({"cash": "", "monthly_burn": "", "currency": "CNY"}, "en") == {}
    assert planner.keep({"cash": "3000万元"}, "zh") == {}
    assert planner.company() == Company(currency="CNY", cash=30_000_000)


def test_a_curve_is_drawn_where_there_is_one(planner: Planner) -> None:
    pytest.importorskip("matplotlib")
    texts = {"cash": "$3M", "spending": "$260k/month", "revenue": "$60k/month"}
    assert "<svg" in planner.curve(calculator("runway"), texts, "zh")
    assert planner.curve(calculator("train"), {"parameters": "7B", "tokens": "2T"}, "en") == ""
