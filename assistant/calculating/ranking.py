"""Which calculators a question's words point at, and its amounts placed in their inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.calculating.as_wanted import as_wanted
from assistant.calculating.completing import compared, multiplied, shared
from assistant.calculating.cues import Reading, cue_hits, cues_of
from assistant.calculating.patterns import says
from assistant.calculating.placing import Placement, place
from assistant.calculators.calculate import plays_a_part
from assistant.calculators.calculator import Calculator, InputSpec, input_specs
from assistant.calculators.precision import BYTES
from assistant.calculators.quantity import given
from assistant.calculators.registry import CALCULATORS

_FULL = r"满负荷|不闲着|7\s?[x×*]\s?24|24/7|around the clock|always busy|never idle|fully utili[sz]ed|全天候"


def ranked(reading: Reading, currency: str) -> list[tuple[float, Calculator[Any], Placement]]:
    """The calculators that the words point at, best first."""
    found = []
    for calculator in CALCULATORS:
        hits = cue_hits(calculator.name, reading.folded)
        if not hits:
            continue
        placement = placement_for(reading, calculator, currency)
        by_name = cues_of(calculator.name).get("names_suffice") in placement.values
        says_something = any(
            amount.says_much
            or amount in placement.unsaid
            or (not amount.unit and not input_specs(calculator.inputs)[name].unit)
            for name, amounts in placement.amounts.items()
            for amount in amounts
        )
        by_profile = _is_about_the_company(calculator.name, reading)
        if not (says_something or by_name or by_profile):
            continue
        needed = [name for name, spec in input_specs(calculator.inputs).items() if may_not_be_left_out(spec)]
        filled = sum(1 for name in needed if name in placement.values) / max(1, len(needed))
        score = (
            cues_of(calculator.name).get("weight", 1) * hits
            + filled
            + 0.2 * len(placement.amounts)
            - 0.3 * len(placement.left)
        )
        found.append((round(score, 3), calculator, placement))
    return sorted(found, key=lambda item: -item[0])


def is_complete(calculator: Calculator[Any], placement: Placement) -> bool:
    """Whether two figures, names or choices have their place, no figure is left over, and nothing needed is missing."""
    given = placement.values
    is_known = "model" in given or "parameters" in given
    needed = [
        name
        for name, spec in input_specs(calculator.inputs).items()
        if may_not_be_left_out(spec) and plays_a_part(spec, given) and not (spec.of_model and is_known)
    ]
    takes_figures = any(spec.kind == "number" for spec in input_specs(calculator.inputs).values())
    cues = cues_of(calculator.name)
    fewest = 1 if len(needed) <= 1 and cues.get("both") and not cues.get("never_ask") else 2
    is_told = (len(given) >= fewest and bool(placement.amounts)) or (bool(given) and not takes_figures)
    return is_told and not placement.left and all(name in given for name in needed)


def _is_about_the_company(name: str, reading: Reading) -> bool:
    """Whether the profile may give everything, as for: how long will our cash last."""
    pattern = cues_of(name).get("profile_suffices")
    return bool(pattern and says(pattern, reading.folded)) and not any(a.says_much for a in reading.amounts)


def placement_for(reading: Reading, calculator: Calculator[Any], currency: str) -> Placement:
    """The amounts and names of the question in the inputs of `calculator`."""
    specs = input_specs(calculator.inputs)
    cues = cues_of(calculator.name)
    roles = {**cues_of("common")["roles"], **cues.get("roles", {})}
    money = reading.currency or currency or reading.usual_currency
    amounts = as_wanted(reading.amounts, reading.folded, cues)
    found = place(amounts, reading.names, reading.folded, specs, roles, currency=money, sums=cues.get("sum", ()))
    if cues.get("full", "") not in ("", *found.values) and says(_FULL, reading.folded):
        found = replace(found, values={**found.values, cues["full"]: (given(100, "percent", ""),)})
    if (widest := cues.get("widest")) and says(widest["when"], reading.folded):
        found = compared(found, widest["of"], widest["into"], BYTES)
    return multiplied(shared(found, cues.get("same", ()), roles), specs, cues.get("derive", ()))


def may_not_be_left_out(spec: InputSpec) -> bool:
    """Whether an input can only come from the question."""
    return spec.default is None and not spec.optional and spec.lookup is None and not spec.hourly_price_of
