"""Excel files, read and written a row at a time. The one adapter of openpyxl on this side of the corpus."""

from __future__ import annotations

import datetime
import math
import shutil
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.writer.excel import ExcelWriter

from assistant.batch.cells import clean
from assistant.batch.errors import QuestionFileError
from assistant.batch.grid import GridRow

LAST_ROW, TALLEST_POINTS = 1_048_576, 409.0  # Excel's limits
_LAST_LINK = 65_000
_MOST_UNPACKED_BYTES = 2 << 30
# The same answers give the same file: no time of writing inside.
_STAMP = (1980, 1, 1, 0, 0, 0)
_CREATED = datetime.datetime(1980, 1, 1)
_FONT, _FONT_SIZE = "Calibri", 11
_LINE_POINTS, _PADDING_POINTS = 15.0, 2.0
_WRAPPING = 1.1  # lines break between words, some way before the edge
_A4 = 9  # as the format counts paper sizes
_LINK_COLOUR = "0B5394"


def read_workbook(path: Path) -> Iterator[tuple[str, Iterator[GridRow]]]:
    """(name, rows) of every sheet, to be read one after the other. Of formulas, the value that was last computed.

    :raises QuestionFileError: when it is not an .xlsx file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_UNPACKED_BYTES:
                raise QuestionFileError(f"{path} unpacks to more than 2 GB; save the questions as .csv")
        with warnings.catch_warnings():
            # openpyxl warns of validations, styles and the like that it does not keep; only values are wanted.
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise QuestionFileError(
            f"{path} is not an .xlsx file ({error}); open it in a spreadsheet and save it as .xlsx or .csv"
        ) from error
    try:
        for sheet in book.worksheets:
            yield sheet.title, _rows(sheet)
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[GridRow]:  # noqa: ANN401 - openpyxl has no types
    sheet.reset_dimensions()  # other programs write wrong ones, and rows would be lost
    for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1]:  # empty cells that only have a format
            texts.pop()
        yield line, texts, ""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, datetime.datetime) else str(value)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is written into a cell: text or a number, a background (RRGGBB), bold, and where a click leads.

    `link` is an address, or `#sheet!A1` within the file.
    """

    value: str | int | float
    fill: str = ""
    link: str = ""
    bold: bool = False


class WorkbookWriter:
    """Writes sheets of wrapped text whose first row stays in sight; no cell is ever a formula."""

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)
        self._made: list[Sheet] = []
        self._fills: dict[str, PatternFill] = {}
        self._wrapped = Alignment(wrap_text=True, vertical="top")
        self._counted = Alignment(horizontal="center", vertical="top")
        self._line = Border(bottom=Side(style="hair", color="B0B0B0"))
        self._bold = Font(name=_FONT, size=_FONT_SIZE, bold=True)
        self._linked = Font(name=_FONT, size=_FONT_SIZE, color=_LINK_COLOUR, underline="single")

    def sheet(self, name: str, columns: Sequence[tuple[str, float]], *, tallest: float = TALLEST_POINTS) -> Sheet:
        """A new sheet with (heading, width in characters) of each column; no row is taller than `tallest` points."""
        sheet = self._book.create_sheet(name)
        sheet.freeze_panes = "B2"  # headings and ids stay in sight
        _lay_out(sheet)
        for number, (_, width) in enumerate(columns, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        made = Sheet(self, sheet, [width for _, width in columns], tallest)
        self._made.append(made)
        made.append([Cell(heading, fill="E7EBEF", bold=True) for heading, _ in columns])
        return made

    def cell(self, sheet: Any, cell: Cell, *, linked: bool) -> Any:  # noqa: ANN401 - openpyxl has no types
        """The library's cell."""
        made = WriteOnlyCell(sheet)
        if isinstance(cell.value, str):
            made.value = clean(cell.value)
            made.data_type = "s"  # else a text that begins with = would be a formula, and #N/A an error
        else:
            made.value = cell.value
        made.alignment = self._wrapped if isinstance(cell.value, str) else self._counted
        made.border = self._line
        if cell.fill:
            made.fill = self._fills.setdefault(cell.fill, PatternFill("solid", fgColor=cell.fill))
        if cell.bold:
            made.font = self._bold
        if cell.link and linked:
            within = cell.link.startswith("#")
            made.hyperlink = Hyperlink(ref="A1", location=cell.link[1:]) if within else cell.link
            made.font = self._linked
        return made

    def save(self, path: Path) -> None:
        """Write the file."""
        properties = self._book.properties
        properties.creator, properties.created, properties.modified = "assistant batch", _CREATED, _CREATED
        for made in self._made:
            made.close()
        with _StampedZip(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            ExcelWriter(self._book, archive).save()


class Sheet:
    """One sheet being written, top to bottom."""

    def __init__(self, writer: WorkbookWriter, sheet: Any, widths: Sequence[float], tallest: float) -> None:  # noqa: ANN401 - as above
        self._writer = writer
        self._sheet = sheet
        self._widths = widths
        self._tallest = tallest
        self.rows = 0

    def append(self, cells: Sequence[Cell]) -> None:
        """Add a row, while a spreadsheet has room for it."""
        if self.rows < LAST_ROW:
            self.rows += 1
            linked = self.rows < _LAST_LINK
            dimensions = self._sheet.row_dimensions
            # Not every program fits rows to wrapped text when it opens a file, LibreOffice for one.
            dimensions[self.rows].height = min(row_height(cells, self._widths), self._tallest)
            self._sheet.append([self._writer.cell(self._sheet, cell, linked=linked) for cell in cells])
            del dimensions[self.rows]  # written; memory stays flat

    def close(self) -> None:
        """Let people filter by what stands below each heading."""
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(len(self._widths))}{self.rows}"


def row_height(cells: Sequence[Cell], widths: Sequence[float]) -> float:
    """Points for all lines of the cell that has most of them, when wide letters count two; at most what Excel takes."""
    lines = max((_lines(str(c.value), width) for c, width in zip(cells, widths, strict=False)), default=1)
    return min(_LINE_POINTS * lines + _PADDING_POINTS, TALLEST_POINTS)


def _lines(text: str, width: float) -> int:
    usable = max(1.0, width - 1)
    wide = (
        len(line) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in line) for line in text.split("\n")
    )
    return sum(max(1, math.ceil(_WRAPPING * length / usable)) for length in wide)


def _lay_out(sheet: Any) -> None:  # noqa: ANN401 - openpyxl has no types
    """On paper: across, all columns on one page, the headings on each, pages numbered."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "1:1"
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.4, bottom=0.7, footer=0.3)
    sheet.oddFooter.center.text = "&A · &P / &N"


class _StampedZip(zipfile.ZipFile):
    """Members without the time of writing."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as zipfile has it
        info = zipfile.ZipInfo(str(zinfo_or_arcname), _STAMP)
        super().writestr(info, data, zipfile.ZIP_DEFLATED)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as zipfile has it
        info = zipfile.ZipInfo(str(arcname), _STAMP)
        info.compress_type = zipfile.ZIP_DEFLATED
        source: IO[bytes]
        with open(filename, "rb") as source, self.open(info, "w", force_zip64=True) as target:
            shutil.copyfileobj(source, target)
