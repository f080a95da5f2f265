"""Words that mean the same in the other language are told by the shipped table."""

from __future__ import annotations

from index.likeness import alike
from index.words import words

AMONG = frozenset(words("The landlord keeps a camera above the trucks. 房东 货车"))


def test_a_word_finds_its_like_in_the_other_language_alone() -> None:
    assert alike("房东", AMONG) == {"landlord"}
    assert alike("货车", AMONG) == {"truck"}
    assert alike("truck", AMONG) == {"货车"}


def test_an_unknown_word_is_like_nothing() -> None:
    assert alike("qzxv", AMONG) == frozenset()
