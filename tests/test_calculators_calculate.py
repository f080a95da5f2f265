"""Inputs are completed, bounded and of one currency before anything is computed."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.calculators.calculate import calculate
from assistant.calculators.errors import BadInputError, MissingInputError
from assistant.calculators.quantity import Quantity, given
from assistant.calculators.train import TRAIN
from corpus.tables import load_tables

TABLES = load_tables()
SIZE = {"parameters": given(7e9, "parameter", ""), "tokens": given(2e12, "token", "")}


def test_what_was_not_given_is_assumed_and_says_why() -> None:
    result = calculate(TRAIN, SIZE, TABLES)
    assumed = {read.name: read.assumed for read in result.inputs}
    assert assumed["parameters"] is None
    assert "40%" in assumed["mfu"].en  # type: ignore[union-attr]
    assert "offers" in assumed["price"].en  # type: ignore[union-attr]
    assert any("pricing" in source.name for source in result.sources)


def test_a_missing_input_is_asked_for_in_both_languages() -> None:
    with pytest.raises(MissingInputError) as caught:
        calculate(TRAIN, {"parameters": SIZE["parameters"]}, TABLES)
    assert caught.value.names == ("tokens",)
    assert "training tokens" in caught.value.text.en
    assert "训练 token 数" in caught.value.text.zh


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mfu", given(140, "percent", "")),
        ("mfu", given(0, "percent", "")),
        ("parameters", given(-7e9, "parameter", "")),
        ("parameters", given(7e9, "token", "")),
        ("accelerator", "abacus"),
        ("accelerator", given(3, "", "")),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(name: str, value: Quantity | str) -> None:
    with pytest.raises(BadInputError) as caught:
        calculate(TRAIN, {**SIZE, name: value}, TABLES)
    assert caught.value.name == name


def test_another_currency_is_carried_through_and_never_mixed_with_the_tables() -> None:
    price = given(14, "CNY / accelerator / hour", "")
    result = calculate(TRAIN, {**SIZE, "price": price}, TABLES)
    assert result.unit == "CNY"
    assert result.value.to("CNY") == pytest.approx(6 * 7e9 * 2e12 / (989e12 * 0.4) / 3600 * 14, rel=1e-3)


def test_an_old_price_is_warned_about() -> None:
    def notes(today: date) -> list[str]:
        return [note.en for note in calculate(TRAIN, SIZE, TABLES, today=today).notes]

    assert any("months old" in note for note in notes(date(2027, 6, 1)))
    assert not any("months old" in note for note in notes(date(2026, 4, 1)))
