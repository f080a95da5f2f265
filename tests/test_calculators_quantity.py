"""Quantities keep their arithmetic, refuse what does not fit, and are written as each language counts."""

from __future__ import annotations

import pytest

from assistant.calculators.quantity import ceil, constant, given, largest
from assistant.calculators.units import UnitMismatchError
from assistant.calculators.written import write_amount, write_formula, write_number
from corpus.document import Language

PARAMETERS = given(7e9, "parameter", "N")
TOKENS = given(2e12, "token", "D")


def test_the_formula_shown_is_the_one_computed() -> None:
    compute = constant(6, "FLOP / parameter / token") * PARAMETERS * TOKENS
    assert compute.to("FLOP") == pytest.approx(8.4e22)
    assert write_formula(compute) == "6 × N × D"


def test_parentheses_stand_where_they_change_the_value() -> None:
    a, b, c = (given(value, "", name) for value, name in ((8, "a"), (4, "b"), (2, "c")))
    shown = [write_formula(q) for q in (a / (b * c), a / b * c, a - (b - c), (a + b) * c, a + b * c, ceil(a / b, ""))]
    assert shown == ["a ÷ (b × c)", "a ÷ b × c", "a − (b − c)", "(a + b) × c", "a + b × c", "ceil(a ÷ b)"]


def test_units_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(UnitMismatchError):
        PARAMETERS + TOKENS
    with pytest.raises(UnitMismatchError):
        given(1, "USD", "a") + given(1, "CNY", "b")


def test_units_convert_where_they_mean_the_same() -> None:
    assert (given(2, "USD / accelerator / hour", "P") * given(1, "accelerator * day", "H")).to("USD") == pytest.approx(
        48
    )
    assert largest(given(1, "hour", "a"), given(90, "minute", "b")).to("hour") == pytest.approx(1.5)


def test_rounding_in_the_last_bits_costs_no_accelerator() -> None:
    assert ceil(given(0.1, "accelerator", "x") * 3 / given(0.1, "", "y"), "accelerator").to("accelerator") == 3


@pytest.mark.parametrize(
    ("value", "unit", "language", "expected"),
    [
        (7e9, "parameter", "en", "7 billion parameters"),
        (7e9, "parameter", "zh", "70 亿参数"),
        (8.4e22, "FLOP", "en", "8.4×10²² FLOP"),
        (3.36e6, "USD", "en", "$3.36 million"),
        (3.36e6, "CNY", "zh", "336 万元"),
        (2.5, "USD / accelerator / hour", "en", "$2.5 per accelerator-hour"),
        (0.0603, "USD / Mtoken", "zh", "每百万 token 0.0603 美元"),
        (12345, "accelerator * hour", "zh", "12,345 卡时"),
        (40, "percent", "en", "40%"),
        (-1200, "USD", "en", "−$1,200"),
        (1, "hour", "en", "1 hour"),
        (1, "person", "en", "1 person"),
        (1, "token / second", "en", "1 token/s"),
        (1.5e6, "request / month", "zh", "每月 150 万次请求"),
        (0.001175, "USD / request", "en", "$0.001175 per request"),
    ],
)
def test_amounts_read_well(value: float, unit: str, language: Language, expected: str) -> None:
    assert write_amount(value, unit, language) == expected


def test_numbers_keep_four_digits() -> None:
    written = [write_number(value, "en") for value in (0, 1.5, 38.4, 0.04567, 999.96, 58982.3, 123456789)]
    assert written == ["0", "1.5", "38.4", "0.04567", "1,000", "58,982", "123.5 million"]
