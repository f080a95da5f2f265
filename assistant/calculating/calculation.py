"""Result -> Calculation: a finished calculation as the answer record keeps it, in one language."""

from __future__ import annotations

from assistant.answer import Calculation
from assistant.calculators.calculator import GivenInput, Result, Step
from assistant.calculators.written import write_amount, write_formula, write_input, write_step
from corpus.document import Language


def to_calculation(result: Result, language: Language) -> Calculation:
    """The record of `result`. Its `value` is the bare number in `unit`, for programs; the steps say it in words."""
    return Calculation(
        name=result.name,
        inputs={read.name: write_input(read, language) for read in result.inputs},
        formula="; ".join(_formula(step) for step in result.steps if step.quantity.parts),
        steps=tuple(write_step(step, language) for step in result.steps),
        value=f"{result.value.to(result.unit):.10g}",
        unit=result.unit,
        sources=tuple(
            _source(source.in_language(language).name, source.address, source.date) for source in result.sources
        ),
        assumed=tuple(_assumed(read, language) for read in result.inputs if read.assumed),
        notes=tuple(note.in_language(language) for note in result.notes),
    )


def write_value(result: Result, language: Language) -> str:
    """The value as it is said: `$294,910`."""
    return write_amount(result.value.to(result.unit), result.unit, language)


def _formula(step: Step) -> str:
    return f"{step.symbol} = {write_formula(step.quantity)}"


def _source(name: str, address: str, date: str) -> str:
    return f"{name} ({date}): {address}" if date else f"{name}: {address}"


def _assumed(read: GivenInput, language: Language) -> str:
    reason = read.assumed.in_language(language) if read.assumed else ""
    label, value = read.label.in_language(language), write_input(read, language)
    return f"{label}：{value}（{reason}）" if language == "zh" else f"{label}: {value} ({reason})"
