"""Forms made from what calculators declare: fields can be filled as their examples say, and say what empty means."""

from __future__ import annotations

import pytest

from assistant.calculating.form import EXAMPLES, example_texts, form_fields, read_texts
from assistant.calculators.calculator import input_specs
from assistant.calculators.errors import BadInputError
from assistant.calculators.registry import CALCULATORS, find_calculator, groups
from corpus.document import Language
from corpus.tables import load_tables
from index.chunk import LANGUAGES

TABLES = load_tables()
NAMES = [calculator.name for calculator in CALCULATORS]


@pytest.mark.parametrize("name", NAMES)
def test_every_field_takes_the_example_it_shows(name: str) -> None:
    calculator = find_calculator(name)
    assert calculator is not None
    for field in form_fields(calculator, TABLES, "en"):
        text = field.example or field.choices[0]
        assert read_texts(calculator, {field.name: text}, TABLES).keys() == {field.name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_field_that_may_stay_empty_says_what_is_taken_then(language: Language) -> None:
    for calculator in CALCULATORS:
        for field in form_fields(calculator, TABLES, language):
            assert field.required != bool(field.because), (calculator.name, field.name)


def test_no_example_is_of_a_unit_that_nothing_has() -> None:
    used = {spec.unit for calculator in CALCULATORS for spec in input_specs(calculator.inputs).values()}
    assert set(EXAMPLES) - used == set()


def test_every_calculator_is_in_a_group_and_groups_stay_together() -> None:
    group_of = groups()
    assert list(group_of) == NAMES
    in_order = [group.en for group in group_of.values()]
    assert sorted(in_order, key=in_order.index) == in_order
    assert set(in_order) == {"Compute", "Memory", "Serving", "Money", "Risk and footprint"}


def test_what_cannot_be_read_is_named_with_an_example_in_both_languages() -> None:
    calculator = find_calculator("train")
    assert calculator is not None
    with pytest.raises(BadInputError) as error:
        read_texts(calculator, {"price": "cheap"}, TABLES)
    assert error.value.text.en == "price per accelerator-hour: “cheap” cannot be read; write it like $2.5/h"
    assert error.value.text.zh == "每卡时价格：“cheap”看不懂，请写成 $2.5/h 这样"
    with pytest.raises(BadInputError, match="has no input 'colour'"):
        read_texts(calculator, {"colour": "red"}, TABLES)


def test_empty_texts_are_left_out_and_examples_read_as_flags_are() -> None:
    calculator = find_calculator("train")
    assert calculator is not None
    assert example_texts(calculator) == {"parameters": "7B", "tokens": "2T", "accelerator": "h100-sxm", "mfu": "40%"}
    assert read_texts(calculator, {"tokens": " ", "mfu": "40%"}, TABLES).keys() == {"mfu"}
