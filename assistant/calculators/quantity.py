"""Quantities that remember their arithmetic: what is shown as the formula is what was computed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from assistant.calculators.units import Measure, is_in, measure, value_in

_SUM, _PRODUCT, _POWER, _LEAF = 1, 2, 3, 4
_BINDING = {"+": _SUM, "−": _SUM, "×": _PRODUCT, "÷": _PRODUCT, "^": _POWER}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measure, and either the symbol it goes by in formulas or the operation that gave it.

    A leaf has the `unit` it is shown in; one without a symbol is a constant. `operator` is one of + − × ÷ ^ or the name
    of a function (ceil, floor, max, min).
    """

    measure: Measure
    symbol: str = ""
    unit: str = ""
    operator: str = ""
    parts: tuple[Quantity, ...] = ()

    def named(self, symbol: str, unit: str) -> Quantity:
        """The same measure in `unit` as a leaf of further formulas."""
        return Quantity(measure(self.to(unit), unit), symbol, unit)

    def to(self, unit: str) -> float:
        """The number of `unit` in it."""
        return value_in(self.measure, unit)

    def is_in(self, unit: str) -> bool:
        """Whether it can be given in `unit`."""
        return is_in(self.measure, unit)

    @property
    def currency(self) -> str:
        """The currency that the unit of an amount of money begins with."""
        return self.unit.split(" / ")[0]

    @property
    def binding(self) -> int:
        """How tightly the outermost operation binds; a part that binds less is put in parentheses."""
        return _BINDING.get(self.operator, _LEAF)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.measure + other.measure, operator="+", parts=(self, other))

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.measure - other.measure, operator="−", parts=(self, other))

    def __mul__(self, other: Quantity | float) -> Quantity:
        right = _as_quantity(other)
        return Quantity(self.measure * right.measure, operator="×", parts=(self, right))

    def __rmul__(self, other: float) -> Quantity:
        return _as_quantity(other) * self

    def __truediv__(self, other: Quantity | float) -> Quantity:
        right = _as_quantity(other)
        return Quantity(self.measure / right.measure, operator="÷", parts=(self, right))

    def __rtruediv__(self, other: float) -> Quantity:
        return _as_quantity(other) / self

    def __pow__(self, exponent: Quantity | float) -> Quantity:
        right = _as_quantity(exponent)
        # A plain number keeps the power of the unit exact: metres ** 2.0 and metres ** 0.5 have units, a share has not.
        return Quantity(self.measure ** right.to(""), operator="^", parts=(self, right))

    def __lt__(self, other: Quantity) -> bool:
        return bool(self.measure < other.measure)

    def __le__(self, other: Quantity) -> bool:
        return bool(self.measure <= other.measure)


def constant(value: float, unit: str = "") -> Quantity:
    """A number of the formula itself, such as the 6 of 6·N·D with its unit `FLOP / parameter / token`."""
    return Quantity(measure(value, unit), "", unit)


def given(value: float, unit: str, symbol: str) -> Quantity:
    """An input, under the symbol that formulas use."""
    return Quantity(measure(value, unit), symbol, unit)


def ceil(quantity: Quantity, unit: str) -> Quantity:
    """The next whole number of `unit` above it."""
    # A share like 3.0000000000000004 of what fits must not cost one more: the last bits are rounding.
    whole = math.ceil(round(quantity.to(unit), 9))
    return Quantity(measure(whole, unit), operator="ceil", parts=(quantity,))


def floor(quantity: Quantity, unit: str) -> Quantity:
    """The whole number of `unit` at or below it."""
    whole = math.floor(round(quantity.to(unit), 9))
    return Quantity(measure(whole, unit), operator="floor", parts=(quantity,))


def largest(*quantities: Quantity) -> Quantity:
    """The largest of them."""
    return Quantity(max(quantity.measure for quantity in quantities), operator="max", parts=quantities)


def smallest(*quantities: Quantity) -> Quantity:
    """The smallest of them."""
    return Quantity(min(quantity.measure for quantity in quantities), operator="min", parts=quantities)


def _as_quantity(value: Quantity | float) -> Quantity:
    return value if isinstance(value, Quantity) else constant(value)
