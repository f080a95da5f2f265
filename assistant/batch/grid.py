"""CSV -> numbered rows of cells. Commas, semicolons and tabs; quotes as spreadsheets write them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from assistant.batch.errors import QuestionFileError

# (line, cells, problem): a row that cannot be told apart into cells has a problem instead.
GridRow = tuple[int, list[str], str]

LONGEST_FIELD = 16_000_000
_DELIMITERS = ",;\t"


def read_csv(path: Path, encoding: str) -> Iterator[GridRow]:
    """The rows of `path`, each with the line it begins on.

    :raises QuestionFileError: when the bytes are not in `encoding`, or a quotation mark is opened and never closed.
    """
    csv.field_size_limit(LONGEST_FIELD)
    try:
        with path.open(encoding=encoding, newline="") as file:
            delimiter = _delimiter(file.readline())
            file.seek(0)
            yield from _rows(path, file, delimiter)
    except UnicodeError as error:
        raise wrong_encoding(path, encoding) from error


def _rows(path: Path, file: IO[str], delimiter: str) -> Iterator[GridRow]:
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield from _unreadable(path, line, reader.line_num, error)
        else:
            if not (line == 1 and len(cells) <= 2 and cells and cells[0].lower().startswith("sep=")):
                yield line, cells, ""


def wrong_encoding(path: Path, encoding: str) -> QuestionFileError:
    """The error for bytes that `encoding` does not know."""
    return QuestionFileError(
        f"{path} is not {encoding} throughout; save it as UTF-8, or name its encoding: --encoding gb18030 (or big5, …)"
    )


def _unreadable(path: Path, line: int, last_line: int, error: csv.Error) -> Iterator[GridRow]:
    if "unexpected end of data" in str(error):
        raise QuestionFileError(
            f"{path}, line {line}: a quotation mark opens here and never closes, so that the rest of the file reads as "
            "one cell; close it, or write it twice where it belongs to the text"
        ) from error
    where = f"lines {line} to {last_line}" if last_line > line else f"line {line}"
    yield line, [], f"{where}: not valid CSV ({error}); a quotation mark inside a quoted cell is written twice"


def _delimiter(first: str) -> str:
    """The delimiter that the first line has most of, outside quotes; `sep=;` names it outright."""
    if first.lower().startswith("sep=") and first[4:5].strip():
        return first[4]
    outside = "".join(first.split('"')[::2])
    return max(_DELIMITERS, key=lambda delimiter: (outside.count(delimiter), delimiter == ","))
