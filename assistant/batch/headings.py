"""Which row of a table holds its headings, and what each column is called."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.batch.errors import QuestionFileError
from assistant.batch.grid import GridRow

# What heads the columns that have a meaning here, in small letters.
HEADINGS = {
    "question": ("question", "questions", "问题", "問題", "提问"),
    "id": ("id", "编号", "編號"),
    "history": ("history", "上文", "历史", "歷史"),
}
_MEANINGS = {synonym: name for name, synonyms in HEADINGS.items() for synonym in synonyms}
# A table may begin with its title, a date, a note: so many rows are looked at for the headings.
_ABOVE = 10
# "Question / 问题", "Question (问题)", "Questions:", "*Question"
_BETWEEN = re.compile(r"[\s/|()（）:：*.、_-]+")


def find_headings(path: Path, about: str, rows: Iterator[GridRow]) -> list[str]:
    """The names of the columns; `rows` go on below them. Those with a meaning have their English name.

    The headings are the first row with a column of questions; without one, what is above is told.

    :raises QuestionFileError: when there is not exactly one column of questions.
    """
    filled = (cells for _, cells, _ in rows if any(cell.strip() for cell in cells))
    above = []
    for cells in itertools.islice(filled, _ABOVE):
        if any(_meaning(_title(cell)) == "question" for cell in cells):
            return _names(path, about, cells)
        above.append(cells)
    found = ", ".join(repr(_title(cell)) for cell in (above[0] if above else [])) or "nothing"
    raise QuestionFileError(
        f"{path} ({about}): no column is headed question (or 问题); found: {found[:300]}. Rename the heading, or "
        "keep the questions alone in a .txt file, one a line"
    )


def _names(path: Path, about: str, heading: Sequence[str]) -> list[str]:
    names: list[str] = []
    for number, cell in enumerate(heading, start=1):
        title = _title(cell) or f"column {number}"
        name = _meaning(title) or title
        if name in names and name in HEADINGS:
            raise QuestionFileError(f"{path} ({about}): two columns are headed {name}; rename one of them")
        copies = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({copies + 1})" if copies else name)
    return names


def _title(cell: str) -> str:
    return cell.strip("\ufeff \t\r\n")


def _meaning(title: str) -> str:
    """`question`, `id` or `history` when every word of `title` says so, else nothing."""
    meanings = {_MEANINGS.get(word) for word in _BETWEEN.split(title.lower()) if word}
    return next(iter(meanings)) or "" if len(meanings) == 1 else ""
