"""Figures in Chinese and English text -> comparable values: 7B = 70 亿 = 7 billion, 40% = 四成, 2.5k = 2,500.

The unit behind a figure (or the currency before it) is read where it is one of `_UNITS`: 24 hours are not 24 minutes.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

SCALES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12,
    "trillion": 1e12, "十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8,
    "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12, "%": 1e-2, "percent": 1e-2, "成": 1e-1, "‰": 1e-3,
}  # fmt: skip
_LATIN_SCALE = r"(?:thousand|million|billion|trillion|percent|bn|mn|[kmbt])(?![a-z])"
# 成 is a tenth in 三成, and half of another word in 三成本 and the like; 百分位 is a percentile.
_TENTH = r"成(?![本功为立果员长熟交就型都分])"
# 千瓦时 and 千克 are units, not thousands.
_CHINESE_SCALE = (
    rf"万亿|[十百千]亿|[十百千]万|千(?![一二三四五六七八九瓦克米伏]|分[位之点])"
    rf"|[万亿百十](?![一二三四五六七八九]|分[位之点])|{_TENTH}"
)
_NUMBER = re.compile(
    rf"(?<![a-z\d.])(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+|\s?[×x]\s?10\^-?\d+)?)"
    rf"(?:\s?(%|‰|{_CHINESE_SCALE})|[\s-]?({_LATIN_SCALE}))?"
)
_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_CHINESE_NUMBER = re.compile(
    r"(?<![第零一二两三四五六七八九十百千万亿])([零一二两三四五六七八九十百千]*[一二两三四五六七八九十][零一二两三四五六七八九十百千]*)"
    rf"(万亿|[万亿]|{_TENTH})?"
)
# A Chinese numeral that counts something, not one inside a word such as 一般 or 十分.
_CHINESE_COUNT = re.compile(
    rf"[二三四五六七八九十百千万]+分之[一二三四五六七八九十]+|(?:{_CHINESE_NUMBER.pattern})(?=[个种类倍位张块天年月周项条成])"
)
WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "quarter": 0.25, "twelve": 12, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "half": 0.5,
    "twice": 2, "double": 2, "triple": 3,
}  # fmt: skip
_MONTHS = "january february march april may june july august september october november december".split()
WORDS |= {month: number for number, month in enumerate(_MONTHS, start=1)}
_MONTH_END = re.compile(
    rf"\bend of ({'|'.join(_MONTHS)})\b|(\d{{1,2}}|[一二三四五六七八九十]{{1,2}})\s?月(?:份)?[底末]"
)
_LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WORD = re.compile(rf"\b({'|'.join(WORDS)})\b")

_UNITS = {
    "ms": r"ms\b|milliseconds?|毫秒", "s": r"seconds?\b|秒", "min": r"min(?:ute)?s?\b|分钟",
    "h": r"hours?\b|h\b|(?:个)?小时", "day": r"days?\b|天", "week": r"weeks?\b|个?星期|周", "month": r"months?\b|个月",
    "year": r"years?\b|年", "kb": r"ki?b\b", "mb": r"mi?b\b", "gb": r"gi?b\b", "tb": r"ti?b\b", "pb": r"pi?b\b",
    "usd": r"(?:us )?dollars?\b|usd\b|美元|美金", "cny": r"yuan\b|rmb\b|cny\b|(?:元|块钱)(?!素)|人民币",
    "eur": r"euros?\b|eur\b|欧元", "cad": r"canadian dollars?\b|加元", "gbp": r"pounds?\b|gbp\b|英镑",
    "jpy": r"yen\b|日元", "person": r"[个名位]?人(?![民工均])|people\b|persons?\b", "multiple": r"倍|times\b",
    "card": r"[张块片](?![钱面])|(?:gpu|card|accelerator)s?\b(?![\s-]*(?:小时|hour|day))",
}  # fmt: skip
_UNIT = re.compile(r"[\s-]?(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items()) + ")")
CURRENCIES = frozenset({"usd", "cny", "eur", "cad", "gbp", "jpy"})
_BYTES = frozenset({"kb", "mb", "gb", "tb", "pb"})
_TIMES = frozenset({"ms", "s", "min", "h", "day", "week", "month", "year"})
_SHARE = re.compile(r"[%‰成]|percent")
# The unit of a figure that counts something else: 32 heads are not 32 GB.
_SOMETHING = "something"
_COUNTED = re.compile(r"\s?[a-z]{3,}")
_CURRENCY = {"$": "usd", "€": "eur", "¥": "cny", "£": "gbp"}
# 6 至 10 周: the first of a range has the unit of the second.
_RANGE = re.compile(r"\s?(?:to|-|–|—|~|至|到|或|or|and)\s?[$€¥£]?$")

_RELATIVE_TOLERANCE = 1e-9
_POWER = re.compile(r"(?<=10)[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_DIGITS_UP = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure: its value with the scale applied (a share for percent), the text it was read from, and its unit."""

    value: float
    text: str
    unit: str = ""

    @property
    def kind(self) -> str:
        """What it can be taken for another figure of: money, time, bytes, a share, or its unit; empty without one."""
        if self.unit in CURRENCIES:
            return "money"
        if self.unit in _TIMES:
            return "time"
        if self.unit in _BYTES:
            return "bytes"
        return self.unit if self.unit not in ("", _SOMETHING) else "share" if _SHARE.search(self.text) else ""

    def stands_in(self, others: Iterable[Quantity]) -> bool:
        """Whether this figure is one of `others`. A unit that is not known is no difference, another one is."""
        same = [other for other in others if is_same_value(self.value, other.value) or self._rounds(other.value)]
        if self.unit in _BYTES:
            same = [other for other in same if other.unit != _SOMETHING]
        known = [other.unit for other in same if other.unit not in ("", _SOMETHING)]
        return bool(same) and (self.unit in ("", _SOMETHING) or not known or self.unit in known)

    def _rounds(self, exact: float) -> bool:
        """Whether this is `exact` rounded to the three or more digits that are given: 172 thousand for 172,032."""
        digits = re.sub(r"\D", "", self.text).strip("0")
        return len(digits) >= 3 and is_same_value(self.value, float(f"{exact:.{len(digits)}g}"))


def read_figures(text: str) -> list[Quantity]:
    """The figures of `text` written with digits, in order."""
    folded = _fold(text)
    found: list[Quantity] = []
    end = len(folded)
    unit = ""
    for match in reversed(list(_NUMBER.finditer(folded))):
        is_range = _RANGE.fullmatch(folded[match.end() : end]) is not None
        unit = _unit_of(match, folded) or (unit if is_range else "")
        found.append(_from_digits(match, unit))
        end = match.start()
    return found[::-1]


def read_all_figures(text: str) -> list[Quantity]:
    """The figures of `text`, those written in words as well (七种, three ways)."""
    folded = _fold(text)
    written = [_from_chinese(match, _unit_of(match, folded)) for match in _CHINESE_NUMBER.finditer(folded)]
    spelled = [
        Quantity(float(WORDS[match.group(1)]), match.group(), _unit_of(match, folded))
        for match in _WORD.finditer(folded)
    ]
    return [*read_figures(text), *written, *spelled]


def without_figures(text: str) -> str:
    """`text` with a space for every figure and its scale, those of names (GPT-3) left in place.

    A figure has many spellings, so that it says nothing as a word.
    """
    folded = _fold(text)
    for pattern in (_NUMBER, _CHINESE_COUNT, _WORD):
        folded = pattern.sub(lambda match: match.group() if _is_in_name(match) else " ", folded)
    return folded


def is_same_value(one: float, other: float) -> bool:
    """Whether two figures are the same but for rounding in their last bits."""
    return math.isclose(one, other, rel_tol=_RELATIVE_TOLERANCE, abs_tol=1e-12)


def _is_in_name(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 2) : match.start()]
    return before[-1:] in "-_/" and before[:1].isascii() and before[:1].isalpha()


def _fold(text: str) -> str:
    # 10²³ would become 1023.
    powers = _POWER.sub(lambda power: "^" + power.group().translate(_DIGITS_UP), text)
    return _MONTH_END.sub(_last_day, unicodedata.normalize("NFKC", powers).lower())


def _last_day(end: re.Match[str]) -> str:
    """The end of a month by its date, as most sources give it."""
    name, number = end.group(1), end.group(2)
    if name:
        return f"{_LAST_DAYS[_MONTHS.index(name)]} {name}"
    month = int(number) if number.isdigit() else read_chinese(number)
    return f"{number}月{_LAST_DAYS[month - 1]}日" if 1 <= month <= 12 else end.group()


def _unit_of(match: re.Match[str], folded: str) -> str:
    behind = _UNIT.match(folded, match.end())
    if behind and behind.lastgroup:
        return behind.lastgroup
    currency = _CURRENCY.get(folded[match.start() - 1 : match.start()], "")
    return currency or (_SOMETHING if _COUNTED.match(folded, match.end()) else "")


def _from_digits(match: re.Match[str], unit: str) -> Quantity:
    value = float(re.sub(r"\s?[×x]\s?10\^", "e", match.group(1)).replace(",", ""))
    scale = match.group(2) or match.group(3)
    return Quantity(value * SCALES[scale] if scale else value, match.group().strip(), unit)


def _from_chinese(match: re.Match[str], unit: str) -> Quantity:
    value = float(read_chinese(match.group(1)))
    scale = match.group(2)
    return Quantity(value * SCALES[scale] if scale else value, match.group(), unit)


def read_chinese(digits: str) -> int:
    """A Chinese numeral below ten thousand: 二十三 is 23, 一百零五 is 105, 二三 is read digit by digit, 23."""
    if not set(digits) & set("十百千"):
        return int("".join(str(_DIGITS[digit]) for digit in digits))
    total, digit = 0, 0
    for character in digits:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total += (digit or 1) * int(SCALES[character])
            digit = 0
    return total + digit
