"""Plans in a company's own figures: a calculator, what people wrote into its form, and the profile -> a calculation.

NOT covered: finding the calculator that a question asks for; see calculating/asking.py.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.answer import Calculation
from assistant.calculating.calculation import to_calculation, write_value
from assistant.calculating.form import Field, form_fields, read_texts
from assistant.calculating.plotting import PlotError, plot_curve
from assistant.calculators.calculate import Value
from assistant.calculators.calculator import Calculator, Result, Text
from assistant.calculators.errors import CalculationError
from assistant.calculators.written import write_input, write_quantity
from assistant.errors import SettingsError
from assistant.profile import (
    FROM_PROFILE,
    NO_COMPANY,
    Company,
    calculate_for,
    company_inputs,
    describe,
    keys,
    with_value,
)
from corpus.document import Language
from corpus.tables import Tables

# matplotlib's settings belong to the whole process: one picture is drawn at a time.
_DRAWING = threading.Lock()

_QUESTION = Text(
    "{title}: {value} ({inputs}). What drives this figure, and what should we watch?",
    "{title}：{value}（{inputs}）。这个结果主要受什么影响，要注意什么？",
)
# What a label explains in brackets would lead the search astray.
_ASIDE = re.compile(r"（.*?）| \(.*?\)")
_NO_INPUTS = Text("usual values", "常见取值")


@dataclass(frozen=True, slots=True)
class Plan:
    """A finished calculation in one language; `question` is what can be asked about it."""

    title: str
    value: str
    calculation: Calculation
    question: str


class Planner:
    """Calculates for one company, whose profile is read anew each time: people edit it meanwhile."""

    def __init__(self, tables: Tables, profile: Path) -> None:
        self._tables = tables
        self._profile = profile

    def fields(self, calculator: Calculator[Any], language: Language) -> tuple[Field, ...]:
        """The form of `calculator`; what the profile knows stands in for an empty field."""
        known = company_inputs(self.company(), calculator, {})
        because = FROM_PROFILE.in_language(language)
        return tuple(
            replace(field, standard=_written(known[field.name], language), because=because, required=False)
            if field.name in known
            else field
            for field in form_fields(calculator, self._tables, language)
        )

    def plan(self, calculator: Calculator[Any], texts: Mapping[str, str], language: Language) -> Plan:
        """Calculate from what was written; the profile and then the tables stand in for what was not.

        :raises CalculationError: saying what is missing, cannot be read or cannot be meant.
        """
        result, _ = self._calculated(calculator, texts)
        title, value = result.title.in_language(language), write_value(result, language)
        colon, comma = ("：", "；") if language == "zh" else (": ", "; ")
        said = [
            f"{_ASIDE.sub('', read.label.in_language(language))}{colon}{write_input(read, language)}"
            for read in result.inputs
            if read.assumed in (None, FROM_PROFILE)
        ]
        inputs = comma.join(said) or _NO_INPUTS.in_language(language)
        question = _QUESTION.in_language(language).format(title=title, value=value, inputs=inputs)
        return Plan(title, value, to_calculation(result, language), question)

    def curve(self, calculator: Calculator[Any], texts: Mapping[str, str], language: Language) -> str:
        """The curve around the same calculation as an SVG; empty where there is none, or nothing to draw it with.

        :raises CalculationError: like `plan`.
        """
        if calculator.curve is None:
            return ""
        result, values = self._calculated(calculator, texts)
        with _DRAWING, TemporaryDirectory() as folder:
            file = Path(folder) / "curve.svg"
            try:
                plot_curve(calculator, values, result, self._tables, language, file)
            except PlotError:
                return ""
            return file.read_text(encoding="utf-8")

    def accelerators(self) -> tuple[str, ...]:
        """The accelerators that a company can be said to have."""
        return tuple(self._tables.accelerators.rows)

    def company(self) -> Company:
        """What is known about the company.

        :raises SettingsError: naming what breaks the form of its file.
        """
        return Company.load(self._profile)

    def keep(self, texts: Mapping[str, str], language: Language) -> dict[str, str]:
        """Keep what people wrote about the company; what is empty is forgotten. Returns the complaints, by key.

        A text that is what `describe` shows was not changed and stays exact. Nothing is kept when anything is wrong.
        """
        shown = describe(self.company(), language)
        given = {key: text.strip() for key, text in texts.items() if key in keys()}
        changed = {key: text for key, text in given.items() if text != shown.get(key, "")}
        # First what is forgotten: money in another currency can then take its place.
        company, wrong = self.company(), dict[str, str]()
        for key in sorted(changed, key=lambda key: bool(changed[key])):
            try:
                company = self._with(company, key, changed[key])
            except CalculationError as error:
                wrong[key] = error.text.in_language(language)
            except SettingsError as error:
                wrong[key] = str(error)
        if not wrong:
            company.save(self._profile)
        return wrong

    def _with(self, company: Company, key: str, text: str) -> Company:
        if text:
            return with_value(company, key, text, self._tables)
        forgotten: dict[str, Any] = {key: getattr(NO_COMPANY, key)}
        return replace(company, **forgotten)

    def _calculated(self, calculator: Calculator[Any], texts: Mapping[str, str]) -> tuple[Result, dict[str, Value]]:
        """The calculation, and the values it was given by hand and by the profile."""
        company, values = self.company(), read_texts(calculator, texts, self._tables)
        result = calculate_for(company, calculator, values, self._tables)
        return result, {**company_inputs(company, calculator, values), **values}


def _written(value: Value, language: Language) -> str:
    return value if isinstance(value, str) else write_quantity(value, language)
