"""A row of a table is read with the heads of its columns, and with the units that these give."""

from __future__ import annotations

import pytest

from assistant.evidence.reading import Passage
from assistant.verifying.support import SupportChecker
from assistant.verifying.tables import rows_in_words
from tests.doubles import make_document

TABLE = """Prices:

| plan | US$ per seat | hours | share |
|---|---:|---|---|
| Solo | 39 | 20 | a tenth |
| Practice | 1,059 | | about 60% |

Nothing | else."""


def test_every_cell_has_its_head() -> None:
    assert list(rows_in_words(TABLE).values()) == [
        "plan Solo; US$ per seat $39; hours 20 hours; share a tenth",
        "plan Practice; US$ per seat $1,059; share about 60%",
    ]
    assert all(TABLE[start:].startswith("| ") for start in rows_in_words(TABLE))


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ("每月（万元）", "4.5万元"),
        ("US$ million", "$4.5 million"),
        ("price per hour (EUR)", "4.5 EUR"),
        ("参数（亿）", "4.5亿"),
        ("占比（%）", "4.5%"),
        ("memory GB", "4.5 GB"),
        ("rank", "4.5"),
    ],
)
def test_a_bare_number_has_the_unit_and_scale_of_its_head(head: str, cell: str) -> None:
    [row] = rows_in_words(f"| {head} |\n|---|\n| 4.5 |").values()
    assert row == f"{head} {cell}"


@pytest.mark.parametrize(
    ("sentence", "is_supported"),
    [
        ("A Practice seat costs $1,059.", True),
        ("A Solo seat costs $1,059.", False),
        ("A Practice seat costs 1,059 yuan.", False),
    ],
)
def test_a_sentence_may_say_a_row_in_words(sentence: str, is_supported: bool) -> None:
    document = make_document(TABLE)
    passage = Passage(1, document, "", 0, len(TABLE), relevance=1.0)
    checker = SupportChecker([passage], lambda word: 1.0)
    assert checker.check(sentence)[0].is_enough == is_supported
