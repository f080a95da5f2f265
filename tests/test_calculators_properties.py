"""What holds for every calculator there is: its steps can be computed again from what is shown, and it never breaks."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assistant.calculating.flags import read_flag
from assistant.calculators.calculate import Value, calculate
from assistant.calculators.calculator import Calculator, InputSpec, Result, Step, input_specs
from assistant.calculators.errors import CalculationError
from assistant.calculators.quantity import Quantity
from assistant.calculators.quantity import given as given_quantity
from assistant.calculators.registry import CALCULATORS
from assistant.calculators.units import value_in
from assistant.calculators.written import write_amount, write_step
from corpus.document import Language
from corpus.language import HAN
from corpus.tables import load_tables

TABLES = load_tables()
TODAY = date(2026, 9, 1)
LANGUAGES: tuple[Language, ...] = ("en", "zh")
ROWS = {"accelerator": TABLES.accelerators, "api_model": TABLES.api_prices, "model": TABLES.training_runs}
NAMES = [calculator.name for calculator in CALCULATORS]
# Where an input has no default: what people ask about, by unit.
USUAL = {
    "parameter": 7e9, "token": 1e12, "FLOP": 1e23, "request / day": 1e5, "request / month": 1e6, "token / month": 1e9,
    "accelerator": 64, "accelerator * hour": 1e6, "hour": 1000, "day": 30, "month": 12, "percent": 30, "person": 10,
    "CUR": 1e6, "CUR / month": 1e5, "CUR / year": 1e6, "customer": 1000, "token / second": 1e5, "FLOP / second": 1e15,
}  # fmt: skip
# Shown with four digits.
ROUNDING = 6e-4


def values_of(spec: InputSpec) -> st.SearchStrategy[Value | None]:
    """Values that people could give for an input; None leaves it out."""
    if spec.kind == "choice":
        return st.sampled_from([None, *spec.choices])
    if spec.kind in ROWS:
        rows = st.sampled_from([*ROWS[spec.kind].rows])
        return st.none() | rows if spec.optional or spec.default else rows
    middle = spec.default if isinstance(spec.default, int | float) and spec.default else USUAL.get(spec.unit, 10.0)
    unit = spec.unit.replace("CUR", "USD")

    def near(exponent: float) -> Value:
        size = middle * 10**exponent
        if spec.most is not None:
            size = min(size, spec.most)
        return given_quantity(max(size, spec.least or 0.0), unit, "")

    sizes = st.floats(-1, 1, allow_nan=False).map(near)
    may_lack = spec.optional or spec.default is not None or spec.hourly_price_of or spec.lookup or spec.of_model
    return st.none() | sizes if may_lack else sizes


def questions(calculator: Calculator[Any]) -> st.SearchStrategy[dict[str, Value | None]]:
    return st.fixed_dictionaries({name: values_of(spec) for name, spec in input_specs(calculator.inputs).items()})


def answer(calculator: Calculator[Any], values: dict[str, Value | None]) -> Result | None:
    """The result, or None when the question was refused in words."""
    said = {name: value for name, value in values.items() if value is not None}
    try:
        return calculate(calculator, said, TABLES, today=TODAY)
    except CalculationError as error:
        refusal = error.text
    assert refusal.en
    assert HAN.search(refusal.zh)
    return None


@pytest.mark.parametrize("calculator", CALCULATORS, ids=NAMES)
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
@given(data=st.data())
def test_what_is_shown_is_what_was_computed(calculator: Calculator[Any], data: st.DataObject) -> None:
    result = answer(calculator, data.draw(questions(calculator)))
    assume(result is not None)
    assert result is not None
    assert math.isfinite(result.value.to(result.unit))
    for language in LANGUAGES:
        assert write_amount(result.value.to(result.unit), result.unit, language)
        for step in result.steps:
            assert is_right(step, write_step(step, language)), write_step(step, language)
    for note in result.notes:
        assert note.en
        assert HAN.search(note.zh)


@pytest.mark.parametrize("calculator", CALCULATORS, ids=NAMES)
def test_every_input_and_unit_can_be_written_in_both_languages(calculator: Calculator[Any]) -> None:
    for spec in input_specs(calculator.inputs).values():
        assert spec.label.en
        assert HAN.search(spec.label.zh), spec.label.zh
        if spec.kind == "number":
            written = [write_amount(3, spec.unit.replace("CUR", "CNY"), language) for language in LANGUAGES]
            assert all("3" in text for text in written)
        if isinstance(spec.default, float) and spec.default:
            assert spec.because, "a default says why"


@pytest.mark.parametrize("calculator", CALCULATORS, ids=NAMES)
def test_every_formula_says_what_it_is_and_where_it_ends(calculator: Calculator[Any]) -> None:
    assert len((calculator.formula.__doc__ or "").splitlines()) > 2
    assert HAN.search(calculator.title.zh)
    assert calculator.example.startswith("--")


@pytest.mark.parametrize("calculator", CALCULATORS, ids=NAMES)
def test_a_negative_figure_is_refused_by_name(calculator: Calculator[Any]) -> None:
    for name, spec in input_specs(calculator.inputs).items():
        if spec.kind == "number" and spec.least is not None and spec.least >= 0:
            with pytest.raises(CalculationError):
                calculate(calculator, {name: given_quantity(-1, spec.unit.replace("CUR", "USD"), "")}, TABLES)


def test_a_step_that_shows_another_figure_is_found() -> None:
    step = Step(CALCULATORS[0].title, "x", given_quantity(7e9, "parameter", "N") * 3, "parameter")
    right = write_step(step, "en")
    assert is_right(step, right)
    assert not is_right(step, right.replace("21 billion", "22 billion"))
    assert not is_right(step, right.replace("× 3 =", "+ 3 ="))


# From here on: a reader of the steps, as a person with a pocket calculator would compute them.

Interval = tuple[float, float]
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "万": 1e4, "亿": 1e8, "万亿": 1e12}
_NUMBER = re.compile(
    r"(−?)[$¥€£]?(\d[\d,]*\.?\d*)(?:×10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))?(?:\s?(million|billion|trillion|万亿|亿|万))?"
)
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_TOKEN = re.compile(r" ([×÷+−^]) |(ceil|floor|max|min)\(|([()])|(, )")


def is_right(step: Step, text: str) -> bool:
    """Whether the numbers of a written step give its value, whose unit and the units of whose leaves are known."""
    *_, numbers, value = text.split(" = ")
    if not step.quantity.parts:
        return True
    shown = read(value, step.unit)
    computed = _Reader(numbers, leaves(step.quantity)).sum()
    return computed[0] <= shown[1] and shown[0] <= computed[1]


def leaves(quantity: Quantity) -> Iterator[str]:
    """The units of what is written of a quantity, in order: a factor of one is not written."""
    if not quantity.parts:
        yield quantity.unit
        return
    left, *right = quantity.parts
    yield from leaves(left)
    for part in right:
        is_one = not part.parts and not part.symbol and part.to(part.unit) == 1
        if not (is_one and quantity.operator in "×÷"):
            yield from leaves(part)


def read(text: str, unit: str) -> Interval:
    """The number of an amount in base units, as far as it is shown."""
    found = _NUMBER.search(text)
    assert found, text
    sign, digits, power, scale = found.groups()
    size = float(digits.replace(",", "")) * 10.0 ** int(power.translate(_PLAIN) if power else 0)
    size *= _SCALES[scale] if scale and unit != "Mtoken" else 1
    base = given_quantity(-size if sign else size, unit, "").measure.to_base_units().magnitude
    return (base - abs(base) * ROUNDING, base + abs(base) * ROUNDING)


class _Reader:
    """Reads sums of products of powers."""

    def __init__(self, text: str, units: Iterator[str]) -> None:
        self.units = units
        self.tokens: list[str] = []
        place = 0
        for match in _TOKEN.finditer(text):
            self.tokens += [text[place : match.start()], next(part for part in match.groups() if part)]
            place = match.end()
        self.tokens = [token for token in [*self.tokens, text[place:]] if token]

    def sum(self) -> Interval:
        return self._chain("+−", self._product)

    def _product(self) -> Interval:
        return self._chain("×÷", lambda: self._chain("^", self._leaf))

    def _chain(self, operators: str, read_part: Any) -> Interval:
        value: Interval = read_part()
        while self.tokens and self.tokens[0] in operators:
            value = combine(self.tokens.pop(0), value, read_part())
        return value

    def _leaf(self) -> Interval:
        token = self.tokens.pop(0)
        if token == "(":
            value = self.sum()
            self.tokens.pop(0)
            return value
        if token not in ("ceil", "floor", "max", "min"):
            return read(token, next(self.units))
        parts = [self.sum()]
        while self.tokens.pop(0) == ", ":
            parts.append(self.sum())
        if token in ("ceil", "floor"):
            return whole(token, parts[0])
        choose = max if token == "max" else min
        return choose(low for low, _ in parts), choose(high for _, high in parts)


def combine(operator: str, one: Interval, other: Interval) -> Interval:
    if operator == "÷" and other[0] <= 0 <= other[1]:
        return (-math.inf, math.inf)
    apply = {
        "+": lambda a, b: a + b, "−": lambda a, b: a - b, "×": lambda a, b: a * b, "÷": lambda a, b: a / b,
        "^": lambda a, b: a**b,
    }[operator]  # fmt: skip
    found = [apply(a, b) for a in one for b in other]
    return min(found), max(found)


def whole(name: str, value: Interval) -> Interval:
    # 3.0001 that is shown as 3 may go either way.
    return (
        (math.floor(value[0]), math.floor(value[1])) if name == "floor" else (math.ceil(value[0]), math.ceil(value[1]))
    )


def test_the_reader_computes_as_people_do() -> None:
    assert _Reader("2 × (3 + 4) − 10 ÷ 5", iter([""] * 5)).sum()[0] == pytest.approx(12, rel=0.01)
    assert _Reader("ceil(7 ÷ 2)", iter(["", ""])).sum() == (4, 4)
    assert value_in(given_quantity(1, "GB", "").measure, "byte") == 1e9


@pytest.mark.parametrize("calculator", CALCULATORS, ids=NAMES)
def test_the_example_of_every_calculator_gives_a_result(calculator: Calculator[Any]) -> None:
    specs, words = input_specs(calculator.inputs), shlex.split(calculator.example)
    names = [word.removeprefix("--").replace("-", "_") for word in words[::2]]
    values = {name: read_flag(name, specs[name], text, TABLES) for name, text in zip(names, words[1::2], strict=True)}
    assert calculate(calculator, values, TABLES, today=TODAY).steps
