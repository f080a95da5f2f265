"""An Excel file (.xlsx) -> Document: a line for each row, with its headers. The one adapter of openpyxl.

Sections are called by sheet and rows. Cells are written as they are shown: percentages, dates, thousands. A formula
that was never calculated is given as it is written. Left out: hidden sheets, rows and columns, comments, pictures.
Runs in `corpus.readers.child`.
"""

from __future__ import annotations

import logging
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.utils import column_index_from_string
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from corpus.document import Document
from corpus.readers.cell_text import cell_text
from corpus.readers.composing import Composer
from corpus.readers.tabular import is_chinese_sheet, rows_heading, sheet_lines
from corpus.readers.titles import given_title
from corpus.readers.visible import one_line

_log = logging.getLogger(__name__)

_FORMULA = "f"
_UNCALCULATED = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_FAR = 1000  # rows
_MAX_MERGED = 10_000  # cells of a merged range whose text is repeated


def read_workbook(path: Path) -> Document:
    """Read one workbook. What it raises on a damaged one is caught by the child."""
    warnings.simplefilter("ignore")  # it warns of every feature that it would not write again
    with path.open("rb") as file:  # by its name, the library would refuse what is called otherwise
        values = openpyxl.load_workbook(file, data_only=True, keep_links=False)
        # Results stand beside formulas only where a program calculated; the formulas need a second reading.
        formulas = openpyxl.load_workbook(file, keep_links=False) if _has_uncalculated(path) else None
    if formulas:
        _log.warning("holds formulas without results, kept as they are; open and save it in a spreadsheet program")
    composer = Composer()
    for sheet in values.worksheets:
        if sheet.sheet_state != "visible":
            _log.warning("left out because hidden: sheet %s", sheet.title)
            continue
        rows = list(_rows(sheet, formulas))
        is_chinese = is_chinese_sheet(rows)
        for group in sheet_lines(rows):
            composer.place(rows_heading(sheet.title, group, is_chinese=is_chinese))
            composer.text(group.text)
    return composer.document(path, given_title(values.properties.title or ""))


def _rows(sheet: Worksheet, formulas: Workbook | None) -> Iterator[tuple[int, list[str]]]:
    """The shown rows of a sheet with their numbers; one empty row and column stands for any number of them."""
    texts = _texts(sheet, formulas)
    hidden_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    hidden_columns = _hidden_columns(sheet)
    if left_out := [at for at in texts if at[0] in hidden_rows or at[1] in hidden_columns]:
        _log.warning("left out because hidden: %s cells of sheet %s", len(left_out), sheet.title)
    shown = {at: text for at, text in texts.items() if at[0] not in hidden_rows and at[1] not in hidden_columns}
    places = _without_gaps({column for _, column in shown})
    rows: dict[int, list[str]] = {}
    for (number, column), text in sorted(shown.items()):
        row = rows.setdefault(number, [])
        row += [""] * (places[column] - len(row)) + [text]
    last = 0
    for number, row in rows.items():
        if number > last + 1 and not hidden_rows.issuperset(range(last + 1, min(number, last + _FAR))):
            yield last + 1, []
        yield number, row
        last = number


def _texts(sheet: Worksheet, formulas: Workbook | None) -> dict[tuple[int, int], str]:
    """(row, column) -> what is written there."""
    above = formulas[sheet.title] if formulas else None
    # No public way leads to the cells that exist alone; `iter_rows` makes one for every place up to the last.
    found = {at: _text(cell, above) for at, cell in sheet._cells.items()} | _merged(sheet)
    return {at: text for at, text in found.items() if text}


def _without_gaps(columns: set[int]) -> dict[int, int]:
    """Each column -> its place, when one empty column is left of several."""
    places: dict[int, int] = {}
    place = last = -1
    for column in sorted(columns):
        place += 1 if not places or column == last + 1 else 2
        places[column] = place
        last = column
    return places


def _text(cell: Cell, formulas: Worksheet | None) -> str:
    value = cell.value
    if value is None and formulas is not None:
        formula = formulas.cell(cell.row, cell.column)
        value = formula.value if formula.data_type == _FORMULA else None
        return one_line(str(getattr(value, "text", value))) if value is not None else ""
    return one_line(cell_text(value, cell.number_format)) if value is not None else ""


def _hidden_columns(sheet: Worksheet) -> set[int]:
    """Neighbours that are hidden together share one entry."""
    hidden: set[int] = set()
    for letter, column in sheet.column_dimensions.items():
        if column.hidden:
            first = column.min or column_index_from_string(letter)
            hidden.update(range(first, min(column.max or first, first + 1000) + 1))
    return hidden


def _merged(sheet: Worksheet) -> dict[tuple[int, int], str]:
    """The text of every cell of the merged ranges: a label counts for all rows and columns it reaches over."""
    texts: dict[tuple[int, int], str] = {}
    for area in sheet.merged_cells.ranges:
        if area.size["rows"] * area.size["columns"] <= _MAX_MERGED:
            text = _text(sheet.cell(area.min_row, area.min_col), None)
            for row, column in area.cells:
                texts[row, column] = text
    return texts


def _has_uncalculated(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return any(_UNCALCULATED.search(archive.read(name)) for name in sheets)
