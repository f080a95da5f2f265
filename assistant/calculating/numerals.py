"""Numbers as they are written in questions -> values: 1.5T, 3.2亿, 三百, 3-5 万, half a million, 1e25.

Only the number: what it counts is read in amounts.py.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from assistant.verifying.quantities import SCALES, WORDS, read_chinese

_DIGITS = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?e[+-]?\d+|\d+(?:\.\d+)?\s?[×x*]\s?10\s?\^?\s?\d{1,2}(?!\d)|10\^\d{1,2}"
    r"|\d+(?:\.\d+)?|(?<!\d)\.\d+"
)
_LATIN_SCALE = r"\s?(?:thousand|million|billion|trillion)\b|\s?(?:bn|mn)\b|[kmbt](?![a-z])"
# 成 is a tenth, and half of another word in 成本 and the like. w is 万 in 600w 元, and watts where nothing is counted.
_TENTH = r"成(?![本功为立果员长熟交就型都分])"
_CHINESE_SCALE = (
    rf"\s?(?:万亿|[十百千]亿|[十百千]万|亿|万|千(?!瓦|卡时)|百(?!分)|{_TENTH}"
    r"|w(?=\s?(?:元|块|人民币|美元|token|次|用户|参数)))"
)
_SCALE = rf"(?:{_CHINESE_SCALE}|{_LATIN_SCALE})"
_HAN = "零一二两三四五六七八九十百千"
_SPELLED = "|".join(
    sorted((word for word in WORDS if word not in ("twice", "double", "triple")), key=len, reverse=True)
)
_WORD_SCALE = r"hundred|thousand|million|billion|trillion|dozen"

# The scale of a tenth (成) and of a fraction (三分之一): both are percent.
_SHARE = "分之"
NUMERAL = re.compile(
    rf"(?!(?<=\d,)\d{{3}}(?!\d))(?<![a-z]-)(?<![a-z\d._第])(?P<low>{_DIGITS})(?P<low_scale>{_SCALE})?"
    rf"(?:(?P<mark>\s?%)?\s?(?:-|–|—|~|～|到|至|\bto\b)\s?[$¥€£]?(?P<high>{_DIGITS})(?P<high_scale>{_SCALE})?(?=\s?[^\d-]|$))?"
    rf"|(?P<parts>[{_HAN}\d]{{1,3}})分之(?P<of_parts>[{_HAN}\d]{{1,3}})"
    rf"|(?<![第每{_HAN}半几])(?P<han>[{_HAN}]+)(?P<han_scale>万亿|[十百千]?亿|万|{_TENTH})?"
    r"|(?P<scale_only>(?<![一-鿿/\d])(?:万亿|[十百千]亿|[十百千]万|[亿万千百]))(?=级?(?:张)?(?:参数|卡|token|模型|元|用户))"
    r"|(?P<half>半)(?=\s?(?:年|个月|个小时|小时|天))"
    rf"|\b(?:(?P<fraction>half) a|(?P<article>an?)|(?P<word>{_SPELLED}))(?:[\s-](?P<word_scale>{_WORD_SCALE}))?\b",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A value or the two ends of a range; `glued` is the letter of a scale such as the B of 7B, `scale` any scale."""

    low: float
    high: float
    scale: str = ""
    glued: str = ""
    is_word: bool = False


def fold(text: str) -> str:
    """Lower case, full-width forms as ASCII ones, every character in its place."""
    return "".join(_folded(character) for character in text)


def read_numeral(match: re.Match[str], *, may_be_article: bool = False) -> Numeral | None:
    """The value of a match of NUMERAL. The article of "in a day" is a number where it may be one; else None."""
    if match["low"]:
        return _from_digits(match)
    if match["parts"]:
        share = 100 * _whole(match["of_parts"]) / (_whole(match["parts"]) or 1)
        return Numeral(share, share, _SHARE)
    if match["han"]:
        value = read_chinese(match["han"]) * _factor(match["han_scale"] or "")
        return Numeral(value, value, match["han_scale"] or "", is_word=not match["han_scale"])
    if match["scale_only"]:
        return Numeral(SCALES[match["scale_only"]], SCALES[match["scale_only"]], is_word=True)
    if match["half"]:
        return Numeral(0.5, 0.5, is_word=True)
    if match["article"] and not match["word_scale"] and not may_be_article:
        return None
    value = 0.5 if match["fraction"] else 1.0 if match["article"] else float(WORDS[match["word"]])
    value *= {"hundred": 100.0, "dozen": 12.0}.get(match["word_scale"], SCALES.get(match["word_scale"] or "", 1.0))
    return Numeral(value, value, is_word=True)


def _from_digits(match: re.Match[str]) -> Numeral:
    low_scale, high_scale = (match["low_scale"] or "").strip(), (match["high_scale"] or "").strip()
    low = _value(match["low"])
    scale = low_scale if not match["high"] else high_scale or low_scale
    glued = scale if scale in ("b", "t", "m", "k") and not (match["low_scale"] or "").startswith(" ") else ""
    if not match["high"]:
        return Numeral(low * _factor(scale), low * _factor(scale), scale, glued)
    high = _value(match["high"])
    # 3-5 万: the scale of the second number is that of both.
    ends = low * _factor(low_scale or scale), high * _factor(scale)
    return Numeral(min(ends), max(ends), scale, glued)


def _whole(number: str) -> float:
    return float(number) if number.isdigit() else float(read_chinese(number))


def _value(digits: str) -> float:
    digits = re.sub(r"\s", "", digits).replace(",", "")
    power = re.fullmatch(r"(?:(\d+(?:\.\d+)?)[×x*])?10\^?(\d{1,2})", digits)
    if power and (power[1] or "^" in digits):
        return float(power[1] or 1) * 10.0 ** int(power[2])
    return float(digits)


def _factor(scale: str) -> float:
    return {"w": 1e4, "成": 10.0, "": 1.0}.get(scale) or SCALES[scale]


def _folded(character: str) -> str:
    shown = unicodedata.normalize("NFKC", character).lower()
    return shown if len(shown) == 1 else character
