"""What a question says and which calculators its words point at. The cue words stand in asking_words/."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.calculating.amount import Amount
from assistant.calculating.amounts import read_amounts
from assistant.calculating.known_names import Name, find_names, mask_names
from assistant.calculating.numerals import fold
from assistant.calculating.patterns import says
from assistant.calculators.calculator import Calculator
from assistant.calculators.units import CURRENCIES
from corpus.language import HAN
from corpus.tables import Tables

_WORDS = Path(__file__).parent / "asking_words"


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a question, whatever it asks. In `folded` the names of accelerators are blotted out."""

    text: str
    folded: str
    amounts: tuple[Amount, ...]
    names: tuple[Name, ...]

    @property
    def currency(self) -> str:
        """The one currency that the question names, or an empty string."""
        named = {code for code in CURRENCIES for amount in self.amounts if re.search(rf"\b{code}\b", amount.unit)}
        return named.pop() if len(named) == 1 else ""

    @property
    def usual_currency(self) -> str:
        """What money without a currency is taken to be in: yuan in a Chinese question or behind ¥, else US dollars."""
        return "CNY" if HAN.search(self.text) or "¥" in self.folded else "USD"


def read_question(text: str, tables: Tables) -> Reading:
    """The amounts and names of `text`."""
    names = find_names(text, tables)
    chips = [name for name in names if name.kind == "accelerator"]
    return Reading(
        text,
        fold(mask_names(text, chips, versions=False)),
        tuple(read_amounts(text, masked=mask_names(text, names))),
        tuple(names),
    )


def cue_hits(name: str, folded: str) -> int:
    """How many of a calculator's cues stand in the question; 0 when what it needs does not, or it is another's."""
    cues = cues_of(name)
    needs = cues.get("need", [])
    found = [cue for cue in cues.get("cue", ()) if says(cue, folded)]
    if cues.get("both") and len(found) < len(cues["cue"]):
        return 0
    if says(cues.get("unless", "(?!)"), folded):
        return 0
    return len(found) if all(says(need, folded) for need in ([needs] if isinstance(needs, str) else needs)) else 0


def is_of_its_field(name: str, folded: str) -> bool:
    """Whether a word of a calculator's field stands in the question, be it not enough to point at it."""
    cues = cues_of(name)
    if says(cues.get("unless", "(?!)"), folded):
        return False
    words = cues.get("cue", ())[:1] if cues.get("both") else cues.get("cue", ())  # the others are any question's
    return any(says(word, folded) for word in (cues.get("hint", "(?!)"), *words))


def asks_for_number(reading: Reading) -> bool:
    """Whether its words ask for a number, or for a yes or no that is one."""
    return says(cue_table()["asks"], reading.folded)


def may_want_number(reading: Reading) -> bool:
    """Whether it may be about a number that could be computed: not what others did, nor why, nor how to go about it,
    and not one that takes more than the formulas here, such as a discount.
    """
    rules, folded = cue_table(), reading.folded
    if says(rules["beyond"], folded):
        return False
    if not says(rules["never"], folded) or says(rules["unless"], folded):
        return True
    return sum(1 for amount in reading.amounts if amount.is_figure) >= int(rules["figures_suffice"])


def asked_step(calculator: Calculator[Any], folded: str) -> str:
    """The symbol of the step that the words ask for; empty for the calculator's own value."""
    for symbol, pattern in cues_of(calculator.name).get("asks", {}).items():
        if says(pattern, folded):
            return str(symbol)
    return ""


def cues_of(name: str) -> Mapping[str, Any]:
    """The cues of one calculator; empty for one that questions do not reach."""
    found = cue_table().get(name, {})
    return found if isinstance(found, dict) else {}


@cache
def cue_table() -> dict[str, Any]:
    """Everything in asking_words/."""
    found: dict[str, Any] = {}
    for path in sorted(_WORDS.glob("*.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found
