"""What a calculator is: typed inputs that say what they are, a formula that leaves its steps, a result to be read.

A calculator's inputs are a frozen dataclass whose fields are declared with `number`, `chip`, `choice` and the like; its
formula is a function of them and a `Trace`, which keeps every step that is worth reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Generic, Literal, TypeVar

from assistant.calculators.quantity import Quantity
from corpus.document import Language
from corpus.table_text import TableSource
from corpus.tables import Fact, Tables


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        """The one of `language`."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class TableValue:
    """A figure of the tables for an input that was not given; `because` says what it is and of which date."""

    value: float
    because: Text
    sources: tuple[TableSource, ...]
    as_of: str


# Finds a figure for the row of an input that names one; the row is empty where no input does.
Lookup = Callable[[Tables, str], TableValue | None]


@dataclass(frozen=True, slots=True)
class InputSpec:
    """What may be put into one input.

    `unit` is empty for a plain number and for an input that is not a number. `default` is in `unit`; None means that it
    must be given, unless `optional`; a default in a currency is in US dollars and stands for no other. `least` and
    `most` are in `unit` too: outside them a figure is a mistake, and the message says so. `choices` are the values of
    an input that is a word. `lookup` finds a figure of the tables for an input that was not given, by the row that the
    input `lookup_of` names; `hourly_price_of` names the input whose accelerator's price on demand is taken; `of_model`
    is what is taken from the known model of the input `model`, or is usual for the `parameters` (see shapes.py). An
    input that is there `only_with` another, or `unless` some, is neither assumed nor asked for where it has no part.
    """

    label: Text
    unit: str = ""
    symbol: str = ""
    default: float | str | None = None
    because: Text | None = None
    least: float | None = None
    most: float | None = None
    above_zero: bool = False
    choices: tuple[str, ...] = ()
    kind: Literal["number", "choice", "accelerator", "api_model", "model"] = "number"
    optional: bool = False
    hourly_price_of: str = ""
    lookup: Lookup | None = None
    lookup_of: str = ""
    of_model: str = ""
    only_with: str = ""
    unless: tuple[str, ...] = ()


def number(
    label: Text,
    unit: str,
    symbol: str,
    *,
    default: float | None = None,
    because: Text | None = None,
    least: float | None = 0.0,
    most: float | None = None,
    above_zero: bool = True,
    optional: bool = False,
    hourly_price_of: str = "",
    lookup: Lookup | None = None,
    lookup_of: str = "",
    of_model: str = "",
    only_with: str = "",
    unless: tuple[str, ...] = (),
) -> Any:  # noqa: ANN401 - a dataclass field, as dataclasses.field declares it
    """Declare an input that is a Quantity. `CUR` in `unit` stands for whatever currency is given."""
    spec = InputSpec(
        label, unit, symbol, default, because, least, most, above_zero, (), "number", optional, hourly_price_of,
        lookup, lookup_of, of_model, only_with, unless,
    )  # fmt: skip
    return field(metadata={"spec": spec})


def choice(
    label: Text,
    choices: Sequence[str],
    *,
    default: str | None = None,
    because: Text | None = None,
    unless: tuple[str, ...] = (),
) -> Any:  # noqa: ANN401
    """Declare an input that is one of a few words."""
    kept = tuple(choices)
    return field(
        metadata={"spec": InputSpec(label, "", "", default, because, choices=kept, kind="choice", unless=unless)}
    )


def chip(label: Text, *, default: str | None = None, because: Text | None = None, unless: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    """Declare an input that is a row of the table of accelerators."""
    return field(metadata={"spec": InputSpec(label, "", "", default, because, kind="accelerator", unless=unless)})


def api_model(label: Text, *, optional: bool = False) -> Any:  # noqa: ANN401
    """Declare an input that is a row of the table of API prices."""
    return field(metadata={"spec": InputSpec(label, kind="api_model", optional=optional)})


def known_model() -> Any:  # noqa: ANN401
    """Declare the input `model`, a row of the table of known models, from which sizes and shapes are taken."""
    return field(default=None, metadata={"spec": InputSpec(Text("model", "模型"), kind="model", optional=True)})


def input_specs(inputs: type) -> dict[str, InputSpec]:
    """The inputs that a dataclass declares, by name."""
    return {known.name: known.metadata["spec"] for known in fields(inputs)}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a calculation: what it is, its symbol, and the quantity with its arithmetic, shown in `unit`."""

    label: Text
    symbol: str
    quantity: Quantity
    unit: str


class Trace:
    """Keeps what a formula does: its steps, what must be known about them, and the sources they rest on."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.steps: list[Step] = []
        self.notes: list[Text] = []
        self.sources: list[TableSource] = []

    def step(self, symbol: str, label: Text, quantity: Quantity, unit: str) -> Quantity:
        """Keep a step, and return its value to go on with under `symbol`.

        :raises UnitMismatchError: when the arithmetic does not give `unit`: a mistake in the formula.
        """
        named = quantity.named(symbol, unit)
        self.steps.append(Step(label, symbol, quantity, unit))
        return named

    def note(self, text: Text) -> None:
        """Say what limits the result or what follows from it."""
        self.notes.append(text)

    def cite(self, *sources: TableSource) -> None:
        """Name sources of figures or formulas."""
        self.sources += [source for source in sources if source not in self.sources]

    def fact(self, row_id: str) -> Fact:
        """A row of the benchmarks or the regulations to hold a result against; its sources are named."""
        tables = (self._tables.management_benchmarks, self._tables.regulations)
        found = next((table[row_id] for table in tables if row_id in table.rows), None) or tables[0][row_id]
        self.cite(*found.sources)
        return found


Inputs = TypeVar("Inputs")


@dataclass(frozen=True, slots=True)
class Curve:
    """A picture that helps: the steps of the symbols `lines` while the input `over` goes from 0 to `until`.

    `until` reads the end from the calculation as it was asked for, in the unit of the input. `starts_at` is a share of
    it, for where 0 has no value.
    """

    over: str
    lines: tuple[str, ...]
    until: Callable[[Result], float]
    starts_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Calculator(Generic[Inputs]):
    """A named formula.

    `formula` returns the value asked for; what was done on the way is in the Trace. `example` shows its flags.
    `headlines` are inputs that ask for another figure, each with the symbol of the step that gives it: who says how
    long a service was down asks for what is left. The first that was given counts.
    """

    name: str
    title: Text
    inputs: type[Inputs]
    formula: Callable[[Inputs, Trace], Quantity]
    unit: str
    example: str
    curve: Curve | None = None
    headlines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GivenInput:
    """An input as it went into a calculation; `assumed` says why a value that nobody gave was taken."""

    name: str
    label: Text
    symbol: str
    value: Quantity | str
    assumed: Text | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A finished calculation; `value` is in `unit`, and `title` says what it is."""

    name: str
    title: Text
    inputs: tuple[GivenInput, ...]
    steps: tuple[Step, ...]
    value: Quantity
    unit: str
    notes: tuple[Text, ...]
    sources: tuple[TableSource, ...]
