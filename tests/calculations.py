"""Short ways to ask a calculator something and to look into what it answers."""

from __future__ import annotations

from datetime import date

from assistant.calculators.calculate import calculate
from assistant.calculators.calculator import Result
from assistant.calculators.quantity import Quantity, given
from assistant.calculators.registry import find_calculator
from corpus.tables import load_tables

TABLES = load_tables()
TODAY = date(2026, 9, 1)


def run(name: str, **values: tuple[float, str] | str) -> Result:
    """The result of the calculator `name` for values with their units, on a fixed day."""
    calculator = find_calculator(name)
    assert calculator is not None
    read: dict[str, Quantity | str] = {
        key: value if isinstance(value, str) else given(value[0], value[1], "") for key, value in values.items()
    }
    return calculate(calculator, read, TABLES, today=TODAY)


def step(result: Result, symbol: str, unit: str) -> float:
    """The value of the step `symbol`."""
    return next(step.quantity.to(unit) for step in result.steps if step.symbol == symbol)


def said(result: Result) -> str:
    """The English notes of a result."""
    return " ".join(note.en for note in result.notes)
