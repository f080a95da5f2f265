"""What an amount is per, from the words around it: $2 an hour per GPU, 每月 50 万, $200 monthly per account."""

from __future__ import annotations

import re

from assistant.calculating.patterns import words_pattern
from assistant.calculating.unit_words import unit_words
from assistant.calculators.units import CURRENCIES

# What leads to the unit that an amount is per, and words that stand before another thing: 10 engineers cost a year.
_EVERY = r"每(?:(?:使用|用|跑|运行|工作)(?=一?个?小时))?(?:一(?=个?[月天年小]))?(?:个)?"
_PER = (
    r"\s?(?:/|\bper\b|\beach\b|\ban?\b|\bevery\b)\s?"
    rf"|\s?(?:{_EVERY}|一(?=个?[月天年]|小时|度|张|块|片|卡))\s?"
)
_BEFORE = rf"(?:{_EVERY}|单(?=[次])|一(?=个?[月天年]|次(?!训练|预训练|微调)))(?:个)?\s?" + r"([^每]{1,12})"
_NOT_BETWEEN = r"(?:and|but|or|per|an?|costs?|for|at|with|is|are|what|how|last|over)"
# An amount without a unit is per something only where that is said outright: 120/month.
_SLASH = re.compile(r"\s?(?:/|per\b)")
# Counts of which a "monthly" before them says nothing: monthly cost of 9 people.
_ONLY_COUNTED = ("parameter", "person", "accelerator")
# In Chinese what an amount is per stands before it as well: 8 卡每秒 2 万 token.
_NEXT = re.compile(r"[^,，。;；、\d]{0,4}[¥$€£]?\s?(?:\d|[一二两三四五六七八九十百千]+[万亿元块])")
_A_DAY = re.compile(r"每[天日][^,，。;；\d]{0,8}$|(?:a|per|every|each) day[^,.;\d]{0,16}$")
# 18k each per month
_EACH = re.compile(r"\s(?:each|apiece)(?=\s?(?:/|per\b|an?\b|every\b))")
TIMES = ("month", "day", "year", "week", "hour", "quarter")
# What can be per request: money and tokens, but no time of a card: 跑一次 2 万卡时.
_OF_A_REQUEST = ("token", "money", "second", "millisecond", "", *CURRENCIES)


def read_rates(unit: str, folded: str, before: str, end: int, *, has_scale: bool) -> tuple[list[str], int]:
    """What the amount in `unit` that ends at `end` is per, and where it then ends. `before` is its clause up to it."""
    found: list[str] = []
    after = end
    said, ends = _rates_after(folded, end, 3 if unit in ("request", "money", *CURRENCIES) else 0)
    # A bare number may well be money an hour, but is no 3 a card: 2.50 an hour.
    if unit or has_scale or _SLASH.match(folded[end:]) or (said and said[0] in TIMES):
        found, after = said, ends
    if unit in _ONLY_COUNTED and set(found) & set(TIMES):  # 租 4 张卡一个月
        found, after = [], end
    if found == [unit]:  # 租 4 张卡每张 12 元: what each of them costs comes behind it
        found, after = [], end
    if unit == "hour" and _A_DAY.search(before):
        found = ["day"]  # 每天停机 2 小时 is no time of two hours
    if unit not in (*_ONLY_COUNTED, *TIMES):
        found += _rates_before(before, words=set(found) <= {*_ONLY_COUNTED, "customer"})
    if unit not in _OF_A_REQUEST:
        found = [per for per in found if per != "request"]
    if not unit:  # 每个 token 的缓存：40 层
        found = [per for per in found if per not in ("token", "parameter")]
    return ([] if found == [unit] else found), after  # 每个付费用户带来 8 个免费用户


def _rates_after(folded: str, position: int, words_between: int) -> tuple[list[str], int]:
    """What follows "per", a slash or 每, up to three times: / GPU / hour."""
    found: list[str] = []
    position += len(each.group()) if (each := _EACH.match(folded, position)) else 0
    while len(found) < 3:
        rest = folded[position:]
        if word := words_pattern(rf"\s({unit_words()['rate_words']})\b").match(rest):
            found.append(_rate_of(word.group(1)))
            position += word.end()
            continue
        between = rf"(?:\s(?!{_NOT_BETWEEN}\b)[a-z-]+){{0,{0 if found else words_between}}}?"
        lead = words_pattern(rf"(?:{between})(?:{_PER})").match(rest)
        row = _first("per", rest[lead.end() :]) if lead else None
        if lead and row and not ("每" in lead.group() and _NEXT.match(rest, lead.end() + row[1])):
            found.append(row[0])
            position += lead.end() + row[1]
            continue
        break
    return found, position


def _rates_before(before: str, *, words: bool) -> list[str]:
    """What a 每 or a word like monthly before the number says it is per."""
    # Not beyond a number: in 每月 3 台、50 万元 the second is another amount.
    clause = re.split(r"\d", before)[-1]
    found = [
        row["unit"]
        for part in re.findall(_BEFORE, clause)
        if (row := next((row for row in unit_words()["per"] if words_pattern(row["pattern"]).match(part)), None))
    ]
    if (
        words
        and set(found) <= {*_ONLY_COUNTED, "customer"}
        and (word := re.search(unit_words()["rate_words"], re.split(r"[×*]|\band\b", clause[-28:])[-1]))
    ):
        found.append(_rate_of(word.group()))
    return found


def _rate_of(word: str) -> str:
    return next(str(row["unit"]) for row in unit_words()["rate"] if re.fullmatch(row["pattern"], word))


def _first(table: str, rest: str) -> tuple[str, int] | None:
    for row in unit_words()[table]:
        if match := words_pattern(row["pattern"]).match(rest):
            return row["unit"], match.end()
    return None
