"""The value of a spreadsheet's cell -> the text it is shown as, by its number format: 25%, 1,200.50, 2026-03-01.

Covers percentages, thousands, fixed decimals, signs of currencies, dates and times. Everything else is written plainly,
with all its digits: scientific notation, fractions, phone numbers with gaps.
"""

from __future__ import annotations

import datetime
import re

_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_GAP = re.compile(r"[_*].")
_DECIMALS = re.compile(r"0\.(0+)")
_SIGN = re.compile(r"[$€£¥￥₩₹]|\b(?:USD|EUR|GBP|CNY|RMB|HKD|JPY)\b|元|万元|亿元|万|亿")
_BEFORE = frozenset("$€£¥￥₩₹")
_SCALED = re.compile(r"[0#],+(?=[^0#?,.]|$)")  # a comma behind the digits divides by a thousand


def cell_text(value: object, number_format: str) -> str:
    """What a person reads in the cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    if isinstance(value, int | float):
        return _number(value, number_format)
    return str(value)


def _number(value: float, number_format: str) -> str:
    positive = number_format.split(";")[0]
    shown = _GAP.sub("", _BRACKETS.sub(_currency, positive))
    bare = _LITERAL.sub("", shown)
    if not re.search("[0#]", bare) or "E" in bare or "/" in bare or _SCALED.search(bare):
        return _plain(value)
    percent = "%" in bare
    decimals = len(found.group(1)) if (found := _DECIMALS.search(bare)) else 0
    scaled = value * 100 if percent else value
    if decimals == 0 and not percent and "0" in bare and abs(scaled) < 1 and scaled != 0:
        return _plain(value)  # a share shown as 0 or 1 says nothing
    text = f"{scaled:{',' if ',' in bare else ''}.{decimals}f}" + ("%" if percent else "")
    sign = _SIGN.search(_LITERAL.sub(lambda match: match.group(1) or match.group(2) or "", shown))
    if sign is None:
        return text
    if sign.group() in _BEFORE:
        return f"-{sign.group()}{text[1:]}" if text.startswith("-") else sign.group() + text
    return f"{text} {sign.group()}"


def _currency(match: re.Match[str]) -> str:
    """`[$€-407]` is a sign and a country; other brackets are colours and conditions."""
    inner = match.group(1)
    return inner[1:].split("-")[0] if inner.startswith("$") else ""


def _plain(value: float) -> str:
    return f"{value:.12g}" if isinstance(value, float) and abs(value) < 1e15 else str(value)
