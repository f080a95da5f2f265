"""Words picked out of a long stretch and tied together anew: "9 months at $10,000 a month to sign a big corporation".

A model that is told to keep to its sources' words either says much of what a stretch says, or shortens it and keeps its
words. What does neither takes a few words and adds others, often the question's: in real answers it was wrong more
often than right (evals/grounding.md). NOT for other people's texts, which say things in words of their own.
"""

from __future__ import annotations

from collections.abc import Callable

from index.words import word_set

# Both by weight of words; chosen on the claims of `tune` and `written`.
_KEPT = 0.9
_SAID = 0.3


def picked(sentence: str, said: str, weight: Callable[[str], float]) -> list[str]:
    """`["picked"]` when too little of each of the two stands in the other, else nothing."""
    mine, theirs = word_set(sentence), word_set(said)
    shared = sum(map(weight, mine & theirs))
    is_picked = shared < _KEPT * sum(map(weight, mine)) and shared < _SAID * sum(map(weight, theirs))
    return ["picked"] if is_picked else []
