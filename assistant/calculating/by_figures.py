"""The calculator of a question whose words point at none: the one that all its figures fill, each by its own words."""

from __future__ import annotations

from typing import Any

from assistant.calculating.cues import Reading, cues_of, is_of_its_field
from assistant.calculating.patterns import says
from assistant.calculating.placing import Placement
from assistant.calculating.ranking import is_complete, placement_for
from assistant.calculators.calculate import calculate
from assistant.calculators.calculator import Calculator
from assistant.calculators.errors import CalculationError
from assistant.calculators.registry import CALCULATORS
from corpus.tables import Tables

_FEWEST_TOLD = 2
# What a word of a calculator's own field weighs against a figure that its words told.
_HINT = 1.5


def found_by_figures(reading: Reading, currency: str, tables: Tables) -> list[tuple[float, Calculator[Any], Placement]]:
    """The one calculator that the figures of a question fill completely, or none; as `ranked` gives them.

    Nothing may be left over, most figures must be told by the words beside them, and it must come to a value.
    """
    if len(reading.amounts) < _FEWEST_TOLD:
        return []  # as most questions
    found = []
    for calculator in CALCULATORS:
        cues = cues_of(calculator.name)
        if says(cues.get("unless", "(?!)"), reading.folded):
            continue
        placement = placement_for(reading, calculator, currency)
        told = [name for name in placement.amounts if name in placement.by_words]
        is_hinted = is_of_its_field(calculator.name, reading.folded)
        # Without a word of its field every figure must have been told, and there must be several.
        is_likely = is_hinted or (len(told) == len(placement.amounts) > _FEWEST_TOLD)
        if len(told) < _FEWEST_TOLD or not is_likely or not is_complete(calculator, placement):
            continue
        if _has_value(calculator, placement, tables):
            score = 2 * len(told) - len(placement.amounts) + _HINT * is_hinted
            found.append((score, calculator, placement))
    found.sort(key=lambda one: -one[0])
    return found[:1] if len(found) == 1 or (found and found[0][0] > found[1][0]) else []


def _has_value(calculator: Calculator[Any], placement: Placement, tables: Tables) -> bool:
    try:
        calculate(calculator, {name: values[0] for name, values in placement.values.items()}, tables)
    except CalculationError:
        return False
    return True
