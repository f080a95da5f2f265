"""A calculator's inputs as a form: what each field is called, what it takes, what stands in for it when empty."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.calculating.flags import read_flag, write_flag
from assistant.calculators.calculate import Value
from assistant.calculators.calculator import Calculator, InputSpec, Text, input_specs
from assistant.calculators.errors import BadInputError, UnclearCurrencyError
from assistant.calculators.written import write_amount, write_unit
from corpus.document import Language
from corpus.tables import Tables

# How an amount of a unit is written, for inputs that a calculator's own example leaves out.
EXAMPLES = {
    "": "32",
    "percent": "40%",
    "percent / month": "3%/month",
    "percent / year": "30%/year",
    "parameter": "7B",
    "token": "2T",
    "token / second": "2000/s",
    "token / second / accelerator": "2000/s",
    "token / second / sequence": "30/s",
    "token / parameter": "20",
    "token / sequence": "4096",
    "token / request": "1500",
    "token / month": "2B/month",
    "request / day": "50k/day",
    "request / month": "2M/month",
    "request / second": "50/s",
    "accelerator": "8",
    "accelerator * hour": "10000",
    "sequence": "32",
    "hour": "2 hours",
    "day": "30 days",
    "minute": "15 minutes",
    "month": "6 months",
    "person": "8",
    "CUR": "$30k",
    "CUR / month": "$20k/month",
    "CUR / accelerator": "$30k",
    "CUR / accelerator / hour": "$2.5/h",
    "CUR / Mtoken": "$3/Mtok",
    "CUR / customer": "$300",
    "CUR / customer / month": "$50/month",
    "CUR / person / month": "$20k/month",
    "CUR / person / year": "$120k/year",
    "CUR / kWh": "$0.1/kWh",
    "CUR / accelerator / month": "$30/month",
    "GB": "10 GB",
    "GB / accelerator": "80 GB",
    "customer": "50000",
    "FLOP": "1e24 FLOP",
    "W / accelerator": "700 W",
    "tCO2e / MWh": "0.4 kg/kWh",
    "interruption / accelerator / year": "0.05/year",
    "accelerator / node": "8",
}

# Counts whose label says what is counted.
_PLAIN_COUNTS = ("", "parameter", "token", "accelerator", "sequence", "person")

_TAKEN = Text("from the tables if left empty", "不填则查表")
_OF_MODEL = Text("of the chosen model if left empty", "不填则取自所选模型")
_USUAL = Text("a common value", "常见取值")
_OPTIONAL = Text("may be left out", "可以不填")


@dataclass(frozen=True, slots=True)
class Field:
    """One input in one language.

    `unit` is in words, empty where there is none. `standard` is what an empty field stands for, `because` why;
    without a `standard` the field is `required` or left out. `choices` are what a field takes that is chosen from.
    """

    name: str
    label: str
    unit: str
    example: str
    standard: str
    because: str
    choices: tuple[str, ...]
    required: bool
    in_example: bool


def form_fields(calculator: Calculator[Any], tables: Tables, language: Language) -> tuple[Field, ...]:
    """The fields of `calculator`, in its order."""
    examples = example_texts(calculator)
    return tuple(
        _field(name, spec, examples.get(name, ""), tables, language)
        for name, spec in input_specs(calculator.inputs).items()
    )


def example_texts(calculator: Calculator[Any]) -> dict[str, str]:
    """The inputs of a calculator's example, as they are written."""
    words = shlex.split(calculator.example)
    names = {write_flag(name): name for name in input_specs(calculator.inputs)}
    return {names[flag]: value for flag, value in zip(words[::2], words[1::2], strict=True)}


def read_texts(calculator: Calculator[Any], texts: Mapping[str, str], tables: Tables) -> dict[str, Value]:
    """The values that people wrote; what is empty is left out, and what is no input of the calculator refused.

    :raises BadInputError: saying how the first one that cannot be read is written.
    """
    specs = input_specs(calculator.inputs)
    if unknown := sorted(texts.keys() - specs.keys()):
        known = ", ".join(specs)
        raise BadInputError(
            unknown[0],
            Text(
                f"{calculator.name} has no input {unknown[0]!r}; it has: {known}",
                f"{calculator.name} 没有 {unknown[0]!r} 这一项；有：{known}",
            ),
        )
    examples = example_texts(calculator)
    return {
        name: read_text(name, specs[name], text, tables, example=examples.get(name, ""))
        for name, text in texts.items()
        if text.strip()
    }


def read_text(name: str, spec: InputSpec, text: str, tables: Tables, *, example: str = "") -> Value:
    """The value that `text` gives for an input.

    :raises BadInputError: saying how it is written.
    """
    try:
        return read_flag(name, spec, text, tables)
    except UnclearCurrencyError:
        raise
    except BadInputError as error:
        written = example or EXAMPLES.get(spec.unit, "")
        like = Text(f"write it like {written}", f"请写成 {written} 这样") if written else error.text
        raise BadInputError(
            name,
            Text(f"{spec.label.en}: “{text}” cannot be read; {like.en}", f"{spec.label.zh}：“{text}”看不懂，{like.zh}"),
        ) from error


def _field(name: str, spec: InputSpec, example: str, tables: Tables, language: Language) -> Field:
    rows = {"accelerator": tables.accelerators, "api_model": tables.api_prices, "model": tables.training_runs}
    choices = spec.choices if spec.kind == "choice" else tuple(rows[spec.kind].rows) if spec.kind != "number" else ()
    standard, because = _standard(spec, language)
    return Field(
        name=name,
        label=spec.label.in_language(language),
        unit=_unit(spec, language),
        example=example or (EXAMPLES.get(spec.unit, "") if spec.kind == "number" else ""),
        standard=standard,
        because=because,
        choices=choices,
        required=not (standard or because or spec.optional),
        in_example=bool(example),
    )


def _standard(spec: InputSpec, language: Language) -> tuple[str, str]:
    """What stands in for an empty field, and why; a figure that is looked up is known only with the other fields."""
    if spec.default is not None:
        is_amount = not isinstance(spec.default, str)
        unit = spec.unit.replace("CUR", "USD")
        shown = write_amount(float(spec.default), unit, language) if is_amount else str(spec.default)
        return shown, (spec.because or _USUAL).in_language(language)
    if spec.of_model:
        return "", _OF_MODEL.in_language(language)
    if spec.hourly_price_of or spec.lookup:
        return "", _TAKEN.in_language(language)
    return "", _OPTIONAL.in_language(language) if spec.optional else ""


def _unit(spec: InputSpec, language: Language) -> str:
    """The unit in words, where neither the label nor the currency of an amount says it."""
    is_said = spec.unit in _PLAIN_COUNTS or "CUR" in spec.unit
    return "" if is_said else write_unit(spec.unit, language)
