"""A file of questions -> Rows. A row that cannot be asked becomes a Row with a problem.

Text: a question a line. Tables: a column of questions, and of ids and history where there are any (headings.py); every
other column is carried. JSONL: an object a line with the same names. `history` makes a row a follow-up: the earlier
questions, oldest first, one a line in a cell, or as a list; {"question", "answer"} in it also tells what was answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.batch.encoding import check_encoding, detect_encoding
from assistant.batch.errors import QuestionFileError
from assistant.batch.grid import GridRow, read_csv, wrong_encoding
from assistant.batch.headings import HEADINGS, find_headings
from assistant.batch.row import Row
from assistant.batch.workbook import read_workbook
from assistant.understanding.question import Turn

SUFFIXES = (".txt", ".csv", ".xlsx", ".jsonl")

_LETTER = re.compile(r"[^\W\d_]")
_SHOWN = 5


@dataclass(slots=True)
class QuestionFile:
    """What is read. `rows` can be read once; `headings` of the carried columns and `empty` are complete after it.

    `about` says how it was read, for people.
    """

    about: str
    rows: Iterator[Row]
    headings: list[str] = field(default_factory=list)
    empty: int = 0


def open_questions(path: Path, encoding: str = "") -> QuestionFile:
    """Begin to read `path`.

    :raises QuestionFileError: when it is not a file of questions; reading on may raise it, too.
    """
    if not path.exists():
        raise QuestionFileError(f"{path}: there is no such file")
    if not path.is_file():
        raise QuestionFileError(f"{path} is not a file")
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise QuestionFileError(f"{path}: questions are read from {', '.join(SUFFIXES)}; save it as one of these")
    if suffix == ".xlsx":
        return _from_workbook(path)
    name = check_encoding(encoding) if encoding else detect_encoding(path)
    if suffix == ".csv":
        return _from_grid(path, name, read_csv(path, name))
    opened = QuestionFile(name, iter(()))
    reader: Callable[[Iterator[tuple[int, str]], QuestionFile], Iterator[Row]]
    reader = _text_rows if suffix == ".txt" else _json_rows
    opened.rows = _once_each(path, reader(_lines(path, name), opened))
    return opened


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding=encoding) as file:
            for line, text in enumerate(file, start=1):
                yield line, text.removeprefix("\ufeff") if line == 1 else text
    except UnicodeError as error:
        raise wrong_encoding(path, encoding) from error


def _text_rows(lines: Iterator[tuple[int, str]], opened: QuestionFile) -> Iterator[Row]:
    number = 0
    for line, text in lines:
        if not text.strip():
            opened.empty += 1
            continue
        number += 1
        yield Row(str(number), line, text.strip())


def _json_rows(lines: Iterator[tuple[int, str]], opened: QuestionFile) -> Iterator[Row]:
    for line, text in lines:
        if not text.strip():
            opened.empty += 1
            continue
        try:
            record = json.loads(text)
        except ValueError as error:
            yield _bad(f"line-{line}", line, "not_json", f"not valid JSON ({error})")
            continue
        if not isinstance(record, dict):
            yield _bad(f"line-{line}", line, "not_json", 'not an object such as {"id": "1", "question": "…"}')
            continue
        opened.headings += [name for name in record if name not in HEADINGS and name not in opened.headings]
        yield _from_record(line, record)


def _from_record(line: int, record: dict[str, object]) -> Row:
    given = record.get("id")
    identity = str(given).strip() if isinstance(given, str | int) and str(given).strip() else f"line-{line}"
    columns = {name: value for name, value in record.items() if name not in HEADINGS}
    question = record.get("question")
    if not isinstance(question, str):
        found = "there is none" if question is None else f"found {json.dumps(question, ensure_ascii=False)[:60]}"
        return _bad(identity, line, "no_question", f'"question" must be text; {found}', columns)
    return _asked(identity, line, question, record.get("history"), columns)


def _from_workbook(path: Path) -> QuestionFile:
    """The first sheet that has a heading `question`."""
    sheets = read_workbook(path)
    seen = []
    for name, rows in sheets:
        try:
            opened = _from_grid(path, f"sheet {name}", rows)
        except QuestionFileError as error:
            seen.append(str(error))
            continue
        opened.rows = _then_closing(opened.rows, sheets)
        return opened
    raise QuestionFileError("\n".join(seen) or f"{path} has no sheet")


def _then_closing(rows: Iterator[Row], sheets: Iterator[tuple[str, Iterator[GridRow]]]) -> Iterator[Row]:
    yield from rows
    for _ in sheets:  # the workbook is closed behind the last sheet
        pass


def _from_grid(path: Path, about: str, rows: Iterator[GridRow]) -> QuestionFile:
    names = find_headings(path, about, rows)
    opened = QuestionFile(about, iter(()), headings=[name for name in names if name not in HEADINGS])
    opened.rows = _once_each(path, _grid_rows(names, rows, opened))
    return opened


def _grid_rows(names: list[str], rows: Iterator[GridRow], opened: QuestionFile) -> Iterator[Row]:
    number = 0
    for line, cells, problem in rows:
        if not problem and not any(cell.strip() for cell in cells):
            opened.empty += 1
            continue
        number += 1
        missing = f"line-{line}" if "id" in names else str(number)
        if problem:
            yield _bad(missing, line, "not_csv", problem)
            continue
        record: dict[str, object] = dict(zip(names, [*cells, *[""] * len(names)], strict=False))
        identity = str(record.get("id", "")).strip() or missing
        columns = {name: value for name, value in record.items() if name not in HEADINGS}
        if len(cells) > len(names):
            advice = "a cell with the separator in it stands in quotation marks"
            text = f"{len(cells)} cells under {len(names)} headings; {advice}"
            yield _bad(identity, line, "too_many_cells", text, columns)
        else:
            yield _asked(identity, line, str(record["question"]), record.get("history"), columns)


def _asked(identity: str, line: int, question: str, history: object, columns: dict[str, object]) -> Row:
    if not question.strip():
        return _bad(identity, line, "empty_question", "the question is empty", columns)
    turns = _turns(history)
    if turns is None:
        advice = "it holds the earlier questions, one a line, or a list of them"
        return _bad(identity, line, "bad_history", f"the history cannot be read; {advice}", columns, question)
    return Row(identity, line, question.strip(), turns, columns)


def _turns(history: object) -> tuple[Turn, ...] | None:
    """The earlier questions, or None when `history` does not hold any."""
    if isinstance(history, str):
        if history.strip().startswith("["):
            try:
                return _turns(json.loads(history))
            except ValueError:
                pass
        history = [line for line in history.splitlines() if line.strip()]
    if history is None:
        return ()
    if not isinstance(history, list):
        return None
    turns = [_turn(entry) for entry in history]
    found = [turn for turn in turns if turn is not None and _LETTER.search(turn.question)]
    return tuple(found) if len(found) == len(turns) else None


def _turn(entry: object) -> Turn | None:
    if isinstance(entry, str):
        return Turn(entry.strip())
    if isinstance(entry, dict) and isinstance(entry.get("question"), str):
        answer = entry.get("answer", "")
        return Turn(entry["question"].strip(), answer if isinstance(answer, str) else "")
    return None


def _bad(
    identity: str, line: int, problem: str, text: str, columns: dict[str, object] | None = None, question: str = ""
) -> Row:
    where = "" if text.startswith("line") else f"line {line}: "
    return Row(identity, line, question.strip(), (), columns or {}, problem, where + text)


def _once_each(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    """`rows`, each id once.

    :raises QuestionFileError: after the last row, when an id stood in several.
    """
    first: dict[str, int] = {}
    again: list[str] = []
    for row in rows:
        before = first.setdefault(row.id, row.line)
        if before != row.line:
            again.append(f"{row.id!r} in lines {before} and {row.line}")
        yield row
    if again:
        more = f" and {len(again) - _SHOWN} more" if len(again) > _SHOWN else ""
        raise QuestionFileError(
            f"{path}: each row needs an id of its own, but {'; '.join(again[:_SHOWN])}{more}. Correct them, or leave "
            "the id column out: the rows are then numbered"
        )
