"""Counterparts are learned from what comes together in the twins."""

from __future__ import annotations

from index.lexicon import Lexicon
from index.twins import TwinSection

SECTION = TwinSection(
    "",
    ("量化省显存", "量化很快", "蒸馏很慢"),
    ("quantization saves memory", "quantization is quick", "distillation is slow"),
)


def test_words_that_come_in_each_others_twins_are_counterparts() -> None:
    lexicon = Lexicon([SECTION])
    assert lexicon.meanings("量化") == ("quantiz",)
    assert lexicon.meanings("quantiz") == ("量化",)


def test_what_comes_once_or_never_has_none() -> None:
    lexicon = Lexicon([SECTION])
    assert lexicon.meanings("蒸馏") == ()
    assert lexicon.meanings("火星") == ()
