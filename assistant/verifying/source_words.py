"""A sentence that says little else than one of a passage is given in the passage's own words.

A small model copies, and where it does not quite copy it errs: "Machine: errors, queue length" becomes "a machine
should monitor errors", and "assume a pilot costs $10,000" loses its first word. Of 624 supported sentences in real
answers 42 were wrong, none of the 469 that stood there word for word (2026-11-30, evals/grounding.md). So where a
passage's sentence is not much longer than what was made of it, it stands in its place. NOT covered: what a sentence
puts together from several lines or rows, and what is said across languages; these stay in the model's words.
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.evidence.reading import Passage
from assistant.verifying.sentences import leans, split_sentences
from index.words import word_set

# Of the passage's sentence so much, by weight of its words, must stand in the model's: else it says far more.
_LEAST_SAID = 0.5


def source_words(sentence: str, passage: Passage, start: int, end: int, weight: Callable[[str], float]) -> str | None:
    """What stands at `start:end` of the document of `passage`, in place of a `sentence` like it; None to keep that."""
    said = passage.document.text[start:end]
    if "\n" in said or said.startswith("|"):
        return None
    words = word_set(said)
    whole = sum(map(weight, words))
    if not whole or sum(map(weight, words & word_set(sentence))) < _LEAST_SAID * whole:
        return None
    return _standing_alone(passage, start, end)


def _standing_alone(passage: Passage, start: int, end: int) -> str | None:
    """The text from the last sentence of its line on that leans on none before it; None where there is no such one."""
    text = passage.document.text
    for span in reversed(split_sentences(passage.text)):
        at = passage.start + span.start
        if at <= start and "\n" not in text[at:end] and not leans(span.text):
            return text[at:end]
    return None
