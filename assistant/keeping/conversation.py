"""What is kept of a conversation. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.answer import Answer
from assistant.evidence.reading import Passage

State = Literal["incomplete", "done", "failed"]


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage as the model was given it, kept with its answer: the document may change or go."""

    n: int
    heading: str
    page: int | None
    address: str
    text: str
    start: int

    @classmethod
    def of(cls, passage: Passage) -> ReadPassage:
        """What is kept of `passage`."""
        return cls(passage.n, passage.heading, passage.page, passage.document.address, passage.text, passage.start)


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in the list."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question with what came of it. `text` is Markdown; `answer` is there when `state` is done."""

    id: int
    question: str
    asked_at: str
    state: State
    rating: str
    text: str
    answer: Answer | None
    passages: tuple[ReadPassage, ...]
