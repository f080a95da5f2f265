"""What a workbook shows: rows with their headers, called by sheet and row."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from corpus.document import Document
from corpus.errors import UnreadableFileError
from corpus.readers.workbook import read_workbook


def read(tmp_path: Path, fill: Callable[[Any], None]) -> Document:
    book = openpyxl.Workbook()
    fill(book.active)
    book.save(tmp_path / "a.xlsx")
    return read_workbook(tmp_path / "a.xlsx")


def parts(document: Document) -> list[tuple[str, str]]:
    return [(section.heading, document.text[section.start : section.end]) for section in document.sections]


def test_rows_keep_their_headers_sheet_and_numbers(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        sheet.title = "预算"
        for row in (["2026 年预算"], [], ["项目", "2026", None], ["项目", "Q1", "Q2"], ["算力", 1200.5, 0.25]):
            sheet.append(row)
        sheet.merge_cells("B3:C3")
        sheet.merge_cells("A3:A4")
        sheet["B5"].number_format, sheet["C5"].number_format = '"¥"#,##0.00', "0%"

    assert parts(read(tmp_path, fill)) == [
        ("预算 › 第 1 行", "2026 年预算"),
        ("预算 › 第 5 行", "项目: 算力; 2026 Q1: ¥1,200.50; 2026 Q2: 25%"),
    ]


def test_dates_and_labels_over_several_rows_are_written_out(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        for row in (["Region", "Month", "Rent"], ["EU", datetime.date(2026, 3, 1), 7], [None, "April", 8]):
            sheet.append(row)
        sheet.merge_cells("A2:A3")

    assert read(tmp_path, fill).text == ("Region: EU; Month: 2026-03-01; Rent: 7\nRegion: EU; Month: April; Rent: 8")


def test_hidden_sheets_rows_and_columns_are_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fill(sheet: Any) -> None:
        for row in (["Item", "Price", "Secret"], ["GPU", 10, "a"], ["hidden", 20, "b"], ["Rack", 30, "c"]):
            sheet.append(row)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True
        other = sheet.parent.create_sheet("Hidden")
        other["A1"] = "hidden"
        other.sheet_state = "veryHidden"

    with caplog.at_level(logging.WARNING):
        document = read(tmp_path, fill)
    assert parts(document) == [("Sheet › rows 2–4", "Item: GPU; Price: 10\nItem: Rack; Price: 30")]
    assert "left out because hidden: sheet Hidden" in caplog.messages


def test_a_formula_is_read_as_its_result_or_as_it_is_written(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["Item", "Sum"])
    sheet.write(1, 0, "GPU")
    sheet.write_formula(1, 1, "=2*21", value=42)
    book.close()
    assert read_workbook(tmp_path / "a.xlsx").text == "Item: GPU; Sum: 42"

    def fill(sheet: Any) -> None:
        for row in (["Item", "Sum"], ["GPU", "=2*21"]):
            sheet.append(row)

    assert read(tmp_path, fill).text == "Item: GPU; Sum: =2*21"


def test_a_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"], sheet["XFD1048576"] = "near", "far"

    assert parts(read(tmp_path, fill)) == [("Sheet › row 1", "near"), ("Sheet › row 1048576", "far")]


def test_a_workbook_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read(tmp_path, lambda sheet: None)
    assert caught.value.reason == "no_text"
