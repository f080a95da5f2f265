"""Rows and their answers -> the output file, in the order of the input. How an .xlsx looks stands in sheets.py."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from assistant.answer import Answer
from assistant.batch.cells import cell_text, clean, defused, with_bullets
from assistant.batch.outcome import ANSWER_COLUMNS, Outcome, history_text, table_headings
from assistant.batch.sheets import SheetsWriter
from assistant.batch.words import REASON, STATUS, SUPPORTED, marked_text, source_lines, supported_of

SUFFIXES = (".jsonl", ".csv", ".xlsx", ".md")


class Writer(Protocol):
    """Takes the rows in their order."""

    def add(self, outcome: Outcome) -> None:
        """Write one."""
        ...


@dataclass(frozen=True, slots=True)
class MarkdownRules:
    """How answers and other people's text become Markdown that fetches and runs nothing."""

    answer: Callable[[Answer], str]
    plain: Callable[[str], str]


@contextmanager
def open_writer(path: Path, suffix: str, headings: Sequence[str], markdown: MarkdownRules) -> Iterator[Writer]:
    """A writer of `suffix` into `path`. `headings` are the carried columns."""
    if suffix == ".xlsx":
        sheets = SheetsWriter(headings)
        yield sheets
        sheets.save(path)
        return
    # Excel reads a CSV without the mark as the system's own encoding.
    encoding = "utf-8-sig" if suffix == ".csv" else "utf-8"
    with path.open("w", encoding=encoding, newline="" if suffix == ".csv" else "\n") as file:
        if suffix == ".csv":
            yield _CsvWriter(file, headings)
        elif suffix == ".md":
            yield _MarkdownWriter(file, headings, markdown)
        else:
            yield _JsonWriter(file)


class _JsonWriter:
    """The full record of every answered row; carried columns stand in `columns`. Rows not asked are left out."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def add(self, outcome: Outcome) -> None:
        """See `Writer`."""
        if outcome.record is None:
            return
        line = outcome.record.decode()
        if outcome.row.columns:
            line = f'{line[:-1]}, "columns": {_json_text(outcome.row.columns)}}}'
        self._file.write(line + "\n")


def _json_text(columns: dict[str, object]) -> str:
    text = json.dumps(columns, ensure_ascii=False)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


class _CsvWriter:
    """A line a row, with the programs' words; formulas are defused."""

    def __init__(self, file: IO[str], headings: Sequence[str]) -> None:
        self._writer = csv.writer(file)
        self._headings = headings
        self._writer.writerow([defused(clean(name)) for name in table_headings(headings)])

    def add(self, outcome: Outcome) -> None:
        """See `Writer`."""
        row, answer = outcome.row, outcome.answer
        cells = [row.id, row.question, history_text(row), *(cell_text(row.columns.get(n)) for n in self._headings)]
        if answer is not None:
            supported, claims = supported_of(answer)
            cells += [answer.status, with_bullets(marked_text(answer)), str(supported), str(claims)]
            cells += ["\n".join(source_lines(answer)), answer.reason]
        else:
            cells += [""] * len(ANSWER_COLUMNS)
        self._writer.writerow([defused(clean(cell)) for cell in cells])


class _MarkdownWriter:
    """A document to read: a heading for each question."""

    def __init__(self, file: IO[str], headings: Sequence[str], rules: MarkdownRules) -> None:
        self._file = file
        self._headings = headings
        self._rules = rules

    def add(self, outcome: Outcome) -> None:
        """See `Writer`."""
        row, answer = outcome.row, outcome.answer
        parts = [f"## {self._line(row.id)} · {self._line(row.question)}"]
        carried = [(name, cell_text(row.columns.get(name))) for name in self._headings]
        parts += [f"{self._line(name)}: {self._line(value)}  " for name, value in carried if value.strip()]
        if answer is None:
            parts.append("*—*")
        else:
            supported, claims = supported_of(answer)
            said = [f"**{STATUS[answer.language][answer.status]}**"]
            said += [SUPPORTED[answer.language].format(supported=supported, claims=claims)] if claims else []
            said += [REASON[answer.language].get(answer.reason, answer.reason)] if answer.reason else []
            parts += [" · ".join(said), self._rules.answer(answer)]
            lines = source_lines(answer)
            if lines:
                parts.append("\n".join(f"- {self._line(line)}" for line in lines))
        self._file.write(clean_markdown("\n\n".join(parts)) + "\n\n")

    def _line(self, text: str) -> str:
        return self._rules.plain(" ".join(text.split()))


def clean_markdown(text: str) -> str:
    """`text` without control characters, however long."""
    return "\n".join(clean(line) for line in text.split("\n"))
