"""What amounts that stand beside each other tell of one another: a unit given once, a number said twice, a product."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.calculating.amount import UNCLEAR_MONEY, UNSAID, Amount
from assistant.calculators.units import CURRENCIES

# What one of two numbers leaves to the other: 每次输入 1,800、输出 260 个 token; 50 个 4,096 token 的会话.
_IN_AND_OUT = re.compile(
    r"\s?(?:in|input|prompt)?\s?(?:、|,|和|与|及|and|/)\s?(?:and )?(?:每次)?(?:输出|生成|回答|回复|output|out)"
)
_SO_MANY_OF = re.compile(r"\s?(?:个|条|路|sequences of|conversations of|chats of)\s?各?\s?$")
# 千卡（1024 张）, about a third (33%): the number in parentheses is the exact one.
_OPENS = re.compile(r"\s?\(\s?(?:即|就是|也就是|约|共|具体|=|~|i\.e\.,?|that is,?|about|exactly)?\s?")
_SAME_WITHIN, _SAME_TIME = 0.25, 0.05
_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
# A list goes on where no sentence ends.
_SENTENCE_END = re.compile(r"[。;；!！?？\n]|\.\s")
_TIMES_SIGN = re.compile(r"\s?[x×*]\s?")
_MACHINES = re.compile(r"\s?(?:台|个节点|节点|(?:servers?|nodes?|machines?|boxes) (?:of|with))\s?(?:装|带|配|各)?\s?")
_IDLE = re.compile(r"\bidle\b|空着|空闲|闲置|(?<!不)闲着|\bunused\b")
_EACH = re.compile(r"\s?\b(?:each|apiece)\b")
_COUNTED = ("person", "accelerator", "customer")
# From here on a bare factor is money: 5 people x 4 x 60,000.
_LEAST_MONEY = 1000.0
_TIMES = ("hour", "day", "month", "year")


def said_once(amounts: Sequence[Amount], folded: str) -> list[Amount]:
    """`amounts` without those that the next one gives more exactly: in parentheses, or 一个季度 90 天."""
    dropped = {
        one.start
        for one, other in pairwise(amounts)
        if (
            _is_exact_one(one, other, folded) and one.unit == other.unit and _are_near(one.low, other.low, _SAME_WITHIN)
        )
        or (one.end == other.start and _are_near(_days(one), _days(other), _SAME_TIME))
    }
    return [amount for amount in amounts if amount.start not in dropped]


def _is_exact_one(one: Amount, other: Amount, folded: str) -> bool:
    is_opened = _OPENS.fullmatch(folded[one.end : other.start])
    return is_opened is not None and ")" in folded[other.end : other.end + 3]


def _are_near(one: float, other: float, share: float) -> bool:
    return min(one, other) > 0 and abs(one - other) <= share * max(one, other)


def _days(amount: Amount) -> float:
    """The days of a time, 0 of what is none."""
    return amount.low * _DAYS.get(amount.unit, 0.0)


def with_neighbours(amounts: Sequence[Amount], folded: str) -> list[Amount]:
    """`amounts` with the units that they take from those beside them."""
    paired = [*(_as_next(*pair, folded) for pair in pairwise(amounts)), *amounts[-1:]]
    paired = [_as_busy(amount) for amount in _of_machines(paired, folded)]
    listed = [replace(amount, like=_like(place, paired, folded)) for place, amount in enumerate(paired)]
    return _of_products([_for_each_of(place, listed, folded) for place in range(len(listed))], folded)


def is_money(amount: Amount) -> bool:
    """Whether an amount says that it is money of a known currency."""
    return amount.unit.split(" / ")[0] in CURRENCIES


def _as_next(amount: Amount, following: Amount, folded: str) -> Amount:
    """`amount` with the unit that stands only behind the `following` one."""
    if amount.unit.split(" / ")[0] not in ("", UNSAID) or following.unit.split(" / ")[0] != "token":
        return amount
    between = folded[amount.end : following.start]
    if _SO_MANY_OF.fullmatch(between) and re.match(r"的?(?:会话|对话|请求|序列|用户|并发)", following.after):
        return replace(amount, unit="sequence")
    if re.search(r"输入|提示|读入|input|prompt", amount.before) and _IN_AND_OUT.match(between):
        return replace(amount, unit=" / ".join(["token", *amount.unit.split(" / ")[1:]]))
    return amount


def _of_machines(amounts: Sequence[Amount], folded: str) -> list[Amount]:
    """The cards of all machines instead of those of one: 10 台 8 卡服务器, 4 nodes with 8 H100s each."""
    found = list(amounts)
    for one, other in pairwise(amounts):
        if other.unit == "accelerator" and not one.unit and _MACHINES.fullmatch(folded[one.end : other.start]):
            low, high = one.low * other.low, one.high * other.high
            together = replace(other, low=low, high=high, start=one.start, text=f"{one.text}…{other.text}")
            found = [together if amount is other else amount for amount in found if amount is not one]
    return found


def _as_busy(amount: Amount) -> Amount:
    """A share of idle time as one of use: idle 40% of the time."""
    beside = f"{amount.before[-10:]}|{amount.after[:16]}"
    if amount.unit != "percent" or not _IDLE.search(beside):
        return amount
    return replace(amount, low=100 - amount.high, high=100 - amount.low)


def _like(place: int, amounts: Sequence[Amount], folded: str) -> str:
    """The unit of the last money before a bare number in its sentence."""
    amount = amounts[place]
    money = next((other for other in reversed(amounts[:place]) if is_money(other)), None)
    if amount.unit or money is None or _SENTENCE_END.search(folded, money.end, amount.start):
        return ""
    return money.unit


def _for_each_of(place: int, amounts: Sequence[Amount], folded: str) -> Amount:
    """Money "each" is for each of those that were counted last: 3 people at 12k a month each."""
    amount = amounts[place]
    counted = next((other.unit for other in reversed(amounts[:place]) if other.unit in _COUNTED), "")
    is_each = _EACH.match(folded, amount.end) or _EACH.search(folded[amount.start : amount.end])
    return _for_each(amount, [counted]) if counted and is_each else amount


def _of_products(amounts: Sequence[Amount], folded: str) -> list[Amount]:
    """Money in a product is for each of what it is multiplied with: 10 people x 8 months x 20k."""
    found = list(amounts)
    for place in range(len(found)):
        chain = [place]
        while chain[-1] + 1 < len(found) and _TIMES_SIGN.fullmatch(
            folded[found[chain[-1]].end : found[chain[-1] + 1].start]
        ):
            chain.append(chain[-1] + 1)
        factors = [found[index].unit for index in chain]
        for index in chain if len(chain) > 1 else ():
            found[index] = _for_each(found[index], factors)
    return found


def _for_each(amount: Amount, factors: Sequence[str]) -> Amount:
    first, *pers = amount.unit.split(" / ")
    if first not in ("", UNSAID, UNCLEAR_MONEY, *CURRENCIES) or (not first and amount.low < _LEAST_MONEY):
        return amount
    more = [unit for unit in factors if unit in _COUNTED and unit not in pers]
    more += [unit for unit in factors if unit in _TIMES and not set(pers) & set(_TIMES)]
    return replace(amount, unit=" / ".join([first or UNSAID, *more, *pers])) if more else amount
