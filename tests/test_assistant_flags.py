"""Values of flags: read whole, in their unit, or refused."""

from __future__ import annotations

import shlex

import pytest

from assistant.calculating.flags import read_flag
from assistant.calculators.calculate import calculate
from assistant.calculators.calculator import input_specs
from assistant.calculators.errors import BadInputError, UnclearCurrencyError
from assistant.calculators.quantity import Quantity
from assistant.calculators.registry import CALCULATORS, find_calculator
from corpus.tables import load_tables

TABLES = load_tables()


def read(calculator: str, name: str, text: str) -> Quantity | str:
    found = find_calculator(calculator)
    assert found is not None
    return read_flag(name, input_specs(found.inputs)[name], text, TABLES)


@pytest.mark.parametrize(
    ("calculator", "name", "text", "size", "unit"),
    [
        ("train", "parameters", "7B", 7e9, "parameter"),
        ("train", "parameters", "70亿", 7e9, "parameter"),
        ("train", "tokens", "1.5T", 1.5e12, "token"),
        ("train", "price", "$2.5/h", 2.5, "USD / accelerator / hour"),
        ("train", "price", "14元/卡时", 14, "CNY / accelerator / hour"),
        ("train", "mfu", "40%", 40, "percent"),
        ("train", "accelerators", "64", 64, "accelerator"),
        ("api-cost", "requests", "50k/day", 50_000, "request / day"),
        ("api-cost", "requests", "2M/month", 2e6, "request / month"),
        ("api-cost", "input_tokens", "1,500", 1500, "token / request"),
        ("api-cost", "input_price", "$0.25/Mtok", 0.25, "USD / Mtoken"),
        ("api-vs-own", "speed", "2000/s", 2000, "token / second / accelerator"),
        ("api-vs-own", "tokens", "20B/month", 2e10, "token / month"),
        ("runway", "cash", "600万元", 6e6, "CNY"),
        ("runway", "burn", "$80k per month", 8e4, "USD / month"),
        ("runway", "burn", "-$5k/month", -5e3, "USD / month"),
        ("runway", "after", "18 months", 18, "month"),
        ("speculative", "acceptance", "0.7", 70, "percent"),
        ("train", "mfu", "0.4", 40, "percent"),
        ("price-decline", "drop", "60%", 60, "percent / year"),
        ("ltv", "churn", "0.03", 3, "percent / month"),
        ("carbon", "grid", "0.06", 0.06, "tCO2e / MWh"),
        ("carbon", "power", "700", 700, "W / accelerator"),
        ("interruptions", "rate", "0.25", 0.25, "interruption / accelerator / year"),
        ("serve", "speed", "1800", 1800, "token / second / accelerator"),
        ("ltv", "churn", "3%/month", 3, "percent / month"),
        ("team-cost", "salary", "$120k/year", 12e4, "USD / person / year"),
    ],
)
def test_a_flag_is_read_in_its_unit(calculator: str, name: str, text: str, size: float, unit: str) -> None:
    value = read(calculator, name, text)
    assert isinstance(value, Quantity)
    assert value.to(unit) == pytest.approx(size)


@pytest.mark.parametrize(
    ("calculator", "name", "text"),
    [
        ("runway", "cash", "3000000"),  # of which currency?
        ("runway", "cash", "¥14"),  # yuan or yen?
        ("runway", "burn", "$80k"),  # in which time?
        ("train", "mfu", "40"),  # or 0.4?
        ("train", "mfu", "about"),
        ("train", "parameters", "7B or 8B"),
        ("train", "parameters", "7-8B"),
        ("train", "parameters", "7B$"),
        ("api-cost", "requests", "50k"),
        ("runway", "after", "18"),
        ("train", "tokens", ""),
    ],
)
def test_what_is_not_one_whole_amount_of_the_unit_is_refused(calculator: str, name: str, text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read(calculator, name, text)
    assert caught.value.name == name
    assert caught.value.text.zh


@pytest.mark.parametrize(
    ("name", "text", "en", "zh"),
    [("cash", "¥3M", "'CNY 3M'", "'3M元'"), ("burn", "￥20万/月", "'CNY 20万/月'", "'20万元/月'")],
)
def test_an_unclear_currency_is_shown_as_it_should_have_been_typed(name: str, text: str, en: str, zh: str) -> None:
    with pytest.raises(UnclearCurrencyError) as caught:
        read("runway", name, text)
    assert (en in caught.value.text.en, zh in caught.value.text.zh) == (True, True)
    read("runway", name, zh.strip("'"))
    read("runway", name, en.strip("'"))


def test_names_are_found_as_people_write_them() -> None:
    assert read("train", "accelerator", "H100") == "h100-sxm"
    assert read("train", "accelerator", "a100-80gb-pcie") == "a100-80gb-pcie"
    assert read("api-cost", "model", "GPT-5 mini") == "gpt-5-mini"


@pytest.mark.parametrize("calculator", CALCULATORS, ids=[calculator.name for calculator in CALCULATORS])
def test_the_example_of_every_calculator_works(calculator: object) -> None:
    known = next(known for known in CALCULATORS if known is calculator)
    parts = shlex.split(known.example)
    specs = input_specs(known.inputs)
    names = [flag.removeprefix("--").replace("-", "_") for flag in parts[::2]]
    values = {name: read_flag(name, specs[name], text, TABLES) for name, text in zip(names, parts[1::2], strict=True)}
    assert calculate(known, values, TABLES).steps
