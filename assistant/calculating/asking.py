"""A question and its conversation -> the calculation it asks for, by rules alone: cue words, then units and roles.

Pure and fast. A question about facts or advice gives None; so does one that no calculator is sure of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.calculating.amount import Amount
from assistant.calculating.by_figures import found_by_figures
from assistant.calculating.cues import (
    Reading,
    asked_step,
    asks_for_number,
    cue_hits,
    cue_table,
    cues_of,
    may_want_number,
    read_question,
)
from assistant.calculating.known_names import Name
from assistant.calculating.patterns import says
from assistant.calculating.placing import Placement
from assistant.calculating.ranking import is_complete, may_not_be_left_out, placement_for, ranked
from assistant.calculators.calculate import Value
from assistant.calculators.calculator import Calculator, InputSpec, input_specs
from assistant.calculators.quantity import Quantity, given
from assistant.calculators.registry import CALCULATORS, find_calculator
from corpus.tables import Tables

_LONGEST_FOLLOW_UP = 90
_MOST_ALTERNATIVES = 3
# How much less a calculation may be pointed at and still be what a question may mean, too.
_AS_LIKELY = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """A calculation that is asked for: the inputs of each alternative, and the step that is the answer.

    `asked` is a step's symbol, empty for the calculator's value. `left` are figures that went nowhere.
    `unsaid` are amounts of money that were taken to be in the usual currency. `also` answers what else is asked: 2 GPUs
    in a day are a cost and a time, and the accelerators that a day would take. `otherwise` is what else the question
    may mean, for when this lacks inputs. `in_words`: its words ask for a number, which its figures alone may do as
    well.
    """

    calculator: Calculator[Any]
    alternatives: tuple[Mapping[str, Value], ...]
    asked: str = ""
    left: tuple[Amount, ...] = ()
    unsaid: tuple[Amount, ...] = ()
    read: tuple[Amount, ...] = ()
    names: tuple[Name, ...] = ()
    currency: str = ""
    text: str = ""
    also: Request | None = None
    otherwise: Request | None = None
    in_words: bool = True


def find_request(question: str, earlier: Sequence[str], tables: Tables, *, currency: str = "") -> Request | None:
    """The calculation that `question` asks for after the questions `earlier`, or None.

    `currency` is that of money that names none, as the company's profile says.
    """
    last: Request | None = None
    for text in (*earlier, question):
        reading = read_question(text, tables)
        money = currency or (last.currency if last else "")
        last = _follow(reading, last, currency, tables) or _alone(reading, money, tables)
    return last


def _alone(reading: Reading, currency: str, tables: Tables) -> Request | None:
    """The request of a question that stands by itself.

    Figures that fill all a calculator needs and go nowhere else ask for it without a question: LTV, ARPU $50, churn 4%.
    """
    if not may_want_number(reading):
        return None
    found = ranked(reading, currency)
    if not asks_for_number(reading):
        found = [one for one in found if is_complete(*one[1:])]
    if not found:
        found = found_by_figures(reading, currency, tables)
    if not found:
        return None
    near = [one for one in found[:2] if one[0] > found[0][0] - _AS_LIKELY]
    requests = [_request(reading, calculator, placement, currency) for _, calculator, placement in near]
    otherwise = requests[1] if len(requests) > 1 else None
    return replace(requests[0], otherwise=otherwise, in_words=asks_for_number(reading))


def _request(reading: Reading, calculator: Calculator[Any], placement: Placement, currency: str) -> Request:
    also = find_calculator(cues_of(calculator.name).get("also", {}).get("calculator", ""))
    beside = placement_for(reading, also, currency) if also else None
    wanted = cues_of(calculator.name).get("also", {}).get("when", ())
    joined = also and beside and all(name in beside.values for name in wanted) and "accelerators" in placement.values
    placed_beside = [a for amounts in beside.amounts.values() for a in amounts] if joined and beside else []
    unplaced = (*placement.left, *(amount for amount in placement.wording if amount.is_figure))
    return Request(
        calculator,
        _alternatives(placement.values),
        asked_step(calculator, reading.folded),
        tuple(amount for amount in unplaced if amount not in placed_beside),
        () if reading.currency or currency else placement.unsaid,
        reading.amounts,
        reading.names,
        reading.currency or currency or (reading.usual_currency if placement.unsaid else ""),
        reading.folded,
        _request(reading, also, beside, currency) if joined and also and beside else None,
    )


def _follow(reading: Reading, last: Request | None, currency: str, tables: Tables) -> Request | None:
    """The request of a question that changes the one before it: other inputs, another step, one of the alternatives."""
    if last is None or len(reading.text) > _LONGEST_FOLLOW_UP or not _leans(reading.folded):
        return None
    picked = _picked(reading.folded, last)
    money = currency or last.currency
    calculator, placement = last.calculator, placement_for(reading, last.calculator, money)
    if placement.left or not (placement.values or picked is not None):
        # What it names has no place in the calculation before it: it may ask for another one.
        fresh = _alone(reading, money, tables)
        calculator = fresh.calculator if fresh else _other_calculator(reading, last) or last.calculator
        placement = placement_for(reading, calculator, money)
    if says(cues_of(calculator.name).get("unless", "(?!)"), reading.folded):
        return None
    asked = asked_step(calculator, reading.folded)
    is_same = calculator.name == last.calculator.name
    if not placement.values and picked is None and is_same and not asked:
        return None
    if any("customer" in amount.unit or (reading.currency or "¤") in amount.unit for amount in placement.left):
        return None  # what it changes is not understood
    specs = input_specs(calculator.inputs)
    base = last.alternatives[picked or 0] if picked is not None or len(last.alternatives) == 1 else _common(last)
    kept = {
        name: value
        for name, value in base.items()
        if _still_fits(name, specs, last) and not _excluded(name, placement.values, calculator.name)
    }
    changed = _changed(base, placement)
    alternatives = tuple({**kept, **new, **changed} for new in _alternatives(placement.values))
    request = _request(reading, calculator, placement, money)
    return replace(
        request, alternatives=alternatives, asked=asked or (last.asked if is_same else ""),
        read=(*last.read, *request.read), names=(*last.names, *request.names),
    )  # fmt: skip


def may_ask(request: Request, missing: Sequence[str]) -> bool:
    """Whether the inputs `missing` should be asked for: the calculation is clear and most of it was given."""
    if not request.in_words or not any(request.alternatives):
        return False  # nothing was said, and the profile does not say it
    specs = input_specs(request.calculator.inputs)
    given = {name for name in request.alternatives[0] if may_not_be_left_out(specs[name])}
    looked_up = {"input_price", "output_price"}  # a model's name gives both, and is asked for in one go
    if cues_of(request.calculator.name).get("never_ask") or says(cue_table()["compound"], request.text):
        return False
    return len(set(missing) - looked_up) <= max(1, len(given))


def _leans(folded: str) -> bool:
    rules = cue_table()
    if says(r"为什么|why|怎么降|怎样|如何|how (?:do|can|should|to)\b", folded):
        return False
    return says(rules["follow"], folded) or any(says(pick, folded) for pick in rules["pick"])


def _picked(folded: str, last: Request) -> int | None:
    for place_, pattern in enumerate(cue_table()["pick"]):
        if says(pattern, folded) and place_ < len(last.alternatives) > 1:
            return place_
    return None


def _other_calculator(reading: Reading, last: Request) -> Calculator[Any] | None:
    """A calculator that only this question's own cues point at."""
    pointed = [calculator for calculator in CALCULATORS if cue_hits(calculator.name, reading.folded)]
    others = [calculator for calculator in pointed if calculator.name != last.calculator.name]
    return others[0] if len(pointed) == 1 and others and says(cue_table()["asks"], reading.folded) else None


def _changed(base: Mapping[str, Value], placement: Placement) -> dict[str, Value]:
    """Inputs that a follow-up lowers or raises by an amount: cut spending by $60,000 a month."""
    found: dict[str, Value] = {}
    for name, amounts in placement.amounts.items():
        old, by = base.get(name), placement.values[name][0]
        if len(amounts) != 1 or not isinstance(old, Quantity) or not isinstance(by, Quantity):
            continue
        if says(cue_table()["less"], amounts[0].before):
            found[name] = given(old.to(old.unit) - by.to(old.unit), old.unit, "")
        elif says(cue_table()["more"], amounts[0].before):
            found[name] = given(old.to(old.unit) + by.to(old.unit), old.unit, "")
    return found


def _excluded(name: str, new: Mapping[str, object], calculator: str) -> bool:
    """Whether a new input takes the place of `name`: net burn that of spending."""
    groups = cues_of(calculator).get("exclusive", ())
    return any(name in group and any(other in new for other in group if other != name) for group in groups)


def _still_fits(name: str, specs: Mapping[str, InputSpec], last: Request) -> bool:
    old = input_specs(last.calculator.inputs)
    return name in specs and specs[name].unit == old[name].unit and specs[name].kind == old[name].kind


def _common(last: Request) -> Mapping[str, Value]:
    first = last.alternatives[0]
    return {k: v for k, v in first.items() if all(other.get(k) == v for other in last.alternatives)}


def _alternatives(values: Mapping[str, tuple[Value, ...]]) -> tuple[Mapping[str, Value], ...]:
    """One set of inputs for each value of the inputs that were given several; those vary together when as many."""
    several = {name: found for name, found in values.items() if len(found) > 1}
    count = min(_MOST_ALTERNATIVES, max((len(found) for found in several.values()), default=1))
    return tuple(
        {name: found[min(place_, len(found) - 1)] for name, found in values.items()} for place_ in range(count)
    )
