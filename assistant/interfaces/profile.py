"""`assistant profile`: what the assistant knows about the company, on this machine only."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from typing import Any

from assistant.app import Workspace
from assistant.calculators.errors import CalculationError
from assistant.interfaces.cost import language_of_environment
from assistant.interfaces.terminal import Terminal
from assistant.profile import Company, describe, keys, with_value

EXIT_USAGE = 2


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "profile",
        help="what calculations know about your company",
        description="Your company, kept in the home and used by calculations; it never leaves this machine.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    showing = actions.add_parser("show", parents=[common], help="print it", epilog="Example: assistant profile show")
    showing.add_argument("--json", action="store_true", help="for programs")
    showing.set_defaults(run=show)
    setting = actions.add_parser(
        "set",
        parents=[common],
        help="say one thing about the company",
        epilog="Examples: assistant profile set cash '3000万元'   assistant profile set monthly_burn '$200k/month'   "
        "assistant profile set accelerator H100   assistant profile set traffic 50k/day",
    )
    setting.add_argument("key", choices=keys(), metavar="KEY", help=", ".join(keys()))
    setting.add_argument("value", metavar="VALUE")
    setting.set_defaults(run=set_value)
    clearing = actions.add_parser(
        "clear", parents=[common], help="forget some or all of it", epilog="Example: assistant profile clear cash"
    )
    clearing.add_argument("keys", nargs="*", metavar="KEY", help="without one: everything")
    clearing.set_defaults(run=clear)


def show(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Print what is known."""
    company = workspace.company()
    if options.json:
        terminal.answer(json.dumps(asdict(company), ensure_ascii=False))
        return 0
    known = describe(company, language_of_environment())
    for key, value in known.items():
        terminal.answer(f"{key:<14} {value}")
    if not known:
        terminal.notice("nothing yet; say something with `assistant profile set cash '$3M'`")
    return 0


def set_value(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Keep one thing."""
    path = workspace.home.profile
    try:
        company = with_value(workspace.company(), options.key, options.value, workspace.tables())
    except CalculationError as error:
        terminal.error(f"assistant: {error.text.in_language(language_of_environment())}")
        return EXIT_USAGE
    company.save(path)
    terminal.notice(f"{options.key}: {describe(company, language_of_environment())[options.key]}")
    return 0


def clear(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Forget some keys, or all."""
    path = workspace.home.profile
    company, blank = workspace.company(), Company()
    if unknown := [key for key in options.keys if key not in keys()]:
        terminal.error(f"assistant: a company has no {unknown[0]!r}; there are: {', '.join(keys())}")
        return EXIT_USAGE
    forgotten = {key: getattr(blank, key) for key in options.keys or keys()}
    replace(company, **forgotten).save(path)
    terminal.notice(f"forgotten: {', '.join(forgotten)}")
    return 0
