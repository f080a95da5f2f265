"""Excel files, read and written a row at a time. The one adapter of openpyxl on this side of the corpus."""

from __future__ import annotations

import datetime
import shutil
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter

from assistant.batch.cells import clean
from assistant.batch.errors import QuestionFileError
from assistant.batch.grid import GridRow

LAST_ROW = 1_048_576  # Excel's limits
_LAST_LINK = 65_000
_MOST_UNPACKED_BYTES = 2 << 30
# The same answers give the same file: no time of writing inside.
_STAMP = (1980, 1, 1, 0, 0, 0)
_CREATED = datetime.datetime(1980, 1, 1)
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
        self._fills: dict[str, PatternFill] = {}
        self._wrapped = Alignment(wrap_text=True, vertical="top")
        self._bold, self._linked = Font(bold=True), Font(color=_LINK_COLOUR, underline="single")

    def sheet(self, name: str, columns: Sequence[tuple[str, float]]) -> Sheet:
        """A new sheet with (heading, width in characters) of each column."""
        sheet = self._book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number, (_, width) in enumerate(columns, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        made = Sheet(self, sheet)
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
        made.alignment = self._wrapped
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
        with _StampedZip(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            ExcelWriter(self._book, archive).save()


class Sheet:
    """One sheet being written, top to bottom."""

    def __init__(self, writer: WorkbookWriter, sheet: Any) -> None:  # noqa: ANN401 - openpyxl has no types
        self._writer = writer
        self._sheet = sheet
        self.rows = 0

    def append(self, cells: Sequence[Cell]) -> None:
        """Add a row, while a spreadsheet has room for it."""
        if self.rows < LAST_ROW:
            self.rows += 1
            linked = self.rows < _LAST_LINK
            self._sheet.append([self._writer.cell(self._sheet, cell, linked=linked) for cell in cells])


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
