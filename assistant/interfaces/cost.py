"""`assistant cost`: the calculators, each with a flag for every input."""

from __future__ import annotations

import argparse
import inspect
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.app import Workspace
from assistant.calculating.calculation import to_calculation
from assistant.calculating.flags import read_flag, write_flag
from assistant.calculating.form import Field, form_fields
from assistant.calculating.plotting import plot_curve
from assistant.calculators.calculate import Value
from assistant.calculators.calculator import Calculator, InputSpec, Result, input_specs
from assistant.calculators.errors import CalculationError, MissingInputError
from assistant.calculators.registry import CALCULATORS
from assistant.calculators.written import write_amount, write_input
from assistant.interfaces.terminal import Terminal
from assistant.profile import calculate_for, company_inputs
from corpus.document import Language
from corpus.tables import Tables

EXIT_USAGE = 2

_WORDS = {
    "en": {
        "assumed": "assumed",
        "sources": "Sources",
        "explain": "Formula",
        "inputs": "Inputs",
        "drawn": "drawn in",
        "default": "default",
    },
    "zh": {
        "assumed": "假定",
        "sources": "来源",
        "explain": "公式说明",
        "inputs": "输入",
        "drawn": "图已存为",
        "default": "默认",
    },
}


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command: one subcommand for each calculator, one flag for each of its inputs."""
    parser = commands.add_parser(
        "cost",
        help="calculators for cost and planning",
        description="Calculators whose formula, steps, assumptions and sources are shown. Without a name: all of them.",
        epilog="Example: assistant cost train --parameters 7B --tokens 2T --mfu 40%% --price '$2.5/h'",
    )
    parser.set_defaults(run=print_list, home="", backend=None, quiet=False)
    names = parser.add_subparsers(metavar="NAME")
    for calculator in CALCULATORS:
        _add_calculator(names, common, calculator)


def _add_calculator(names: Any, common: argparse.ArgumentParser, calculator: Calculator[Any]) -> None:  # noqa: ANN401
    parser = names.add_parser(
        calculator.name,
        parents=[common],
        help=calculator.title.en,
        description=f"{calculator.title.en} · {calculator.title.zh}",
        epilog=f"Example: assistant cost {calculator.name} {calculator.example}".replace("%", "%%"),
    )
    inputs = parser.add_argument_group("inputs")
    for name, spec in input_specs(calculator.inputs).items():
        inputs.add_argument(write_flag(name), dest=f"input_{name}", metavar="X", help=_help(spec).replace("%", "%%"))
    output = parser.add_argument_group("output")
    output.add_argument("--json", action="store_true", help="the calculation as JSON, on one line")
    output.add_argument(
        "--explain",
        action="store_true",
        help="the formula, its source, where it stops being true, and what stands in for each input",
    )
    output.add_argument("--lang", choices=("zh", "en"), help="the language of the output (default: the environment's)")
    if calculator.curve:
        output.add_argument("--plot", type=Path, metavar="FILE", help="draw the curve as SVG, PDF or PNG")
    parser.set_defaults(run=run, calculator=calculator, plot=None)


def run(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Calculate and print."""
    calculator: Calculator[Any] = options.calculator
    language: Language = options.lang or language_of_environment()
    tables = workspace.tables()
    if options.explain:
        _print_explanation(calculator, tables, language, terminal)
        return 0
    try:
        values = _values(calculator, options, tables)
        company = workspace.company()
        result = calculate_for(company, calculator, values, tables)
        if options.plot:
            known = company_inputs(company, calculator, values)
            plot_curve(calculator, {**known, **values}, result, tables, language, options.plot)
            terminal.notice(f"{_WORDS[language]['drawn']} {options.plot}")
    except CalculationError as error:
        flags = f" ({', '.join(map(write_flag, error.names))})" if isinstance(error, MissingInputError) else ""
        terminal.error(f"assistant: {error.text.in_language(language)}{flags}")
        return EXIT_USAGE
    if options.json:
        terminal.answer(json.dumps(asdict(to_calculation(result, language)), ensure_ascii=False))
    else:
        _print(result, language, terminal)
    return 0


def print_list(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Print every calculator with an example."""
    language = language_of_environment()
    for calculator in CALCULATORS:
        terminal.answer(f"{calculator.name:<18} {calculator.title.in_language(language)}")
        terminal.answer(f"{'':<18} assistant cost {calculator.name} {calculator.example}")
    return 0


def language_of_environment() -> Language:
    """Chinese where the locale is Chinese, else English."""
    named = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    return "zh" if named.lower().startswith("zh") else "en"


def _values(calculator: Calculator[Any], options: argparse.Namespace, tables: Tables) -> Mapping[str, Value]:
    given = {name: getattr(options, f"input_{name}") for name in input_specs(calculator.inputs)}
    specs = input_specs(calculator.inputs)
    return {name: read_flag(name, specs[name], text, tables) for name, text in given.items() if text is not None}


def _print(result: Result, language: Language, terminal: Terminal) -> None:
    words = _WORDS[language]
    record = to_calculation(result, language)
    title = result.title.in_language(language)
    value = write_amount(result.value.to(result.unit), result.unit, language)
    terminal.answer(f"{title}{'：' if language == 'zh' else ': '}{value}\n")
    for read in result.inputs:
        symbol = f" {read.symbol}" if read.symbol else ""
        because = (
            f"  [{words['assumed']}{': ' if language == 'en' else '：'}{read.assumed.in_language(language)}]"
            if read.assumed
            else ""
        )
        terminal.answer(f"  {read.label.in_language(language)}{symbol} = {write_input(read, language)}{because}")
    terminal.answer("")
    for step in record.steps:
        terminal.answer(f"  {step}")
    for note in record.notes:
        terminal.answer(f"\n! {note}")
    if record.sources:
        terminal.answer(f"\n{words['sources']}:")
    for source in record.sources:
        terminal.answer(f"  {source}")


def _print_explanation(calculator: Calculator[Any], tables: Tables, language: Language, terminal: Terminal) -> None:
    words = _WORDS[language]
    terminal.answer(f"{calculator.name}: {calculator.title.in_language(language)}\n\n{words['explain']}:")
    # What a formula raises is for those who call it.
    terminal.answer((inspect.getdoc(calculator.formula) or "").split("\n\n:raises")[0])
    terminal.answer(f"\n{words['inputs']}:")
    for read in form_fields(calculator, tables, language):
        spec = input_specs(calculator.inputs)[read.name]
        said = f"  {write_flag(read.name):<18} {read.label} {spec.symbol}".rstrip()
        kind = spec.unit or ", ".join(spec.choices)
        terminal.answer(f"{said}{f' [{kind}]' if kind else ''}{_stands_in(read, language)}")
    terminal.answer(f"\nassistant cost {calculator.name} {calculator.example}")


def _stands_in(read: Field, language: Language) -> str:
    """What counts where an input is not given."""
    if read.required:
        return ""
    because = f" ({read.because})" if language == "en" else f"（{read.because}）"
    if not read.standard:
        return f" – {read.because}"
    return f" – {_WORDS[language]['default']} {read.standard}{because if read.because else ''}"


def _help(spec: InputSpec) -> str:
    kind = ", ".join(spec.choices) or {"accelerator": "a row of the table", "number": spec.unit}.get(
        spec.kind, "a name"
    )
    default = f"; default {spec.default:g}" if isinstance(spec.default, float | int) else ""
    default = f"; default {spec.default}" if isinstance(spec.default, str) else default
    looked_up = "; default from the tables" if spec.lookup or spec.hourly_price_of else ""
    return f"{spec.label.en} · {spec.label.zh} ({kind}{default}{looked_up}{'; optional' if spec.optional else ''})"
