"""The input, read once: its rows are kept in the journal's folder and come from there ever after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.batch.durable import replacing
from assistant.batch.question_file import open_questions
from assistant.batch.row import Row, row_from_json, row_to_json


@dataclass(frozen=True, slots=True)
class Intake:
    """What was read: `rows` with a question or a problem, `bad` of them with a problem, `empty` ones passed over."""

    name: str
    fingerprint: str
    about: str
    rows: int
    bad: int
    empty: int
    headings: tuple[str, ...]


def input_fingerprint(path: Path, encoding: str) -> str:
    """The same bytes read in the same way have the same fingerprint."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:24] + (f" as {encoding}" if encoding else "")


def take_in(source: Path, encoding: str, folder: Path) -> Intake:
    """Read `source` into `folder`, unless that is what lies there.

    :raises QuestionFileError: when it cannot be read as questions; nothing is left behind then.
    """
    fingerprint = input_fingerprint(source, encoding)
    known = _known(folder)
    if known is not None and known.fingerprint == fingerprint:
        return known
    (folder / "input.json").unlink(missing_ok=True)
    count = bad = 0
    opened = open_questions(source, encoding)
    with replacing(folder / "questions.jsonl") as aside, aside.open("w", encoding="utf-8", newline="\n") as file:
        for row in opened.rows:
            file.write(row_to_json(row) + "\n")
            count += 1
            bad += bool(row.problem)
    intake = Intake(source.name, fingerprint, opened.about, count, bad, opened.empty, tuple(opened.headings))
    with replacing(folder / "input.json") as aside:
        aside.write_text(json.dumps(asdict(intake), ensure_ascii=False), encoding="utf-8")
    return intake


def kept_rows(folder: Path) -> Iterator[Row]:
    """The rows that were taken in, in the order of the input."""
    with (folder / "questions.jsonl").open("rb") as file:
        for line in file:
            yield row_from_json(line)


def _known(folder: Path) -> Intake | None:
    try:
        record = json.loads((folder / "input.json").read_text(encoding="utf-8"))
        return Intake(**{**record, "headings": tuple(record["headings"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
