"""Where the rules find no calculation: the model says which calculator and which amount is which input.

It chooses from what is there: a calculator's name, and for each input one of the amounts that were read from the
question. It writes no figure of its own, and what it chose is checked like what the rules place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.calculating.amount import Amount
from assistant.calculating.asking import Request
from assistant.calculating.cues import Reading, is_of_its_field, may_want_number
from assistant.calculating.fitting import is_needed, unit_for
from assistant.calculators.calculate import Value
from assistant.calculators.calculator import Calculator, InputSpec, input_specs
from assistant.calculators.quantity import given
from assistant.calculators.registry import CALCULATORS, find_calculator
from serving.errors import ServingError
from serving.talking.choosing import complete
from serving.talking.client import ChatClient
from serving.talking.message import Message

_NONE = "none"
# With a single figure in it a question is not worth the model's time: the rules know those.
_FEWEST_AMOUNTS = 2
_LONGEST_REPLY = 160

_WHICH = """Question: {question}

Which of these works out the number that the question asks for?
{calculators}
none: the question asks for facts, reasons or advice, or for another number"""
_WHERE = """A calculator "{title}" needs the inputs below. For each input say which amount of the question it is, or
"none".

{inputs}

Question: {question}"""


def ask_model(client: ChatClient, reading: Reading, found: Request | None) -> Request | None:
    """The request that the model makes of a question, beginning with the one that the rules `found`; None for none."""
    amounts = [amount for amount in reading.amounts if amount.says_much]
    if len(amounts) < _FEWEST_AMOUNTS or not may_want_number(reading):
        return None
    try:
        calculator = found.calculator if found else _which(client, reading, amounts)
        placed = _where(client, reading, calculator, amounts) if calculator else {}
    except ServingError:
        return None
    if calculator is None or not placed:
        return None
    base = found or Request(calculator, ({},), read=reading.amounts, names=reading.names, text=reading.folded)
    left = tuple(amount for amount in amounts if amount.text not in {text for text, _ in placed.values()})
    if left:
        return None  # a figure that the model leaves out is part of what was asked
    values = {name: value for name, (_, value) in placed.items()}
    named = _named(reading, input_specs(calculator.inputs))
    return replace(
        base, alternatives=({**named, **base.alternatives[0], **values},), left=(), unsaid=(), otherwise=None
    )


def _which(client: ChatClient, reading: Reading, amounts: Sequence[Amount]) -> Calculator[Any] | None:
    """One of the calculators of whose field the question speaks and which the amounts could fill.

    A small model cannot tell thirty apart, and reads slowly; without a word of the field it is wrong as often as right.
    """
    possible = [
        calculator
        for calculator in CALCULATORS
        if is_of_its_field(calculator.name, reading.folded) and _could_fill(calculator, reading, amounts)
    ]
    if not possible:
        return None
    listed = "\n".join(f"{calculator.name}: {calculator.title.en}" for calculator in possible)
    names = [*(calculator.name for calculator in possible), _NONE]
    prompt = _WHICH.format(calculators=listed, question=reading.text)
    return find_calculator(_chosen(client, prompt, {"calculator": names}).get("calculator", _NONE))


def _could_fill(calculator: Calculator[Any], reading: Reading, amounts: Sequence[Amount]) -> bool:
    """Whether each input that nothing else fills finds an amount or a name of its unit, and every amount an input."""
    specs = input_specs(calculator.inputs)
    named = {name.kind for name in reading.names}
    numbers = [spec for spec in specs.values() if spec.kind == "number"]
    needed = [spec for spec in specs.values() if is_needed(spec) and not spec.hourly_price_of and spec.lookup is None]
    needed = [spec for spec in needed if not spec.of_model or spec.of_model in ("parameters", "tokens")]
    return all(
        spec.kind in named or (spec.of_model and "model" in named) or _any_fits(amounts, spec, reading)
        for spec in needed
    ) and all(any(_any_fits([amount], spec, reading) for spec in numbers) for amount in amounts)


def _any_fits(amounts: Sequence[Amount], spec: InputSpec, reading: Reading) -> bool:
    return any(
        unit_for(amount, spec, nearness=1.0, currency=reading.currency or reading.usual_currency)[0]
        for amount in amounts
    )


def _where(
    client: ChatClient, reading: Reading, calculator: Calculator[Any], amounts: Sequence[Amount]
) -> Mapping[str, tuple[str, Value]]:
    """Input -> the amount chosen for it, as text and as a value. What does not fit an input is left out."""
    specs = {name: spec for name, spec in input_specs(calculator.inputs).items() if spec.kind == "number"}
    fitting = {
        name: [
            amount.text
            for amount in amounts
            if unit_for(amount, spec, nearness=1.0, currency=reading.currency or reading.usual_currency)[0]
        ]
        for name, spec in specs.items()
    }
    offered = {name: [*dict.fromkeys(texts), _NONE] for name, texts in fitting.items() if texts}
    if not offered:
        return {}
    listed = "\n".join(f"{name}: {specs[name].label.en}" for name in offered)
    prompt = _WHERE.format(title=calculator.title.en, inputs=listed, question=reading.text)
    chosen = _chosen(client, prompt, offered)
    by_text = {amount.text: amount for amount in amounts}
    found: dict[str, tuple[str, Value]] = {}
    for name, text in chosen.items():
        taken = {used for used, _ in found.values()}
        if name in offered and text in by_text and text not in taken:
            unit, _ = unit_for(
                by_text[text], specs[name], nearness=1.0, currency=reading.currency or reading.usual_currency
            )
            if unit:
                found[name] = (text, given(by_text[text].low, unit, ""))
    return found


def _named(reading: Reading, specs: Mapping[str, InputSpec]) -> dict[str, Value]:
    return {key: name.row for name in reading.names for key, spec in specs.items() if spec.kind == name.kind}


def _chosen(client: ChatClient, prompt: str, choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """One of its choices for each key. What a server without constrained output wrote besides is left out."""
    properties = {key: {"type": "string", "enum": list(allowed)} for key, allowed in choices.items()}
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    reply = complete(client, [Message("user", prompt)], schema=schema, max_tokens=_LONGEST_REPLY)
    try:
        read = json.loads(reply)
    except ValueError:
        return {}
    if not isinstance(read, dict):
        return {}
    return {key: read[key] for key, allowed in choices.items() if read.get(key) in allowed}
