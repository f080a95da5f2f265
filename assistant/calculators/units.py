"""Units of the calculators. The one adapter of pint: a measure has its unit, and what does not fit is an error.

Parameters, tokens and accelerators are dimensions of their own, so that a forgotten factor is found. So is
every currency: nothing converts one into another.
"""

from __future__ import annotations

from typing import TypeAlias

import pint

Measure: TypeAlias = "pint.Quantity[float]"

_REGISTRY: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
for _definition in (
    "parameter = [parameter]",
    "token = [token]",
    "FLOP = [computation]",
    "accelerator = [accelerator] = GPU",
    "sequence = [sequence]",
    "request = [request]",
    "customer = [customer]",
    "person = [person]",
    "interruption = [interruption]",
    "USD = [currency_usd]",
    "CNY = [currency_cny]",
    "EUR = [currency_eur]",
    "GBP = [currency_gbp]",
    "node = [node]",
    "tCO2e = [co2e]",
    "kgCO2e = 0.001 * tCO2e",
):
    _REGISTRY.define(_definition)

CURRENCIES = ("USD", "CNY", "EUR", "GBP")

UnitMismatchError = pint.DimensionalityError


def measure(value: float, unit: str = "") -> Measure:
    """`value` in `unit`: a product of names such as `USD / accelerator / hour`; empty for a plain number."""
    return _REGISTRY.Quantity(float(value), unit)


def is_in(value: Measure, unit: str) -> bool:
    """Whether `value` can be given in `unit`."""
    return bool(value.is_compatible_with(unit))


def value_in(value: Measure, unit: str) -> float:
    """The number of `unit` in `value`.

    :raises UnitMismatchError: when it is of another kind.
    """
    return float(value.m_as(unit))
