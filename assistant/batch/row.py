"""One row of a question file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.understanding.question import Turn


@dataclass(frozen=True, slots=True)
class Row:
    """A question with what came with it. `line` is where it stands in the input, counted from 1.

    `columns` are the other columns as they came. A row with a `problem`, a word for programs, cannot be asked;
    `problem_text` says why and what to do.
    """

    id: str
    line: int
    question: str
    history: tuple[Turn, ...] = ()
    columns: dict[str, object] = field(default_factory=dict)
    problem: str = ""
    problem_text: str = ""

    @property
    def key(self) -> str:
        """The same for the same id, question and history, wherever in the file they stand: 16 hex digits."""
        parts = [self.id, self.question, *(text for turn in self.history for text in (turn.question, turn.answer))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def row_to_json(row: Row) -> str:
    """The row on one line."""
    return json.dumps(asdict(row), ensure_ascii=False)


def row_from_json(line: str | bytes) -> Row:
    """The row that `row_to_json` wrote."""
    record: dict[str, Any] = json.loads(line)
    record["history"] = tuple(Turn(**turn) for turn in record["history"])
    return Row(**record)
