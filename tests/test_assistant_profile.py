"""The company's profile: kept whole, one currency, used where it was not overruled."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.calculating.asking import find_request
from assistant.calculating.calculated import Calculated, NotCalculated, work_out
from assistant.calculators.calculate import Value
from assistant.calculators.calculator import Calculator
from assistant.calculators.errors import MissingInputError
from assistant.calculators.quantity import given
from assistant.calculators.registry import find_calculator
from assistant.errors import SettingsError
from assistant.profile import FROM_PROFILE, Company, calculate_for, describe, with_value
from corpus.tables import load_tables

TABLES = load_tables()
COMPANY = Company(
    stage="seed", product="客服助手", headcount=12, currency="CNY", cash=3e7, monthly_burn=2e6, accelerator="h200-sxm",
    accelerators=16, traffic=1e6,
)  # fmt: skip


def calculator(name: str) -> Calculator[object]:
    found = find_calculator(name)
    assert found is not None
    return found


def test_a_profile_comes_back_as_it_was_kept_with_the_users_comments(tmp_path: Path) -> None:
    path = tmp_path / "home" / "company.toml"
    COMPANY.save(path)
    assert Company.load(path) == COMPANY
    path.write_text("# as of the last board meeting\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with_value(COMPANY, "headcount", "13", TABLES).save(path)
    assert path.read_text(encoding="utf-8").startswith("# as of the last board meeting")
    assert Company.load(path).headcount == 13
    assert Company.load(tmp_path / "none.toml") == Company()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 'red'", "no 'colour'"),
        ("cash = 'much'", "cash must be a number"),
        ("cash = true", "cash must be a number"),
        ("stage = 3", "stage must be a text"),
        ("currency = 'JPY'", "currency must be one of"),
        ("cash = ", "cannot be read as TOML"),
        ("cash = 3000000", "in which currency"),
        ("headcount = -3", "headcount"),
    ],
)
def test_a_file_that_breaks_the_form_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "company.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        Company.load(path)


def test_money_without_a_currency_takes_that_of_the_profile_and_no_other_is_mixed_in() -> None:
    company = with_value(Company(currency="CNY"), "cash", "3000万", TABLES)
    assert company.cash == 3e7
    with pytest.raises(SettingsError, match="nothing is converted"):
        with_value(company, "monthly_burn", "$200k/month", TABLES)


def test_the_profile_fills_what_the_question_leaves_out_and_says_so() -> None:
    result = calculate_for(COMPANY, calculator("runway"), {}, TABLES)
    assert result.value.to("month") == pytest.approx(15)
    assert {read.name for read in result.inputs if read.assumed == FROM_PROFILE} == {"cash", "burn"}
    burn: dict[str, Value] = {"burn": given(3e6, "CNY / month", "")}
    overruled = calculate_for(COMPANY, calculator("runway"), burn, TABLES)
    assert overruled.value.to("month") == pytest.approx(10)
    spending: dict[str, Value] = {"spending": given(1.5e6, "CNY / month", "")}
    assert calculate_for(COMPANY, calculator("runway"), spending, TABLES).value.to("month") == pytest.approx(20)


def test_money_of_the_profile_is_left_out_where_the_question_names_another_currency() -> None:
    with pytest.raises(MissingInputError):
        calculate_for(COMPANY, calculator("runway"), {"burn": given(2e5, "USD / month", "")}, TABLES)


def test_the_accelerator_of_the_company_is_the_one_that_is_meant() -> None:
    size: dict[str, Value] = {"parameters": given(7e9, "parameter", ""), "tokens": given(1e12, "token", "")}
    result = calculate_for(COMPANY, calculator("train"), size, TABLES)
    inputs = {read.name: read.value for read in result.inputs}
    assert inputs["accelerator"] == "h200-sxm"
    asked = calculate_for(COMPANY, calculator("train"), {**size, "accelerator": "h100-sxm"}, TABLES)
    assert {read.name: read.value for read in asked.inputs}["accelerator"] == "h100-sxm"


def test_the_profile_is_described_in_both_languages() -> None:
    assert describe(COMPANY, "zh")["monthly_burn"] == "每月 200 万元"
    assert describe(COMPANY, "en")["monthly_burn"] == "¥2 million a month"
    assert describe(Company(), "en") == {}


def test_a_question_in_words_is_completed_from_the_profile() -> None:
    request = find_request("每月净烧 250 万元，现金还能撑几个月？", [], TABLES)
    assert request is not None
    worked = work_out(request, TABLES, "zh", COMPANY)
    assert isinstance(worked, Calculated)
    assert worked.calculations[0].value == "12"
    assert worked.calculations[0].assumed == ("现金：3,000 万元（取自公司档案）",)
    assert isinstance(work_out(request, TABLES, "zh"), NotCalculated)
