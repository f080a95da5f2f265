"""Lengths of time that several formulas share."""

from __future__ import annotations

from assistant.calculators.quantity import given

# A twelfth of 365.25 days; what a bill for a month of a machine counts.
HOURS_A_MONTH = given(730.5, "hour / month", "h")
