"""Rows stay readable by themselves, and long tables as passages."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.readers.cell_text import cell_text
from corpus.readers.composing import Composer
from corpus.readers.delimited import read_delimited
from corpus.readers.tabular import PASSAGE_WEIGHT, markdown_tables, sheet_lines
from index.splitter import MAX_WEIGHT, split_document


def lines(*rows: list[str]) -> list[str]:
    return [line for group in sheet_lines(enumerate(rows, start=1)) for line in group.text.split("\n")]


def test_a_row_says_what_its_figures_are() -> None:
    assert lines(["Item", "Q1", "Q2"], ["GPU", "10", ""], ["Staff", "20", "21"]) == [
        "Item: GPU; Q1: 10",
        "Item: Staff; Q1: 20; Q2: 21",
    ]


def test_titles_stand_above_and_an_empty_row_ends_a_table() -> None:
    rows = [["Budget", ""], ["", ""], ["Item", "2026"], ["GPU", "10"], ["", ""], ["City", "Rent"], ["Berlin", "7"]]
    assert lines(*rows) == ["Budget", "Item: GPU; 2026: 10", "City: Berlin; Rent: 7"]


def test_a_table_goes_on_below_an_empty_row_under_its_headers() -> None:
    rows = [["Item", "Price"], ["GPU", "10"], ["", ""], ["Rack", "20"]]
    assert lines(*rows) == ["Item: GPU; Price: 10", "Item: Rack; Price: 20"]


def test_two_rows_of_headers_are_joined() -> None:
    rows = [["Item", "2026", "2026"], ["Item", "Q1", "Q2"], ["GPU", "1", "2"]]
    assert lines(*rows) == ["Item: GPU; 2026 Q1: 1; 2026 Q2: 2"]


def test_figures_are_no_headers() -> None:
    assert lines(["Cash", "417,000"], ["Burn", "-$41,700"]) == ["Cash: 417,000", "Burn: -$41,700"]
    assert lines(["GPU", "7", "8%"], ["Rack", "1", "2"]) == ["GPU; 7; 8%", "Rack; 1; 2"]


def test_tables_beside_each_other_are_two_but_an_empty_column_for_the_look_is_nothing() -> None:
    beside = [["A", "B", "", "", ""], ["1", "2", "", "", ""], ["3", "4", "", "C", "D"], ["5", "6", "", "7", "8"]]
    assert lines(*beside) == ["A: 1; B: 2", "A: 3; B: 4", "A: 5; B: 6", "C: 7; D: 8"]
    for_the_look = [["Item", "Unit", "", "Q1", "Q2"], ["GPU", "h", "", "1", "2"]]
    assert lines(*for_the_look) == ["Item: GPU; Unit: h; Q1: 1; Q2: 2"]


def test_a_row_too_long_for_a_passage_repeats_what_it_is_about() -> None:
    found = lines(["Name", *[f"Question {n}" for n in range(40)]], ["Kestrel", *["a longer answer than most"] * 40])
    assert len(found) > 1
    assert all(line.startswith("Name: Kestrel; ") and len(line) <= PASSAGE_WEIGHT for line in found)


def test_every_piece_of_a_long_table_has_its_headers_and_is_one_passage(tmp_path: Path) -> None:
    composer = Composer()
    composer.table([["型号", "价格"], *[[f"加速卡 {n}", f"{n},000 元"] for n in range(200)]])
    document = composer.document(tmp_path / "a.docx")
    chunks = split_document(document)
    assert PASSAGE_WEIGHT < MAX_WEIGHT
    assert len(chunks) > 5
    assert all(chunk.text.startswith("| 型号 | 价格 |\n| --- | --- |\n| 加速卡") for chunk in chunks)
    assert sum(chunk.text.count("加速卡") for chunk in chunks) == 200


def test_markdown_cells_keep_their_places() -> None:
    assert markdown_tables([["a", "b|c"], ["1", ""]]) == ["| a | b\\|c |\n| --- | --- |\n| 1 |  |"]
    assert markdown_tables([["alone"], ["below"]]) == ["alone\nbelow"]
    assert markdown_tables([]) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_every_row_of_a_file_is_found_at_its_number(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["项目", "预算（元）"], ["算力, 云; 租用", "417000"], ["人员|行政\t", "83000"]]
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows).encode(encoding))
    document = read_delimited(path)
    assert document.text == "项目: 算力, 云; 租用; 预算（元）: 417000\n项目: 人员|行政; 预算（元）: 83000"
    assert [section.heading for section in document.sections] == ["第 2–3 行"]


def test_the_heading_of_rows_leads_to_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,note\n" + "".join(f"item {n},{'x' * 300}\n" for n in range(2, 8)), encoding="utf-8")
    document = read_delimited(path)
    assert [section.heading for section in document.sections] == ["rows 2–3", "rows 4–5", "rows 6–7"]
    for section in document.sections:
        first = section.heading.removeprefix("rows ").split("–")[0]
        assert document.text[section.start :].startswith(f"name: item {first};")


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.25, "0%", "25%"),
        (0.1234, "0.0%", "12.3%"),
        (1200.5, "#,##0.00", "1,200.50"),
        (417000, '"$"#,##0_);("$"#,##0)', "$417,000"),
        (-417000, "[$€-407]#,##0", "-€417,000"),
        (417000, '#,##0"元"', "417,000 元"),
        (0.1 + 0.2, "General", "0.3"),
        (1234567, "#,##0,", "1234567"),
        (0.4, "0", "0.4"),
        (True, "General", "TRUE"),
        (None, "General", ""),
    ],
)
def test_a_cell_reads_as_it_is_shown(value: object, number_format: str, shown: str) -> None:
    assert cell_text(value, number_format) == shown
