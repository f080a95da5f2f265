"""Figures of a question that found no place in the calculation: what follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.calculating.amount import UNCLEAR_MONEY, UNSAID, Amount
from assistant.calculating.cues import cues_of
from assistant.calculating.fitting import nearness_of, unit_for
from assistant.calculators.calculate import Value, plays_a_part
from assistant.calculators.calculator import Calculator, InputSpec, Text, input_specs
from assistant.calculators.units import CURRENCIES

# What is left of a question whose calculation was chosen wrongly: more figures than this.
MOST_LEFT = 1
# A bare number is held against an input as if its words stood near, but not right beside it.
_NEAR = 0.9
_BESIDE = 0.93
_UNCLEAR = Text(
    "Is {amount} meant as {inputs}? Please say what it is, so that nothing else is assumed for it.",
    "“{amount}”指的是{inputs}吗？请写明是哪一项，以免按假定值计算。",
)
_OR = Text(" or ", "或")
_MOST_NAMED = 3
_TIMES = ("hour", "day", "week", "month", "year", "hour / day", "hour / week", "day / week")


def is_money(amount: Amount) -> bool:
    """Whether an amount is money, of a currency that is named or not, or a bare number beside money."""
    is_named = any(code in amount.unit or code in amount.like for code in CURRENCIES)
    return is_named or amount.unit.startswith((UNSAID, UNCLEAR_MONEY))


def must_count(amount: Amount) -> bool:
    """Whether there is no figure without it: a share, a time, a multiple."""
    return amount.unit.startswith("percent") or amount.unit in _TIMES or amount.is_multiple


def unclear(
    left: Sequence[Amount], calculator: Calculator[object], values: Mapping[str, Value], currency: str
) -> Text | None:
    """What to ask when a figure may be meant for an input that would be assumed instead; None when none may.

    Its unit may say so, or the words right beside it.
    """
    roles = {**cues_of("common")["roles"], **cues_of(calculator.name).get("roles", {})}
    open_inputs = {
        name: spec
        for name, spec in input_specs(calculator.inputs).items()
        if name not in values and spec.kind == "number" and plays_a_part(spec, values)
    }
    for amount in left:
        meant = [
            spec
            for name, spec in open_inputs.items()
            if _may_be(amount, spec, currency)
            or (_is_vague(amount) and nearness_of(amount, _own_words(roles.get(name, ""))) >= _BESIDE)
        ][:_MOST_NAMED]
        if meant:
            return Text(
                _UNCLEAR.en.format(amount=amount.text, inputs=_OR.en.join(f"the {spec.label.en}" for spec in meant)),
                _UNCLEAR.zh.format(amount=amount.text, inputs=_OR.zh.join(spec.label.zh for spec in meant)),
            )
    return None


def _is_vague(amount: Amount) -> bool:
    """Whether its unit does not rule out what the words beside it say."""
    return amount.unit in ("", "request", "interruption") or amount.unit.startswith(UNSAID)


def _own_words(role: str) -> str:
    """The words of an input that is never filled without them: those mean nothing else."""
    return role if role.startswith("(?#only)") and role != "(?#only)" else "(?!)"


def _may_be(amount: Amount, spec: InputSpec, currency: str) -> bool:
    unit, _ = unit_for(amount, spec, nearness=0.0 if amount.unit else _NEAR, currency=currency or CURRENCIES[0])
    return unit is not None
