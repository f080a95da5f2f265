"""Can an amount be meant for an input? Its unit says so, with what people leave out, and the words beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product

from assistant.calculating.amount import UNCLEAR_MONEY, UNSAID, Amount
from assistant.calculating.patterns import says, words_pattern
from assistant.calculators.calculator import InputSpec
from assistant.calculators.units import CURRENCIES, is_in, measure

# What an amount may leave out of its unit when only one input can be meant: 80 GB (per card), $2 an hour (per card).
_LEFT_OUT = (
    "accelerator", "request", "sequence", "customer", "person", "parameter", "month", "accelerator / hour", "Mtoken",
    "customer / month", "hour", "year", "person / year", "kWh",
)  # fmt: skip
# What a bare number may count where the words beside it say so: batch 32.
_COUNTED = (
    "sequence", "token", "request / day", "token / request", "customer", "person", "accelerator", "token / sequence",
)  # fmt: skip
_BITS = re.compile(r"\b(?:bit|byte|[kMGT]i?B)\b")
# Units that so many amounts have that only words can say which input one is meant for.
_COMMON = frozenset(
    (
        "", "percent", "hour", "day", "month", "minute", "token", "accelerator", "sequence", "GB", "token / sequence",
        "CUR", "CUR / month", "CUR / Mtoken", "CUR / accelerator", "CUR / accelerator / hour", "GB / accelerator",
        "token / second / sequence", "customer", "parameter", "CUR / customer", "CUR / customer / month",
    )
)  # fmt: skip
# Units that nobody writes otherwise: beside the words of such an input a bare number can mean nothing else.
CERTAIN_UNITS = frozenset(
    (
        "tCO2e / MWh", "interruption / accelerator / year", "W / accelerator", "GB", "GB / accelerator", "FLOP",
        "TB / second / accelerator", "token / parameter", "token / second", "token / second / accelerator",
        "token / second / sequence", "request / second",
    )
)  # fmt: skip
# What stands beyond it belongs to the next amount: a 70% margin and 5% churn.
_AND = re.compile(r"\band\b|和|与|、|\s/|/\s")
# Up to here tokens may be a plain count: 4 drafted tokens. 4,096 tokens are no number of heads.
_MOST_COUNTED = 64
_PLAIN = ("token", "request", "person")
_DEAREST_HOUR = 150.0
# From here on a bare number beside words of money is money: 600 万, 80k. 16 servers are not.
_LEAST_MONEY = 1000.0
_RIGHT_BESIDE = 0.97
_EXACT, _LOOSE = 2.0, 1.0
# Units that were compared: reading one takes longer than all else here, and few pairs ever come up.
_PAIRS_KEPT = 20_000


def has_known_unit(amount: Amount) -> bool:
    """Whether an amount says what it is an amount of."""
    return bool(amount.unit) and UNSAID not in amount.unit and amount.unit != UNCLEAR_MONEY


def unit_for(amount: Amount, spec: InputSpec, *, nearness: float, currency: str) -> tuple[str | None, float]:
    """The unit in which `amount` can be meant for an input, and how exactly it says so; None when it cannot.

    `nearness` is that of the words of the input, see `nearness_of`.
    """
    has_role = nearness > 0
    if amount.like and has_role:
        shared, tightness = unit_for(replace(amount, unit=amount.like, like=""), spec, nearness=0, currency=currency)
        if shared:
            return shared, min(tightness, _LOOSE)
    wanted = [spec.unit.replace("CUR", code) for code in CURRENCIES] if "CUR" in spec.unit else [spec.unit]
    if "CUR" in spec.unit and (amount.unit in ("", UNCLEAR_MONEY) or amount.unit.startswith(UNSAID)):
        return _unsaid_money(amount, spec, nearness, currency)
    if not has_known_unit(amount):
        tightness = _EXACT if "percent" in spec.unit else _LOOSE  # a margin of 0.7 is none of $0.7
        if not spec.unit:  # 一次猜 5 个
            is_plain = not amount.unit or (has_role and amount.unit == f"{UNSAID} / request")
            return "" if is_plain else None, _EXACT
        return _bare_as(amount, spec.unit, has_role=has_role), tightness
    if any(same_measure(amount.unit, unit) for unit in wanted):
        return amount.unit, _EXACT
    if has_role and spec.unit.startswith("interruption") and amount.unit in ("request", "interruption"):
        return spec.unit, _LOOSE  # 年故障率 0.15 次
    is_few = amount.says_much and amount.high <= _MOST_COUNTED
    if has_role and not spec.unit and amount.unit.split(" / ")[0] in _PLAIN and is_few:
        return "", _LOOSE  # 4 drafted tokens are a plain 4, and 8 heads no people
    return _completed(amount, wanted), _LOOSE


def _bare_as(amount: Amount, unit: str, *, has_role: bool) -> str | None:
    """The unit of a number that has none, where the words beside it say what it counts."""
    if not has_role:
        return None
    if amount.unit.startswith(UNSAID):
        rate = amount.unit.removeprefix(UNSAID)
        if rate == " / second" and unit.startswith("token / second"):
            return unit  # 一张卡每秒能出 1600
        said = next((said for what in ("request", "interruption") if same_measure(said := f"{what}{rate}", unit)), None)
        return said or (_as_share(amount, unit) if "percent" in unit else None)
    if amount.unit:
        return None
    if "percent" in unit:
        return _as_share(amount, unit)
    return unit if unit in _COUNTED or unit in CERTAIN_UNITS else None


def _as_share(amount: Amount, unit: str) -> str | None:
    """A number up to one where a share is meant: margin 0.7, churn 0.03."""
    return unit.replace("percent", "1") if 0 < amount.low <= 1 and amount.high <= 1 else None


def _completed(amount: Amount, wanted: Sequence[str]) -> str | None:
    """The unit of an amount that leaves out a part of it, such as per card."""
    if "" in wanted:
        return None
    unit = amount.unit
    variants = [unit, unit.replace("customer", "sequence"), unit.replace("person", "customer")]
    variants += ["sequence"] if unit == "request" else []  # 50 conversations at once
    variants += [unit.replace("request", "interruption")] if "accelerator" in unit else []  # 每卡每年 0.2 次
    for said in dict.fromkeys(variants):
        if said != amount.unit and any(same_measure(said, unit) for unit in wanted):
            return said
    for said, left_out in product(dict.fromkeys(variants), _LEFT_OUT):
        whole = f"{said} / {left_out}"
        if left_out in ("hour", "month", "year") and not any(left_out in unit for unit in wanted):
            continue  # tokens are no tokens a second
        if left_out == "accelerator / hour" and not _may_be_hourly(amount):
            continue
        if any(same_measure(whole, unit) for unit in wanted):
            return whole
    return None


def _may_be_hourly(amount: Amount) -> bool:
    """Whether money without more may be the price of an accelerator-hour: 100,000 hours at $2, but not $2M."""
    return amount.unit in CURRENCIES and amount.high <= _DEAREST_HOUR


def _unsaid_money(amount: Amount, spec: InputSpec, nearness: float, currency: str) -> tuple[str | None, float]:
    """An amount of money without its currency is money only where the words say so: 600 万, CAC 300, not 16 servers."""
    is_named = nearness >= _RIGHT_BESIDE and not amount.after
    if is_telling(amount, spec):
        return currency + amount.unit.removeprefix(UNSAID), _LOOSE
    if not nearness or (not amount.unit and amount.high < _LEAST_MONEY and not is_named):
        return None, 0.0
    wanted = spec.unit.replace("CUR", currency)
    if not amount.unit.startswith(UNSAID):
        return wanted, _LOOSE
    money = replace(amount, unit=currency + amount.unit.removeprefix(UNSAID))
    return money.unit if same_measure(money.unit, wanted) else _completed(money, [wanted]), _LOOSE


def is_telling(amount: Amount, spec: InputSpec) -> bool:
    """Whether the unit alone tells that an amount is meant for an input: watts, tokens a parameter, money a person."""
    is_unsaid = amount.unit.startswith(f"{UNSAID} / ") and "CUR" in spec.unit
    if spec.unit in _COMMON or not (is_unsaid or has_known_unit(amount)):
        return False
    if is_unsaid:
        return same_measure(CURRENCIES[0] + amount.unit.removeprefix(UNSAID), spec.unit.replace("CUR", CURRENCIES[0]))
    wanted = [spec.unit.replace("CUR", code) for code in CURRENCIES] if "CUR" in spec.unit else [spec.unit]
    return any(same_measure(amount.unit, unit) for unit in (*wanted, *(["W"] if spec.unit.startswith("W ") else [])))


@lru_cache(maxsize=_PAIRS_KEPT)
def same_measure(one: str, other: str) -> bool:
    """Whether two units measure the same. Bits and percents have no dimension and are told apart by name."""
    if any(bool(re.search(kind, one)) != bool(re.search(kind, other)) for kind in (_BITS, r"\bbit\b", "percent")):
        return False
    return is_in(measure(1, one), other)


def nearness_of(amount: Amount, pattern: str) -> float:
    """How near the words of an input stand: 1 right beside the amount, less further off, 0 when they are not there."""
    best = 0.0
    before, after = _AND.split(amount.before)[-1], _AND.split(amount.after)[0]
    for match in words_pattern(pattern).finditer(before):
        best = max(best, 1.0 - (len(before) - match.end()) / 60)
    for match in words_pattern(pattern).finditer(after):
        best = max(best, 0.95 - match.start() / 60)
    if says(pattern, amount.text.lower()):
        best = max(best, 0.9)
    return best


def words_of(spec: InputSpec) -> str:
    """The words of an input's own label, the whole of it, in both languages."""
    return "|".join(re.escape(label.lower()) for label in (spec.label.en, spec.label.zh))


def is_needed(spec: InputSpec) -> bool:
    """Whether an input has no default of its own."""
    return spec.default is None and not spec.optional
