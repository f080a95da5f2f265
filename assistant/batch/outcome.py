"""A row with what became of it, and the columns it fills in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Answer
from assistant.batch.row import Row

ANSWER_COLUMNS = ("status", "answer", "supported", "claims", "sources", "reason")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row and what became of it: `record` is the JSON of `answer`; both are None while it has not been asked."""

    row: Row
    record: bytes | None = None
    answer: Answer | None = None


def table_headings(headings: Sequence[str]) -> list[str]:
    """All columns of a table. A carried one with the name of one of ours says that it was carried."""
    ours = {"id", "question", "history", *ANSWER_COLUMNS}
    return ["id", "question", "history", *(f"{n} (input)" if n in ours else n for n in headings), *ANSWER_COLUMNS]


def history_text(row: Row) -> str:
    """The earlier questions as a cell of the input holds them."""
    return "\n".join(turn.question for turn in row.history)
