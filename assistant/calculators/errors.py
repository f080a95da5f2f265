"""Errors of the calculators; their messages are for people, in both languages.

CalculationError
├── MissingInputError     an input that no default can fill; `names` says which
├── BadInputError         an input that cannot be meant: a wrong unit, negative, absurd, two currencies; `name`
│   └── UnclearCurrencyError    ¥, which two currencies have
└── NoValueError          the inputs are fine and there is no such figure: a break-even that is never reached
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.calculators.calculator import Text


class CalculationError(Exception):
    """A calculation that cannot be made; `text` says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class MissingInputError(CalculationError):
    """Something must be asked for."""

    def __init__(self, names: Sequence[str], text: Text) -> None:
        super().__init__(text)
        self.names = tuple(names)


class BadInputError(CalculationError):
    """An input cannot be meant as it was read."""

    def __init__(self, name: str, text: Text) -> None:
        super().__init__(text)
        self.name = name


class UnclearCurrencyError(BadInputError):
    """Money whose sign stands for two currencies; the text says how to write what was typed."""


class NoValueError(CalculationError):
    """What was asked for does not exist for these inputs; the text says why, which is an answer too."""
