"""Which calculators a question's words point at, and its amounts placed in their inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from assistant.calculating.amount import Amount
from assistant.calculating.completing import compared, multiplied, shared
from assistant.calculating.cues import Reading, cue_hits, cues_of
from assistant.calculating.patterns import says, words_pattern
from assistant.calculating.placing import Placement, place
from assistant.calculators.calculate import plays_a_part
from assistant.calculators.calculator import Calculator, InputSpec, input_specs
from assistant.calculators.precision import BYTES
from assistant.calculators.quantity import given
from assistant.calculators.registry import CALCULATORS
from assistant.calculators.units import CURRENCIES

# No card rents for more an hour; a machine of several does.
_DEAREST_CARD = {"USD": 15.0, "EUR": 15.0, "GBP": 12.0, "CNY": 110.0}
_MACHINE = r"server|\bbox|\bnode|machine|服务器|整机|一台|机器|节点"
_FULL = r"满负荷|不闲着|7\s?[x×*]\s?24|24/7|around the clock|always busy|never idle|fully utili[sz]ed|全天候"
_HALVES = r"\bhalv(?:es?|ed|ing)\b|减半|腰斩|对折"
_TOGETHER = r"\btotal|together|combined|overall|合计|总共|一共|总吞吐|整体|加起来"
_CLAUSE = r"[,，。;；!！?？\n]"


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
    amounts = _per_customer(reading.amounts) if cues.get("per_customer") else reading.amounts
    amounts = _per_card(amounts, reading.folded) if cues.get("per_card") else amounts
    amounts = _per_card_speed(amounts) if cues.get("per_card_speed") else amounts
    amounts = [*amounts, *_halvings(reading.folded)] if cues.get("halves") else amounts
    found = place(amounts, reading.names, reading.folded, specs, roles, currency=money, sums=cues.get("sum", ()))
    if cues.get("full", "") not in ("", *found.values) and says(_FULL, reading.folded):
        found = replace(found, values={**found.values, cues["full"]: (given(100, "percent", ""),)})
    if (widest := cues.get("widest")) and says(widest["when"], reading.folded):
        found = compared(found, widest["of"], widest["into"], BYTES)
    return multiplied(shared(found, cues.get("same", ()), roles), specs, cues.get("derive", ()))


def _halvings(folded: str) -> list[Amount]:
    """What falls to a half, as a share of 50%: prices halve every year, 每年腰斩."""
    return [
        Amount(50.0, 50.0, "percent", False, match.start(), match.end(), match.group(), "drop")
        for match in words_pattern(_HALVES).finditer(folded)
    ]


def _per_customer(amounts: Sequence[Amount]) -> Sequence[Amount]:
    """What is said of one customer, as of a company of one: a margin is the same. Not when totals stand beside it."""
    money = [amount.unit for amount in amounts if any(code in amount.unit for code in CURRENCIES)]
    totals = [unit for unit in money if "month" in unit and "customer" not in unit and "person" not in unit]
    if not money or "customer" not in money[0] or totals:
        return amounts
    return [
        replace(amount, unit=" / ".join(part for part in amount.unit.split(" / ") if part != "customer"))
        if amount.unit in money
        else amount
        for amount in amounts
    ]


def _per_card(amounts: Sequence[Amount], folded: str) -> Sequence[Amount]:
    """The price of a machine with so many cards as that of each: $300k for a server of 8 H100."""
    for one, other in pairwise(sorted(amounts, key=lambda amount: amount.start)):
        count, money = (one, other) if one.unit == "accelerator" else (other, one)
        between = folded[one.end : other.start]
        is_one_machine = count.unit == "accelerator" and count.low > 1 and money.unit in CURRENCIES
        if (
            is_one_machine
            and says(_MACHINE, folded[max(0, one.start - 8) : other.end + 24])
            and not says(_CLAUSE, between)
        ):
            return [
                _of_one(amount, count) if amount is money or _is_of_machine(amount) else amount
                for amount in amounts
                if amount is not count
            ]
    return amounts


def _of_one(money: Amount, cards: Amount) -> Amount:
    """The price of a machine as that of one of its cards."""
    first, *pers = money.unit.split(" / ")
    unit = " / ".join([first, "accelerator", *pers])
    return replace(money, unit=unit, low=money.low / cards.low, high=money.high / cards.low)


def _is_of_machine(amount: Amount) -> bool:
    """Whether an hour costs more than that of any one card."""
    first, *pers = amount.unit.split(" / ")
    return pers == ["hour"] and amount.low > _DEAREST_CARD.get(first, amount.low)


def _per_card_speed(amounts: Sequence[Amount]) -> Sequence[Amount]:
    """The speed of all cards together as that of each, where each has its price: 4 cards at $2 each write 8,000/s."""
    counts = [amount.low for amount in amounts if amount.unit == "accelerator" and amount.low > 1]
    is_each = any("accelerator" in amount.unit and amount.unit[:3] in CURRENCIES for amount in amounts)
    if len(counts) != 1 or not is_each:
        return amounts
    return [
        replace(amount, low=amount.low / counts[0], high=amount.high / counts[0])
        if amount.unit == "token / second" and says(_TOGETHER, f"{amount.before[-12:]}|{amount.after[:24]}")
        else amount
        for amount in amounts
    ]


def may_not_be_left_out(spec: InputSpec) -> bool:
    """Whether an input can only come from the question."""
    return spec.default is None and not spec.optional and spec.lookup is None and not spec.hourly_price_of
