"""Quantities and formulas as people read them, in both languages: 7 billion parameters, 70 亿参数, $3.36 million."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from assistant.calculators.calculator import GivenInput, Step, Text
from assistant.calculators.quantity import Quantity
from assistant.calculators.units import CURRENCIES
from corpus.document import Language

_CODES = "|".join(CURRENCIES)
_MONEY_SIGNS = {"USD": "$", "CNY": "¥", "EUR": "€", "GBP": "£"}
_MONEY_WORDS = {"USD": "美元", "CNY": "元", "EUR": "欧元", "GBP": "英镑"}
# unit -> how a number of it is put in English and Chinese. `{m}` is an amount of the unit's currency.
_FORMS: dict[str, tuple[str, str]] = {
    "": ("{}", "{}"),
    "percent": ("{}%", "{}%"),
    "percent / month": ("{}% a month", "每月 {}%"),
    "percent / year": ("{}% a year", "每年 {}%"),
    "parameter": ("{} parameters", "{}参数"),
    "token": ("{} tokens", "{} token"),
    "Mtoken": ("{} million tokens", "{} 百万 token"),
    "token / second": ("{} tokens/s", "每秒 {} token"),
    "token / second / accelerator": ("{} tokens/s per accelerator", "每卡每秒 {} token"),
    "token / second / sequence": ("{} tokens/s per user", "每位用户每秒 {} token"),
    "token / parameter": ("{} tokens per parameter", "每参数 {} token"),
    "token / sequence": ("{} tokens per sequence", "每条序列 {} token"),
    "token / request": ("{} tokens per request", "每次请求 {} token"),
    "token / day": ("{} tokens a day", "每天 {} token"),
    "token / month / accelerator": ("{} tokens a month per accelerator", "每卡每月 {} token"),
    "token / month": ("{} tokens a month", "每月 {} token"),
    "FLOP": ("{} FLOP", "{} FLOP"),
    "FLOP / token": ("{} FLOP per token", "每 token {} FLOP"),
    "FLOP / parameter / token": ("{} FLOP per parameter and token", "每参数每 token {} FLOP"),
    "TFLOP / second": ("{} TFLOPS", "{} TFLOPS"),
    "FLOP / second": ("{} FLOPS", "{} FLOPS"),
    "TFLOP / second / accelerator": ("{} TFLOPS per accelerator", "每卡 {} TFLOPS"),
    "FLOP / second / accelerator": ("{} FLOPS per accelerator", "每卡 {} FLOPS"),
    "PFLOP * day / second": ("{} petaFLOPS-days", "{} PFLOPS·天"),
    "FLOP / byte": ("{} FLOP per byte", "每字节 {} FLOP"),
    "accelerator": ("{} accelerators", "{} 张卡"),
    "accelerator * hour": ("{} accelerator-hours", "{} 卡时"),
    "byte": ("{} bytes", "{} 字节"),
    "bit": ("{} bits", "{} 比特"),
    "bit / parameter": ("{} bits per parameter", "每参数 {} 比特"),
    "byte / parameter": ("{} bytes per parameter", "每参数 {} 字节"),
    "byte / parameter / accelerator": ("{} bytes per parameter on each accelerator", "每卡每参数 {} 字节"),
    "KiB / token": ("{} KiB per token", "每 token {} KiB"),
    "byte / token": ("{} bytes per token", "每 token {} 字节"),
    "MB": ("{} MB", "{} MB"),
    "MB / sequence": ("{} MB per sequence", "每条序列 {} MB"),
    "GB": ("{} GB", "{} GB"),
    "GB / accelerator": ("{} GB per accelerator", "每卡 {} GB"),
    "TB / second / accelerator": ("{} TB/s per accelerator", "每卡 {} TB/s"),
    "TB / second": ("{} TB/s", "{} TB/s"),
    "GB / second": ("{} GB/s", "{} GB/s"),
    "sequence": ("{} sequences", "{} 条序列"),
    "request": ("{} requests", "{} 次请求"),
    "request / second": ("{} requests/s", "每秒 {} 次请求"),
    "request / day": ("{} requests a day", "每天 {} 次请求"),
    "request / month": ("{} requests a month", "每月 {} 次请求"),
    "hour": ("{} hours", "{} 小时"),
    "hour / month": ("{} hours a month", "每月 {} 小时"),
    "hour / interruption": ("{} hours per interruption", "每次中断 {} 小时"),
    "day": ("{} days", "{} 天"),
    "minute": ("{} minutes", "{} 分钟"),
    "second": ("{} s", "{} 秒"),
    "second / request": ("{} s per request", "每次请求 {} 秒"),
    "millisecond": ("{} ms", "{} 毫秒"),
    "month": ("{} months", "{} 个月"),
    "year": ("{} years", "{} 年"),
    "CUR": ("{m}", "{m}"),
    "CUR / hour": ("{m} per hour", "每小时 {m}"),
    "CUR / day": ("{m} a day", "每天 {m}"),
    "CUR / month": ("{m} a month", "每月 {m}"),
    "CUR / year": ("{m} a year", "每年 {m}"),
    "CUR / accelerator": ("{m} per accelerator", "每卡 {m}"),
    "CUR / accelerator / month": ("{m} per accelerator and month", "每卡每月 {m}"),
    "CUR / accelerator / hour": ("{m} per accelerator-hour", "每卡时 {m}"),
    "CUR / Mtoken": ("{m} per million tokens", "每百万 token {m}"),
    "CUR / request": ("{m} per request", "每次请求 {m}"),
    "CUR / customer": ("{m} per customer", "每位客户 {m}"),
    "CUR / customer / month": ("{m} per customer and month", "每位客户每月 {m}"),
    "CUR / person": ("{m} per person", "每人 {m}"),
    "CUR / person / year": ("{m} per person and year", "每人每年 {m}"),
    "CUR / person / month": ("{m} per person and month", "每人每月 {m}"),
    "CUR / kWh": ("{m} per kWh", "每千瓦时 {m}"),
    "CUR / GB / month": ("{m} per GB and month", "每 GB 每月 {m}"),
    "customer": ("{} customers", "{} 位客户"),
    "person": ("{} people", "{} 人"),
    "W / accelerator": ("{} W per accelerator", "每卡 {} W"),
    "kWh": ("{} kWh", "{} 千瓦时"),
    "MWh": ("{} MWh", "{} 兆瓦时"),
    "tCO2e": ("{} tonnes CO2e", "{} 吨二氧化碳当量"),
    "tCO2e / MWh": ("{} tonnes CO2e per MWh", "每兆瓦时 {} 吨二氧化碳当量"),
    "interruption": ("{} interruptions", "{} 次中断"),
    "interruption / accelerator / year": ("{} interruptions per accelerator-year", "每卡每年 {} 次中断"),
    "node": ("{} nodes", "{} 台服务器"),
    "accelerator / node": ("{} accelerators per node", "每台服务器 {} 张卡"),
    "accelerator * day": ("{} accelerator-days", "{} 卡天"),
}
_SCALES: dict[Language, tuple[tuple[float, str], ...]] = {
    "en": ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")),
    "zh": ((1e12, " 万亿"), (1e8, " 亿"), (1e4, " 万")),
}
_ONE = re.compile(r"(?<=^1 )([a-z-]{3,}s|people)\b")
_ONE_OF = {"people": "person"}
_BEFORE_HAN = re.compile(r"([万亿]) (?=[\u4e00-\u9fff])")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SIGNIFICANT = 4
# From here on a number is written as a power of ten: nobody reads 8.4 billion trillion.
_POWERS_FROM = 1e16


def write_amount(value: float, unit: str, language: Language) -> str:
    """A number with its unit: `write_amount(7e9, "parameter", "zh")` is "70 亿参数"."""
    currency = re.search(_CODES, unit)
    form = _FORMS[re.sub(_CODES, "CUR", unit)][language == "zh"]
    if currency is None:
        return _tidy(form.format(write_number(value, language)))
    sign, size = ("−" if value < 0 else ""), write_number(abs(value), language)
    code = currency.group()
    money = (
        f"{sign}{size}{_spaced(size)}{_MONEY_WORDS[code]}" if language == "zh" else f"{sign}{_MONEY_SIGNS[code]}{size}"
    )
    return _tidy(form.format(m=money))


def write_unit(unit: str, language: Language) -> str:
    """A unit without a number, as an axis is labelled: `$ a month`."""
    currency = re.search(_CODES, unit)
    form = _FORMS[re.sub(_CODES, "CUR", unit)][language == "zh"]
    if currency is None:
        return " ".join(form.format("").split())
    money = _MONEY_WORDS[currency.group()] if language == "zh" else _MONEY_SIGNS[currency.group()]
    return form.format(m=money)


def write_number(value: float, language: Language) -> str:
    """Four significant digits, scaled as the language counts; whole numbers below a million stay whole."""
    if value < 0:
        return f"−{write_number(-value, language)}"
    if value >= _POWERS_FROM or 0 < value < 1e-4:
        mantissa, exponent = f"{value:.{_SIGNIFICANT - 1}e}".split("e")
        digits = mantissa.rstrip("0").rstrip(".")
        return f"{digits}×10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    for scale, name in _SCALES[language]:
        # In Chinese 12,345 stays 12,345: 万 is for what is larger or round.
        if value >= scale and (scale > 1e4 or value >= 1e5 or value % 1e3 == 0):
            return f"{_significant(value / scale)}{name}"
    return _significant(value)


def write_quantity(quantity: Quantity, language: Language) -> str:
    """A leaf with the unit it is shown in."""
    return write_amount(quantity.to(quantity.unit), quantity.unit, language)


def in_words(amount: Quantity | float, unit: str) -> Text:
    """An amount of `unit` for a note, in both languages."""
    size = amount.to(unit) if isinstance(amount, Quantity) else amount
    return Text(write_amount(size, unit, "en"), write_amount(size, unit, "zh"))


def write_input(read: GivenInput, language: Language) -> str:
    """The value of an input."""
    return read.value if isinstance(read.value, str) else write_quantity(read.value, language)


def write_formula(quantity: Quantity) -> str:
    """The arithmetic of a quantity in symbols: `6 × N × D`."""
    return _write(quantity, lambda leaf: leaf.symbol or write_number(leaf.to(leaf.unit), "en"))


def write_step(step: Step, language: Language) -> str:
    """A step in full: what it is, the symbols, the numbers, the value."""
    value = write_amount(step.quantity.to(step.unit), step.unit, language)
    label = step.label.in_language(language)
    label += step.symbol if label.endswith("）") else f" {step.symbol}"
    if not step.quantity.parts:
        return f"{label} = {value}"
    numbers = _write(
        step.quantity, lambda leaf: write_quantity(leaf, language) if leaf.symbol else _bare(leaf, language)
    )
    return f"{label} = {write_formula(step.quantity)} = {numbers} = {value}"


def _bare(leaf: Quantity, language: Language) -> str:
    return write_number(leaf.to(leaf.unit), language)


def _write(quantity: Quantity, write_leaf: Callable[[Quantity], str]) -> str:
    if not quantity.parts:
        return write_leaf(quantity)
    if quantity.operator in ("ceil", "floor", "max", "min"):
        return f"{quantity.operator}({', '.join(_write(part, write_leaf) for part in quantity.parts)})"
    left, right = map(_without_one, quantity.parts)
    if _is_one(quantity):
        return _write(left, write_leaf)
    shown_left = _in_parentheses(_write(left, write_leaf), left.binding < quantity.binding)
    # a − (b − c) and a ÷ (b × c) need theirs even though both sides bind alike.
    loose = right.binding < quantity.binding or (right.binding == quantity.binding and quantity.operator in "−÷^")
    return f"{shown_left} {quantity.operator} {_in_parentheses(_write(right, write_leaf), loose)}"


def _without_one(quantity: Quantity) -> Quantity:
    return _without_one(quantity.parts[0]) if _is_one(quantity) else quantity


def _is_one(quantity: Quantity) -> bool:
    """Whether it only multiplies by one of something: an interruption takes one node. Such a factor is not written."""
    if quantity.operator not in ("×", "÷"):
        return False
    factor = quantity.parts[1]
    return not factor.parts and not factor.symbol and factor.to(factor.unit) == 1


def _in_parentheses(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


def _tidy(text: str) -> str:
    """One hour is no 1 hours, and no space stands between 万 and the Chinese word it counts."""
    return _BEFORE_HAN.sub(r"\1", _ONE.sub(lambda found: _ONE_OF.get(found[1], found[1][:-1]), text))


def _significant(value: float) -> str:
    size = abs(value)
    if size >= 10 ** (_SIGNIFICANT - 1) - 0.5:
        return f"{value:,.0f}"
    decimals = _SIGNIFICANT - 1 - (math.floor(math.log10(size)) if size else 0)
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:,.0f}"


def _spaced(number: str) -> str:
    return "" if number[-1] in "万亿" else " "
