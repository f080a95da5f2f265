"""Numbers as they are written in questions -> values: 1.5T, 3.2亿, 3万5, 两亿三千万, 3-5 万, half a million, a third.

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
_TENS = {
    word: 10 * place for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_TEENS = {
    word: place
    for place, word in enumerate("thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), 13)
}
_WORDS = {**{word: WORDS[word] for word in WORDS if word not in ("twice", "double", "triple")}, **_TEENS, **_TENS}
_UNITS_PLACE = "one|two|three|four|five|six|seven|eight|nine"
_SPELLED = "|".join(
    [rf"(?:{'|'.join(_TENS)})[ -](?:{_UNITS_PLACE})", *sorted(_WORDS, key=len, reverse=True)],
)
_WORD_SCALE = r"hundred|thousand|million|billion|trillion|dozen"
# What a number in 万 or 亿 goes on with: 3万5, 一亿两千万. The first leaves out its 千.
_TAIL = r"(?P<{name}>\d{{1,4}}|[零一二两三四五六七八九十百千]{{1,6}})(?P<{name}_scale>千万|百万|[万千百])?"
_BEHIND_TAIL = r"(?!\d|[.,]\d|[百千万亿]|\s?(?:[-–~到至成%]|分之|个|张|台|人|位|名|家|次|天|年|月|小时))"
# Parts of a whole in words: percent. A third party and a half year are none.
_PARTS_OF = {"third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_HALF = (
    r"half(?= (?:of\b(?! an?\b)|(?:of )?the (?:time|hours|day|tokens|requests|traffic|capacity)"
    r"|idle|busy|empty|full|utili[sz]))|(?<=at )half(?! an?\b| price)|(?<=by )half\b(?! an?\b)"
)

# Words that a number may be glued to: PUE1.2. To other letters it belongs to a name: H100.
_GLUED_TO = "|".join(f"(?<={word})" for word in "pue mfu qps slo arr cac arpu batch rank".split())

# The scale of a tenth (成) and of a fraction (三分之一): both are percent.
_SHARE = "分之"
NUMERAL = re.compile(
    rf"(?P<mixed>(?<![\d.,])\d+(?:\.\d+)?)(?P<mixed_scale>[万亿]){_TAIL.format(name='tail')}{_BEHIND_TAIL}"
    rf"|(?P<over>[1-9])/(?P<under>[2-9]|10)(?= of\b|的)"
    rf"|(?!(?<=\d,)\d{{3}}(?!\d))(?:(?<![a-z]-)(?<![a-z\d._第])|{_GLUED_TO})(?P<low>{_DIGITS})(?P<low_scale>{_SCALE})?"
    rf"(?:(?P<mark>\s?%)?\s?(?:-|–|—|~|～|到|至|\bto\b)\s?[$¥€£]?(?P<high>{_DIGITS})(?P<high_scale>{_SCALE})?(?=\s?[^\d-]|$))?"
    rf"|(?P<parts>[{_HAN}\d]{{1,3}})分之(?P<of_parts>[{_HAN}\d]{{1,3}})"
    rf"|(?<![大小])(?P<even>一半)(?![年天])"
    rf"|(?<![第每{_HAN}半几])(?P<han>[{_HAN}]+)(?P<han_scale>万亿|[十百千]?亿|万|{_TENTH})?"
    rf"(?:(?<=[万亿成]){_TAIL.format(name='han_tail')}{_BEHIND_TAIL})?"
    r"|(?P<scale_only>(?<![一-鿿/\d])(?:万亿|[十百千]亿|[十百千]万|[亿万千百]))(?=级?(?:张)?(?:参数|卡|token|模型|元|用户))"
    r"|(?P<half>半)(?=\s?(?:年|个月|个小时|小时|天))"
    rf"|(?<!over )(?<!last )(?<!past )\b(?P<count>an?|one|two|three|four)[ -](?P<part>{'|'.join(_PARTS_OF)})s?\b"
    r"(?![ -](?:part(?:y|ies)|year|option|model|time(?! of)|gpu|card))(?<!a quarter)"
    r"|\b(?:a )?(?P<a_quarter>quarter)(?= of\b)"
    rf"|\b(?P<a_half>{_HALF})"
    rf"|\b(?:(?P<fraction>half) a|(?P<article>an?|one)|(?P<word>{_SPELLED}))(?:[\s-](?P<word_scale>{_WORD_SCALE}))?\b",
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
    if share := _share(match):
        return Numeral(share, share, _SHARE)
    if match["mixed"]:
        value = float(match["mixed"]) * _factor(match["mixed_scale"]) + _tail(match, "tail", match["mixed_scale"])
        return Numeral(value, value, match["mixed_scale"])
    if match["han"]:
        scale = match["han_scale"] or ""
        value = _spoken(match["han"]) * _factor(scale) + _tail(match, "han_tail", scale)
        return Numeral(value, value, scale, is_word=not scale)
    if match["scale_only"]:
        return Numeral(SCALES[match["scale_only"]], SCALES[match["scale_only"]], is_word=True)
    if match["half"]:
        return Numeral(0.5, 0.5, is_word=True)
    if match["article"] and not match["word_scale"] and not may_be_article:
        return None
    value = 0.5 if match["fraction"] else 1.0 if match["article"] else _spelled(match["word"])
    value *= {"hundred": 100.0, "dozen": 12.0}.get(match["word_scale"], SCALES.get(match["word_scale"] or "", 1.0))
    return Numeral(value, value, is_word=True)


def _share(match: re.Match[str]) -> float:
    """The percent of a fraction in words, 0 where it is none."""
    if match["parts"]:
        return 100 * _whole(match["of_parts"]) / (_whole(match["parts"]) or 1)
    if match["over"]:
        return 100 * int(match["over"]) / int(match["under"])
    if match["part"]:
        count = {"a": 1, "an": 1, "one": 1}.get(match["count"]) or _WORDS[match["count"]]
        return 100 * count / _PARTS_OF[match["part"]]
    return 25.0 if match["a_quarter"] else 50.0 if match["even"] or match["a_half"] else 0.0


def _tail(match: re.Match[str], name: str, scale: str) -> float:
    """What a number goes on with behind its scale: 5 千 in 3万5, two thousand 万 in 一亿两千万, half a 成 in 六成五."""
    tail = match[name]
    if not tail:
        return 0.0
    size = float(tail) if tail.isdigit() else float(read_chinese(tail))
    if match[f"{name}_scale"]:
        return size * SCALES[match[f"{name}_scale"]]
    return size * _factor(scale) / 10 if size < 10 and "零" not in tail else size


def _spoken(numeral: str) -> float:
    """A Chinese numeral; 一千五 is 1,500."""
    shortened = re.fullmatch(r"(.*)([百千])([一二两三四五六七八九])", numeral)
    if shortened and not shortened[1].endswith("零"):
        return float(read_chinese(shortened[1] + shortened[2])) + read_chinese(shortened[3]) * SCALES[shortened[2]] / 10
    return float(read_chinese(numeral))


def _spelled(word: str) -> float:
    tens, _, ones = word.replace(" ", "-").partition("-")
    return float(_WORDS[tens] + (WORDS.get(ones) or 1.0 if ones else 0.0))


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
