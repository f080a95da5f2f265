"""Values -> a checked calculation: inputs are completed, bounded and of one currency before a formula sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from assistant.calculators.calculator import (
    Calculator,
    GivenInput,
    InputSpec,
    Result,
    Step,
    TableValue,
    Text,
    Trace,
    input_specs,
)
from assistant.calculators.errors import BadInputError, MissingInputError
from assistant.calculators.prices import hourly_price, warn_of_age
from assistant.calculators.quantity import Quantity, given
from assistant.calculators.shapes import known_of_model
from assistant.calculators.units import CURRENCIES
from assistant.calculators.written import in_words, write_quantity
from corpus.table_text import Row
from corpus.tables import Table, Tables

Value = Quantity | str


def calculate(
    calculator: Calculator[Any], values: Mapping[str, Value], tables: Tables, *, today: date | None = None
) -> Result:
    """Complete and check `values`, compute, and say all that went in.

    :raises MissingInputError: when an input that no default can fill is missing.
    :raises BadInputError: when one is of the wrong kind, out of its bounds, unknown, or in a second currency.
    """
    specs = input_specs(calculator.inputs)
    if unknown := sorted(values.keys() - specs.keys()):
        known = ", ".join(specs)
        raise BadInputError(
            unknown[0],
            Text(
                f"{calculator.name} has no input {unknown[0]!r}; it has: {known}",
                f"{calculator.name} 没有 {unknown[0]!r} 这一项；有：{known}",
            ),
        )
    currency = _currency(specs, values)
    trace = Trace(tables)
    read: dict[str, GivenInput] = {}
    for name, spec in specs.items():
        if name in values:
            read[name] = GivenInput(name, spec.label, spec.symbol, _checked(name, spec, values[name], currency, tables))
    needed = {name: spec for name, spec in specs.items() if plays_a_part(spec, values)}
    for name, spec in needed.items():
        if name not in read and (completed := _completed(name, spec, read, currency, tables, trace, today)):
            read[name] = completed
    if missing := [name for name, spec in needed.items() if name not in read and not spec.optional]:
        raise _missing(calculator, missing, specs)
    inputs = calculator.inputs(**{name: _as_argument(spec, read.get(name), tables) for name, spec in specs.items()})
    title, unit, value = calculator.title, calculator.unit.replace("CUR", currency), calculator.formula(inputs, trace)
    if headline := _headline(calculator, values, trace):
        title, unit, value = headline.label, headline.unit, headline.quantity.named(headline.symbol, headline.unit)
    ordered = tuple(read[name] for name in specs if name in read)
    sources = tuple(trace.sources)
    return Result(calculator.name, title, ordered, tuple(trace.steps), value, unit, tuple(trace.notes), sources)


def _headline(calculator: Calculator[Any], values: Mapping[str, Value], trace: Trace) -> Step | None:
    """The step that the given inputs ask for instead of the calculator's own value."""
    symbols = [symbol for name, symbol in calculator.headlines if name in values]
    steps = {step.symbol: step for step in trace.steps}
    return next((steps[symbol] for symbol in symbols if symbol in steps), None)


def plays_a_part(spec: InputSpec, values: Mapping[str, object]) -> bool:
    """Whether an input counts beside the `values` that were given."""
    return (not spec.only_with or spec.only_with in values) and values.keys().isdisjoint(spec.unless)


def _currency(specs: Mapping[str, InputSpec], values: Mapping[str, Value]) -> str:
    """The one currency of the given values; US dollars, the tables' currency, when none names one."""
    named: dict[str, str] = {}
    for name, spec in specs.items():
        value = values.get(name)
        if "CUR" in spec.unit and isinstance(value, Quantity):
            found = [code for code in CURRENCIES if value.is_in(spec.unit.replace("CUR", code))]
            if found:
                named.setdefault(found[0], name)
    if len(named) > 1:
        codes = " / ".join(named)
        raise BadInputError(
            [*named.values()][1],
            Text(
                f"the amounts are in {codes}; nothing is converted silently: give all of them in one currency",
                f"金额用了两种货币（{codes}）；不会擅自换算，请统一成一种货币",
            ),
        )
    return next(iter(named), "USD")


def _checked(name: str, spec: InputSpec, value: Value, currency: str, tables: Tables) -> Value:
    if spec.kind != "number":
        allowed = spec.choices if spec.kind == "choice" else tuple(_rows(spec, tables).rows)
        if not isinstance(value, str) or value not in allowed:
            shown = write_quantity(value, "en") if isinstance(value, Quantity) else value
            options = ", ".join(allowed)
            raise BadInputError(
                name,
                Text(
                    f"{spec.label.en} must be one of {options}, not {shown}",
                    f"{spec.label.zh}只能是 {options} 之一，不能是 {shown}",
                ),
            )
        return value
    unit = spec.unit.replace("CUR", currency)
    if not isinstance(value, Quantity) or not value.is_in(unit):
        shown = value if isinstance(value, str) else write_quantity(value, "en")
        raise BadInputError(
            name,
            Text(
                f"{spec.label.en} must be given in {unit or 'a plain number'}, not as {shown}",
                f"{spec.label.zh}的单位应是 {unit or '纯数字'}，不能是 {shown}",
            ),
        )
    _check_bounds(name, spec, value.to(unit), unit)
    return value.named(spec.symbol, unit)


def _check_bounds(name: str, spec: InputSpec, size: float, unit: str) -> None:
    low = spec.least if spec.least is not None else float("-inf")
    high = spec.most if spec.most is not None else float("inf")
    if low <= size <= high and not (spec.above_zero and size <= 0):
        return
    shown = in_words(size, unit)
    least = in_words(0 if spec.above_zero and low <= 0 else low, unit) if spec.least is not None else None
    most = in_words(high, unit) if spec.most is not None else None
    raise BadInputError(
        name,
        Text(
            f"{spec.label.en} of {shown.en} cannot be meant"
            + (f"; the least is {least.en}" if least else "")
            + (f"; the most is {most.en}" if most else ""),
            f"{spec.label.zh}不可能是{shown.zh}"
            + (f"；最小{least.zh}" if least else "")
            + (f"；最大{most.zh}" if most else ""),
        ),
    )


def _completed(
    name: str,
    spec: InputSpec,
    read: Mapping[str, GivenInput],
    currency: str,
    tables: Tables,
    trace: Trace,
    today: date | None,
) -> GivenInput | None:
    """A value for an input that was not given: its default, or what the tables say."""
    if "CUR" in spec.unit and currency != "USD":  # defaults and tables are in US dollars
        return None
    unit = spec.unit.replace("CUR", "USD")
    if spec.default is not None:
        value = spec.default
        filled = value if isinstance(value, str) else given(value, unit, spec.symbol)
        return GivenInput(name, spec.label, spec.symbol, filled, spec.because or Text("a common value", "常见取值"))
    found = _look_up(spec, read, tables)
    if found is None:
        return None
    trace.cite(*found.sources)
    if "CUR" in spec.unit and (warning := warn_of_age(spec.label, found.as_of, today or date.today())):
        trace.note(warning)
    return GivenInput(name, spec.label, spec.symbol, given(found.value, unit, spec.symbol), found.because)


def _look_up(spec: InputSpec, read: Mapping[str, GivenInput], tables: Tables) -> TableValue | None:
    if spec.of_model:
        model, size = read.get("model"), read.get("parameters")
        parameters = size.value.to("parameter") if size and isinstance(size.value, Quantity) else None
        return known_of_model(tables, spec.of_model, str(model.value) if model else "", parameters)
    lookup, of = (hourly_price, spec.hourly_price_of) if spec.hourly_price_of else (spec.lookup, spec.lookup_of)
    if lookup is None or (of and of not in read):
        return None
    return lookup(tables, str(read[of].value) if of else "")


def _missing(calculator: Calculator[Any], names: list[str], specs: Mapping[str, InputSpec]) -> MissingInputError:
    en = ", ".join(specs[name].label.en for name in names)
    zh = "、".join(specs[name].label.zh for name in names)
    return MissingInputError(
        names,
        Text(
            f"To work out the {calculator.title.en}, please also say: {en}.",
            f"要算出{calculator.title.zh}，还需要知道：{zh}。",
        ),
    )


def _as_argument(spec: InputSpec, read: GivenInput | None, tables: Tables) -> object:
    if read is None:
        return None
    return read.value if spec.kind in ("number", "choice") else _rows(spec, tables)[str(read.value)]


def _rows(spec: InputSpec, tables: Tables) -> Table[Row]:
    tables_by_kind = {"accelerator": tables.accelerators, "api_model": tables.api_prices, "model": tables.training_runs}
    return tables_by_kind[spec.kind]
