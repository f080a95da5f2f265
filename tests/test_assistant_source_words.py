"""What nearly copies a sentence of a passage is given in the passage's words; what says less or more is not."""

from __future__ import annotations

import pytest

from assistant.evidence.reading import Passage
from assistant.verifying.support import SupportChecker
from assistant.verifying.verification import Verified, verify
from tests.doubles import make_document

WATCHING = (
    "Watch each part by figures of its own.\n\n"
    "- Machine: errors, time to first token, queue length.\n"
    "- Per seat: a price for every person who works with it. It fits when people work more with the tool.\n"
    "Assume a pilot costs you $10,000. GPUs are mostly idle because data arrives too slowly, batches are too small, or "
    "machines stay reserved while nobody works, and most of these causes need only small changes.\n\n"
    "| Audit | 3 to 12 months | $20,000 |"
)


def rewritten(draft: str) -> Verified:
    passage = Passage(1, make_document(WATCHING), "Watching", 0, len(WATCHING), 1.0)
    return verify(draft, SupportChecker([passage], lambda word: 1.0, copied=True))


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "The machine: errors, time to first token, and queue length.",
            "Machine: errors, time to first token, queue length.",
        ),
        ("A pilot costs you $10,000.", "Assume a pilot costs you $10,000."),
        # What leans on the sentence before it brings that along.
        (
            "It fits best when people work more with the tool.",
            "Per seat: a price for every person who works with it. It fits when people work more with the tool.",
        ),
    ],
)
def test_the_passage_says_it_itself(sentence: str, shown: str) -> None:
    (only,) = rewritten(sentence).sentences
    assert (only.text, only.verdict, only.score) == (shown, "supported", 1.0)
    assert rewritten(sentence).text == f"{shown}[1]"
    assert rewritten(sentence).citations[0].quote == shown


@pytest.mark.parametrize(
    "sentence",
    [
        "GPUs are mostly idle.",  # a small part of a long sentence
        "The audit takes 3 to 12 months and $20,000.",  # a row of a table
        "Watch errors, time to first token, queue length of each machine part by figures.",  # of two lines
        "Pilots are free.",  # not supported
    ],
)
def test_what_says_far_less_or_joins_several_places_stays(sentence: str) -> None:
    assert [one.text for one in rewritten(sentence).sentences] == [sentence]


def test_what_was_said_already_is_not_said_again() -> None:
    verified = rewritten("- A pilot costs you $10,000.\n- Your pilot costs $10,000.\n- Pilots are free.")
    assert verified.text == "- Assume a pilot costs you $10,000.[1]\n- Pilots are free."


def test_a_text_that_is_only_checked_is_left_as_it_is() -> None:
    passage = Passage(1, make_document(WATCHING), "Watching", 0, len(WATCHING), 1.0)
    sentence = "A pilot costs you $10,000."
    assert verify(sentence, SupportChecker([passage], lambda word: 1.0)).text == f"{sentence}[1]"


LONG = (
    "Deals take 6 to 12 months. Worked example with assumptions: 9 months at a fifth of a founder costing $10,000 a "
    "month are $18,000 per attempt, and winning 1 of 4 makes $72,000 per contract, which a margin of $42,000 a year "
    "earns back."
)


@pytest.mark.parametrize(
    ("sentence", "is_picked"),
    [
        ("It takes 9 months of a founder at $10,000 to close big corporations.", True),
        ("Deals take 6 to 12 months.", False),
        ("Winning 1 of 4 makes $72,000 per contract.", False),  # shortened, in its words
        # In other words, but much of what is said.
        (
            "Assume 9 months at a fifth of a founder costing $10,000 a month: that is $18,000 per attempt, and winning "
            "1 of 4 yields $72,000 per contract, so a yearly margin of $42,000 earns it back.",
            False,
        ),
    ],
)
def test_words_picked_out_of_a_long_sentence_are_not_believed_of_a_model(sentence: str, is_picked: bool) -> None:
    passage = Passage(1, make_document(LONG), "Sales", 0, len(LONG), 1.0)
    (support,) = SupportChecker([passage], lambda word: 1.0, copied=True).check(sentence)
    assert ("picked" in support.objections) == is_picked
    assert "picked" not in SupportChecker([passage], lambda word: 1.0).check(sentence)[0].objections
