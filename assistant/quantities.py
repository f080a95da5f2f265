"""Figures in Chinese and English text -> comparable values: 7B = 70 亿 = 7 billion, 40% = 四成, 2.5k = 2,500."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

_SCALES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12,
    "trillion": 1e12, "十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8,
    "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12, "%": 1e-2, "percent": 1e-2, "成": 1e-1, "‰": 1e-3,
}  # fmt: skip
_LATIN_SCALE = r"(?:thousand|million|billion|trillion|percent|bn|mn|[kmbt])(?![a-z])"
# 成 is a tenth in 三成, and half of another word in 三成本 and the like; 百分位 is a percentile.
_TENTH = r"成(?![本功为立果员长熟交就型都分])"
_CHINESE_SCALE = rf"万亿|[十百千]亿|[十百千]万|[万亿千百十](?![一二三四五六七八九]|分[位之点])|{_TENTH}"
_NUMBER = re.compile(
    rf"(?<![a-z\d.])(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
    rf"(?:\s?(%|‰|{_CHINESE_SCALE})|\s?({_LATIN_SCALE}))?"
)
_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_CHINESE_NUMBER = re.compile(
    r"(?<![第零一二两三四五六七八九十百千万亿])([零一二两三四五六七八九十百千]*[一二两三四五六七八九十][零一二两三四五六七八九十百千]*)"
    rf"(万亿|[万亿]|{_TENTH})?"
)
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "half": 0.5, "twice": 2,
    "double": 2, "triple": 3,
}  # fmt: skip
_MONTHS = "january february march april may june july august september october november december".split()
_WORDS |= {month: number for number, month in enumerate(_MONTHS, start=1)}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b")

_RELATIVE_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure: its value with the scale applied (a share for percent), and the text it was read from."""

    value: float
    text: str


def read_figures(text: str) -> list[Quantity]:
    """The figures of `text` written with digits, in order."""
    folded = _fold(text)
    return [_from_digits(match) for match in _NUMBER.finditer(folded)]


def read_all_figures(text: str) -> list[Quantity]:
    """The figures of `text`, those written in words as well (七种, three ways)."""
    folded = _fold(text)
    written = [_from_chinese(match) for match in _CHINESE_NUMBER.finditer(folded)]
    spelled = [Quantity(float(_WORDS[match.group(1)]), match.group()) for match in _WORD.finditer(folded)]
    return [*read_figures(text), *written, *spelled]


def is_same_value(one: float, other: float) -> bool:
    """Whether two figures are the same but for rounding in their last bits."""
    return math.isclose(one, other, rel_tol=_RELATIVE_TOLERANCE, abs_tol=1e-12)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _from_digits(match: re.Match[str]) -> Quantity:
    value = float(match.group(1).replace(",", ""))
    scale = match.group(2) or match.group(3)
    return Quantity(value * _SCALES[scale] if scale else value, match.group().strip())


def _from_chinese(match: re.Match[str]) -> Quantity:
    value = float(_read_chinese(match.group(1)))
    scale = match.group(2)
    return Quantity(value * _SCALES[scale] if scale else value, match.group())


def _read_chinese(digits: str) -> int:
    """A Chinese numeral below ten thousand: 二十三 is 23, 一百零五 is 105, 二三 is read digit by digit, 23."""
    if not set(digits) & set("十百千"):
        return int("".join(str(_DIGITS[digit]) for digit in digits))
    total, digit = 0, 0
    for character in digits:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total += (digit or 1) * int(_SCALES[character])
            digit = 0
    return total + digit
