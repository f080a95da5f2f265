"""A CSV or TSV file -> Document: a line for each row, with its headers; sections are called by their rows.

Runs in `corpus.readers.child`. The first row with two cells holds the headers, unless it holds figures.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

from corpus.document import Document
from corpus.readers.composing import Composer
from corpus.readers.plain_text import decoded
from corpus.readers.tabular import is_chinese_sheet, rows_heading, sheet_lines
from corpus.readers.visible import one_line, visible_lines

_DELIMITERS = ",\t;|"
_SAMPLE_ROWS = 50


def read_delimited(path: Path) -> Document:
    """Read one file, whichever of comma, tabulator, semicolon or bar parts its cells.

    :raises UnreadableFileError: encoding or no_text.
    """
    csv.field_size_limit(sys.maxsize if sys.maxsize < 2**31 else 2**31 - 1)
    text = visible_lines(decoded(path, path.read_bytes()))
    lines = text.splitlines(keepends=True)
    rows = [
        (number, [one_line(cell) for cell in row])
        for number, row in enumerate(csv.reader(lines, delimiter=_delimiter(lines)), start=1)
    ]
    composer = Composer()
    is_chinese = is_chinese_sheet(rows)
    for group in sheet_lines(rows):
        composer.place(rows_heading("", group, is_chinese=is_chinese))
        composer.text(group.text)
    return composer.document(path, path.stem)


def _delimiter(lines: list[str]) -> str:
    """The one that cuts most of the first rows into the same number of cells, and into many."""

    def fit(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in islice(csv.reader(lines, delimiter=delimiter), _SAMPLE_ROWS) if row)
        widths.pop(1, None)
        width, rows = widths.most_common(1)[0] if widths else (0, 0)
        return rows, width

    return max(_DELIMITERS, key=fit)
