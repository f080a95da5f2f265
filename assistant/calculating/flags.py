"""The value of a flag -> the value of a calculator's input: `7B`, `$2.5/h`, `40%`, `H100`.

The flag says what is counted, so a count may stand alone; money, shares and times must say their unit. Nothing is
guessed: neither a currency nor whether 40 is 40%.
"""

from __future__ import annotations

import re

from assistant.calculating.amount import UNCLEAR_MONEY, UNSAID, Amount
from assistant.calculating.amounts import read_amounts
from assistant.calculating.known_names import find_names
from assistant.calculators.calculate import Value
from assistant.calculators.calculator import InputSpec, Text
from assistant.calculators.errors import BadInputError
from assistant.calculators.quantity import given
from assistant.calculators.units import CURRENCIES, is_in, measure, value_in
from corpus.tables import Tables

# What a flag may leave out of its unit, because it is what the flag counts.
_COUNTED = frozenset(
    "parameter token accelerator request sequence customer person interruption node layer bit".split()
) | {"accelerator * hour"}
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
    if amount.unit.startswith(UNCLEAR_MONEY):
        raise BadInputError(
            name,
            Text(f"--{name}: ¥ may be yuan or yen; write CNY 14", f"--{name}：¥ 可能是人民币或日元，请写明，如 14 元"),
        )
    unit = _unit_of(amount)
    size = -amount.low if negative else amount.low
    for wanted in [spec.unit.replace("CUR", code) for code in CURRENCIES] if "CUR" in spec.unit else [spec.unit]:
        for said in _ways_to_say(wanted):
            if _is_same(unit, said):
                return given(value_in(measure(size, unit), said), wanted, spec.symbol)
    raise BadInputError(name, _bad(name, spec, text))


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
    return (unit, " / ".join([first, *kept]), *([bare] if first in _COUNTED else []))


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
