"""What an answer is made of while it is being made: the events of `Assistant.stream`, in this order."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answer import Answer
from assistant.calculating.calculated import Calculated
from assistant.evidence.reading import Passage
from assistant.verifying.verification import Checked
from corpus.document import Language


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that will be read; comes before any text."""

    passages: tuple[Passage, ...]
    standalone_question: str
    language: Language


@dataclass(frozen=True, slots=True)
class Wrote:
    """The draft goes on: `tail` is all that stands behind the last checked sentence."""

    tail: str


@dataclass(frozen=True, slots=True)
class Written:
    """The model has written all of its draft: it is free for another question while this one is checked to the end."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The checked answer; always the last event."""

    answer: Answer


Event = Calculated | Found | Wrote | Checked | Written | Finished
