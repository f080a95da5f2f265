"""The value of a flag -> the value of a calculator's input: `7B`, `$2.5/h`, `40%`, `H100`.

The flag says what is counted, so a count may stand alone, and so may a share below one and what is only ever given in
one unit: 0.25, 700 for watts. Money and times must say their unit. Nothing is guessed: neither a currency nor whether
40 is 40%.
"""

from __future__ import annotations

import re

from assistant.calculating.amount import UNCLEAR_MONEY, UNSAID, Amount
from assistant.calculating.amounts import read_amounts
from assistant.calculating.fitting import CERTAIN_UNITS
from assistant.calculating.known_names import find_names
from assistant.calculators.calculate import Value
from assistant.calculators.calculator import InputSpec, Text
from assistant.calculators.errors import BadInputError, UnclearCurrencyError
from assistant.calculators.quantity import given
from assistant.calculators.units import CURRENCIES, is_in, measure, value_in
from corpus.tables import Tables

# What a flag may leave out of its unit, because it is what the flag counts.
_COUNTED = frozenset(
    "parameter token accelerator request sequence customer person interruption node layer bit".split()
) | {"accelerator * hour"}
_YUAN_OR_YEN = re.compile(r"[¥￥]\s?([\d.,]+\s?(?:[kKmMbB万亿千百]+(?![a-zA-Z]))?)")
_BARE_RATE = re.compile(r"^([\d.,]+\s?[a-zA-Z万亿]?)\s?/")
_SHARE = re.compile("percent")
_MINUS = ("-", "−")


def read_flag(name: str, spec: InputSpec, text: str, tables: Tables) -> Value:
    """The value that `text` gives for the input `name`.

    :raises BadInputError: when it is no single amount, or its unit is missing or of another kind.
    """
    text = text.strip()
    if spec.kind != "number":
        named = [found.row for found in find_names(text, tables) if found.kind == spec.kind]
        return text if spec.kind == "choice" or not named else named[0]
    negative = text.startswith(_MINUS)
    amount = _only_amount(text.removeprefix("-").removeprefix("−"), spec.unit.split(" / ")[0])
    if amount is None:
        raise BadInputError(name, _bad(name, spec, text))
    if amount.unit.startswith(UNCLEAR_MONEY) or "¥" in text or "￥" in text:
        raise UnclearCurrencyError(name, _yuan_or_yen(name, text))
    unit = _unit_of(amount)
    size = -amount.low if negative else amount.low
    if not amount.unit and (said := _certain(size, spec.unit)):
        return given(size, said, spec.symbol)
    for wanted in [spec.unit.replace("CUR", code) for code in CURRENCIES] if "CUR" in spec.unit else [spec.unit]:
        for said in _ways_to_say(wanted):
            if _is_same(unit, said):
                return given(value_in(measure(size, unit), said), wanted, spec.symbol)
    raise BadInputError(name, _bad(name, spec, text))


def _certain(size: float, unit: str) -> str:
    """The unit of a bare number where it can be only one, empty where it can not."""
    if "percent" in unit:
        return unit.replace("percent", "1") if 0 <= size < 1 else ""
    return unit if unit in CERTAIN_UNITS else ""


def _yuan_or_yen(name: str, text: str) -> Text:
    """What to write instead of what was typed with ¥."""
    zh = _YUAN_OR_YEN.sub(lambda found: f"{found[1].strip()}元", text)
    en = _YUAN_OR_YEN.sub(lambda found: f"CNY {found[1].strip()}", text)
    flag = write_flag(name)
    return Text(
        f"{flag} {text!r}: ¥ may be yuan or yen; for yuan write {en!r}",
        f"{flag} {text!r}：¥ 可能是人民币或日元；人民币请写成 {zh!r}",
    )


def _only_amount(text: str, counted: str) -> Amount | None:
    """The one amount that `text` is, all of it: 50k/day is read as 50k requests/day where requests are counted."""
    whole = _BARE_RATE.sub(rf"\1 {counted}s/", text) if counted in _COUNTED else text
    amounts = read_amounts(whole)
    if len(amounts) != 1 or amounts[0].is_range or (amounts[0].start, amounts[0].end) != (0, len(whole)):
        return None
    return amounts[0]


def write_flag(name: str) -> str:
    """The flag of an input: `--new-arr`."""
    return "--" + name.replace("_", "-")


def _unit_of(amount: Amount) -> str:
    first, *pers = amount.unit.split(" / ")
    if first in ("parameter", "token") and re.search(r"\d\s?[bBtT]\b", amount.text):
        first = ""  # 2B/month of another input: the letter is a scale
    return " / ".join([first if first not in ("", UNSAID) else "1", *pers]) if pers or first else ""


def _ways_to_say(unit: str) -> tuple[str, ...]:
    """The unit itself, without what it is per, and without what it counts: tokens/s for tokens/s per accelerator."""
    first, *pers = unit.split(" / ")
    kept = [per for per in pers if per not in _COUNTED]
    bare = " / ".join(["1", *kept]) if kept else ""
    # The label says of which time a share is: a fall of 60% in a year.
    alone = [first] if first == "percent" and kept else []
    return (unit, " / ".join([first, *kept]), *([bare] if first in _COUNTED else []), *alone)


def _is_same(one: str, other: str) -> bool:
    # A share and a number have no dimension, and neither has a bit: told apart by name.
    if bool(_SHARE.search(one)) != bool(_SHARE.search(other)) or ("bit" in one and "bit" not in other):
        return False
    return is_in(measure(1, one), other)


def _bad(name: str, spec: InputSpec, text: str) -> Text:
    unit = spec.unit.replace("CUR", "USD")
    return Text(
        f"{write_flag(name)} {text!r} cannot be read as an amount of {unit or 'no unit'}; write it as in the example",
        f"{write_flag(name)} {text!r} 无法读成单位为 {unit or '无'} 的数值，请照示例书写",
    )
