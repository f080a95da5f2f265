"""Rows of cells -> text that stays readable when it is cut into passages: headers are repeated, or stand in every row.

A table within a text becomes Markdown. A sheet becomes one line for each row, `Header: value; Header: value`, so that
a single row says by itself what its figures are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.language import document_language, weigh

# What one passage may weigh; index/splitter.py cuts what weighs more.
PASSAGE_WEIGHT = 700
_SAMPLE_ROWS = 100
# A figure is no header, except a year.
_FIGURE = re.compile(r"[-+(]?\s*[$€£¥￥]?\s*[-+]?\d[\d,. ]*(?:[eE][-+]?\d+)?\s*[%)]?")
_YEAR = re.compile(r"(?:19|20)\d\d")

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a sheet that stand together, with the numbers of the first and last row they come from."""

    first: int
    last: int
    text: str


def markdown_tables(rows: Iterable[Row]) -> list[str]:
    """A Markdown table, or several with the same headers where one would be cut. A single column is plain lines."""
    filled = [list(row) for row in rows if any(row)]
    width = max((len(row) for row in filled), default=0)
    filled = [row + [""] * (width - len(row)) for row in filled]
    used = [column for column in range(width) if any(row[column] for row in filled)]
    if len(used) < 2 or len(filled) < 2:
        return ["\n".join(" ".join(cell for cell in row if cell) for row in filled)] if filled else []
    header, *body = ([row[column] for column in used] for row in filled)
    head = f"{_markdown_row(header)}\n|{' --- |' * len(used)}"
    if weigh(head) > PASSAGE_WEIGHT // 2:
        return ["\n".join(line for _, _, line in _records(header, enumerate(body)))]
    tables: list[list[str]] = []
    room = 0
    for line in map(_markdown_row, body):
        room -= weigh(line) + 1
        if room < 0 or not tables:
            tables.append([head])
            room = PASSAGE_WEIGHT - weigh(head) - weigh(line) - 1
        tables[-1].append(line)
    return ["\n".join(lines) for lines in tables]


def sheet_lines(rows: Iterable[tuple[int, Row]]) -> Iterator[Lines]:
    """The numbered rows of a sheet in groups that fit a passage, each row with its headers.

    An empty row ends a table. A row with one cell above a table is a title. A table without headers of its own goes on
    under those of the table above it, when that is as wide.
    """
    header: list[str] = []
    for block in _blocks(rows):
        titles, table = _without_titles(block)
        yield from _grouped((number, number, next(filter(None, row))) for number, row in titles)
        if not table:
            continue
        first = list(table[0][1])
        width = len(first)
        if _is_header(first) and len(table) > 1:
            header, table = _whole_header(table)
        elif _is_header(first) or len(header) < width:
            header = []
        yield from _grouped(_records(header, table))


def rows_heading(sheet: str, lines: Lines, *, is_chinese: bool) -> str:
    """What the section of some rows is called: `Budget › rows 2–40`."""
    numbers = str(lines.first) if lines.first == lines.last else f"{lines.first}–{lines.last}"
    plural = "row" if lines.first == lines.last else "rows"
    place = f"第 {numbers} 行" if is_chinese else f"{plural} {numbers}"
    return f"{sheet} › {place}" if sheet else place


def is_chinese_sheet(rows: Sequence[tuple[int, Row]]) -> bool:
    """Whether the sheet begins in Chinese."""
    return document_language(" ".join(cell for _, row in rows[:_SAMPLE_ROWS] for cell in row)) == "zh"


def _markdown_row(cells: Row) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _blocks(rows: Iterable[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    """Rows between empty rows, without the columns that are empty in all of them."""
    for block in _between_empty_rows(rows):
        for table in _side_by_side(block):
            yield from map(_narrow, _between_empty_rows(table))


def _between_empty_rows(rows: Iterable[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    block: list[tuple[int, Row]] = []
    for number, row in rows:
        if any(row):
            block.append((number, row))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _narrow(block: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    width = max(len(row) for _, row in block)
    used = [column for column in range(width) if any(column < len(row) and row[column] for _, row in block)]
    return [(number, [row[column] if column < len(row) else "" for column in used]) for number, row in block]


def _side_by_side(block: list[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    """Tables beside each other: parted by an empty column, and the second begins at another height.

    Columns left empty only for the look part the labels of one table from its figures; both begin at one height.
    """
    width = max(len(row) for _, row in block)
    heights = [
        next((at for at, (_, row) in enumerate(block) if any(row[column : column + 1])), -1) for column in range(width)
    ]
    start = 0
    for gap in range(2, width - 2):
        left, right = [h for h in heights[start:gap] if h >= 0], heights[gap + 1 : gap + 3]
        if heights[gap] < 0 and len(left) > 1 and min(right) >= 0 and abs(min(left) - min(right)) > 1:
            yield [(number, row[start:gap]) for number, row in block]
            start = gap + 1
    yield [(number, row[start:]) for number, row in block]


def _without_titles(block: list[tuple[int, Row]]) -> tuple[list[tuple[int, Row]], list[tuple[int, Row]]]:
    """(titles, table): what stands above the first row that says two things, and the rest."""
    table_at = next((at for at, (_, row) in enumerate(block) if not _says_one_thing(row)), len(block))
    return block[:table_at], block[table_at:]


def _is_header(row: Row) -> bool:
    filled = [cell for cell in row if cell]
    return not any(_FIGURE.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in filled)


def _says_one_thing(row: Row) -> bool:
    return len({cell for cell in row if cell}) == 1


def _whole_header(table: list[tuple[int, Row]]) -> tuple[list[str], list[tuple[int, Row]]]:
    """(header, rows). A header that says the same over several columns is made plain by the row below it."""
    first, second = list(table[0][1]), list(table[1][1])
    is_double = any(one and one == other for one, other in pairwise(first)) and len(table) > 2 and _is_header(second)
    if not is_double:
        return first, table[1:]
    both = [" ".join(dict.fromkeys(filter(None, pair))) for pair in zip(first, second, strict=True)]
    return both, table[2:]


def _records(header: Row, rows: Iterable[tuple[int, Row]]) -> Iterator[tuple[int, int, str]]:
    """(row, row, line). A row too long for a passage goes on in lines that repeat its first cell."""
    for number, row in rows:
        text = next(filter(None, row), "")
        if _says_one_thing(row) and len(row) > 1 and not _FIGURE.fullmatch(text):  # what follows is called so
            yield number, number, text
            continue
        names = [*header, *[""] * (len(row) - len(header))]
        pairs = [f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell]
        if not header and len(pairs) == 2:
            pairs = [f"{pairs[0]}: {pairs[1]}"]
        line = ""
        for pair in pairs:
            if line and weigh(line) + weigh(pair) + 2 > PASSAGE_WEIGHT:
                yield number, number, line
                line = pairs[0] if weigh(pairs[0]) < PASSAGE_WEIGHT // 4 else ""
            line = f"{line}; {pair}" if line else pair
        if line:
            yield number, number, line


def _grouped(lines: Iterable[tuple[int, int, str]]) -> Iterator[Lines]:
    first = last = weight = 0
    kept: list[str] = []
    for start, end, line in lines:
        if kept and weight + weigh(line) + 1 > PASSAGE_WEIGHT:
            yield Lines(first, last, "\n".join(kept))
            kept, weight = [], 0
        if not kept:
            first = start
        kept.append(line)
        last = end
        weight += weigh(line) + 1
    if kept:
        yield Lines(first, last, "\n".join(kept))
