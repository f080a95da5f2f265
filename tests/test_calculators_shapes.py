"""What nobody said about a model is taken from the known ones, and left open where no rule holds."""

from __future__ import annotations

import pytest

from assistant.calculators.shapes import known_of_model
from corpus.tables import load_tables

TABLES = load_tables()


@pytest.mark.parametrize(
    ("column", "model", "parameters", "expected"),
    [
        ("parameters", "deepseek-v3", None, 671e9),
        ("active_parameters", "deepseek-v3", None, 37e9),
        ("active_parameters", "llama-2-70b", None, 70e9),
        ("layers", "llama-3-1-8b", None, 32),
        ("layers", "llama-3-70b", None, 80),  # by its size
        ("layers", "", 65e9, 80),
        ("layers", "", 13e9, 40),  # no known one is near: N = 12·L·h², h = 128·L
        ("width", "", 13e9, 5120),
        ("kv_heads", "gpt-3", None, 96),
    ],
)
def test_sizes_and_shapes_are_those_of_the_known_models(
    column: str, model: str, parameters: float | None, expected: float
) -> None:
    found = known_of_model(TABLES, column, model, parameters)
    assert found is not None
    assert found.value == expected
    assert found.because.en
    assert found.because.zh


@pytest.mark.parametrize(
    ("column", "model", "parameters"),
    [
        ("layers", "deepseek-v3", None),  # its cache has another form
        ("layers", "", None),
        ("parameters", "", 7e9),
        ("active_parameters", "", 7e9),
    ],
)
def test_nothing_is_made_up_about_a_model(column: str, model: str, parameters: float | None) -> None:
    assert known_of_model(TABLES, column, model, parameters) is None
