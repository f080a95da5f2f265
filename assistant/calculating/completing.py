"""What a placement leaves open and its own amounts tell: a product of two, one price for both, the wider choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.calculating.amount import Amount
from assistant.calculating.fitting import has_known_unit, is_needed, nearness_of, same_measure
from assistant.calculating.placing import Placement
from assistant.calculators.calculate import plays_a_part
from assistant.calculators.calculator import InputSpec
from assistant.calculators.quantity import given
from assistant.calculators.units import CURRENCIES


def multiplied(found: Placement, specs: Mapping[str, InputSpec], optional: Sequence[str]) -> Placement:
    """`found` with inputs that two left-over amounts give together: 512 cards × 30 days, users × requests of a user.

    Only inputs that must be given and those named in `optional` are made so, and only when no other pair could.
    """
    for name, spec in specs.items():
        is_open = name not in found.values and spec.kind == "number" and plays_a_part(spec, found.values)
        # A sum of money is no product of two that were given: months and a burn are what it is held against.
        if not is_open or spec.unit == "CUR" or not (is_needed(spec) or name in optional):
            continue
        spare = [*found.left, *found.wording, *(amount for amounts in found.amounts.values() for amount in amounts)]
        pairs = [
            (one, other)
            for place_, one in enumerate(spare)
            for other in spare[place_ + 1 :]
            if has_known_unit(one) and has_known_unit(other) and _is_product(one, other, spec)
        ]
        if len(pairs) == 1:
            one, other = pairs[0]
            values = {**found.values, name: (given(one.low * other.low, f"{one.unit} * {other.unit}", ""),)}
            left = tuple(amount for amount in found.left if amount not in (one, other))
            found = replace(found, values=values, amounts={**found.amounts, name: (one, other)}, left=left)
    return found


def shared(found: Placement, names: Sequence[str], roles: Mapping[str, str]) -> Placement:
    """`found` with one price for all tokens put into the inputs `names`, when neither input nor output was priced."""
    given_for = [amount for name in names for amount in found.amounts.get(name, ())]
    unlabelled = [a for a in found.left if _is_token_price(a)]
    if len(names) == 2 and not given_for and len(unlabelled) == 2:
        one, other = unlabelled  # what is read is named before what is written
        return _with(_with(found, names[0], one), names[1], other)
    of_both = [a for a in given_for if all(nearness_of(a, roles.get(name, "(?!)")) for name in names)]
    prices = of_both if len(given_for) == 1 else [] if given_for else [a for a in found.left if _is_token_price(a)]
    if not names or len(prices) != 1:
        return found
    value = given(prices[0].low, prices[0].unit, "")
    values = {**found.values, **dict.fromkeys(names, (value,))}
    amounts = {**found.amounts, names[0]: (prices[0],)}
    left = tuple(a for a in found.left if a is not prices[0])
    return replace(found, values=values, amounts=amounts, left=left)


def compared(found: Placement, of: str, into: str, sizes: Mapping[str, float]) -> Placement:
    """`found` with the widest of two choices for the input `of` as what the other is compared with: `into`."""
    chosen = sorted((value for value in found.values.get(of, ()) if isinstance(value, str)), key=lambda c: sizes[c])
    if len(chosen) != 2:
        return found
    return replace(found, values={**found.values, of: (chosen[0],), into: (chosen[1],)})


def _with(found: Placement, name: str, amount: Amount) -> Placement:
    """`found` with an amount that was left over as the input `name`."""
    return replace(
        found,
        values={**found.values, name: (given(amount.low, amount.unit, ""),)},
        amounts={**found.amounts, name: (amount,)},
        left=tuple(other for other in found.left if other is not amount),
    )


def _is_token_price(amount: Amount) -> bool:
    return has_known_unit(amount) and any(same_measure(amount.unit, f"{code} / Mtoken") for code in CURRENCIES)


def _is_product(one: Amount, other: Amount, spec: InputSpec) -> bool:
    units = [spec.unit.replace("CUR", code) for code in CURRENCIES] if "CUR" in spec.unit else [spec.unit]
    return any(same_measure(f"{one.unit} * {other.unit}", unit) for unit in units)
