"""Kills, damages and readers, fewer of each than the commands in tests/library_*.py try."""

from __future__ import annotations

import random
from pathlib import Path

from tests import library_damages, library_kills, library_readers


def test_forty_kills_lose_nothing(tmp_path: Path) -> None:
    random.seed(1)
    struck, wrong = library_kills.run(40, tmp_path)
    assert wrong == []
    assert struck.total() >= 38
    assert len(struck) == 1 + len(library_kills.POINTS)


def test_every_damage_is_noticed_before_the_first_answer(tmp_path: Path) -> None:
    random.seed(2)
    noticed, missed = library_damages.run(150, tmp_path)
    assert missed == []
    assert noticed.total() == 150


def test_readers_see_one_generation_each_while_it_is_rebuilt(tmp_path: Path) -> None:
    answers, wrong = library_readers.run(5, 10, tmp_path)
    assert wrong == []
    assert answers >= 5
