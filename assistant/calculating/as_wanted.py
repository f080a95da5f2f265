"""The amounts of a question as a calculator wants them: of one card or customer what was said of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from assistant.calculating.amount import Amount
from assistant.calculating.patterns import says, words_pattern
from assistant.calculators.units import CURRENCIES

# No card rents for more an hour; a machine of several does.
_DEAREST_CARD = {"USD": 15.0, "EUR": 15.0, "GBP": 12.0, "CNY": 110.0}
_MACHINE = r"server|\bbox|\bnode|machine|服务器|整机|一台|机器|节点"
_HALVES = r"\bhalv(?:es?|ed|ing)\b|减半|腰斩|对折"
_TOGETHER = r"\btotal|together|combined|overall|合计|总共|一共|总吞吐|整体|加起来"
_CLAUSE = r"[,，。;；!！?？\n]"


def as_wanted(amounts: Sequence[Amount], folded: str, cues: Mapping[str, Any]) -> Sequence[Amount]:
    """`amounts` as the `cues` of a calculator say that it takes them."""
    amounts = _per_customer(amounts) if cues.get("per_customer") else amounts
    amounts = _per_card(amounts, folded) if cues.get("per_card") else amounts
    amounts = _per_card_speed(amounts) if cues.get("per_card_speed") else amounts
    return [*amounts, *_halvings(folded)] if cues.get("halves") else amounts


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


def _halvings(folded: str) -> list[Amount]:
    """What falls to a half, as a share of 50%: prices halve every year, 每年腰斩."""
    return [
        Amount(50.0, 50.0, "percent", False, match.start(), match.end(), match.group(), "drop")
        for match in words_pattern(_HALVES).finditer(folded)
    ]
