"""Question files as people make them: every encoding, every wrong row, every heading."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from assistant.batch.errors import QuestionFileError
from assistant.batch.question_file import open_questions
from assistant.batch.row import Row, row_from_json, row_to_json
from assistant.understanding.question import Turn

CSV = "编号,question,负责人\n甲1,怎样控制大模型创业的成本？,王\n甲2,How does quantization cut serving cost?,李\n"


def read(path: Path, encoding: str = "") -> list[Row]:
    return list(open_questions(path, encoding).rows)


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_spreadsheets_csv_is_read_in_any_encoding(tmp_path: Path, encoding: str, newline: str) -> None:
    rows = read(put(tmp_path, "q.csv", CSV.replace("\n", newline).encode(encoding)))
    assert [(row.id, row.question, row.columns) for row in rows] == [
        ("甲1", "怎样控制大模型创业的成本？", {"负责人": "王"}),
        ("甲2", "How does quantization cut serving cost?", {"负责人": "李"}),
    ]


def test_traditional_chinese_in_big5_is_read_and_can_be_named(tmp_path: Path) -> None:
    text = "id,question\n1,如何控制大模型創業的成本？\n2,團隊需要哪些人才？\n"
    path = put(tmp_path, "q.csv", text.encode("big5"))
    assert read(path) == read(path, "big5")
    assert read(path)[0].question == "如何控制大模型創業的成本？"


@pytest.mark.parametrize("name", ["q.csv", "q.txt"])
def test_a_byte_order_mark_is_never_text_whatever_the_encoding_is_called(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, ("question\nCost?\n" if name == "q.csv" else "Cost?\n").encode("utf-16-le"))
    path.write_bytes(b"\xff\xfe" + path.read_bytes())
    assert [row.question for row in read(path, "utf-16-le")] == ["Cost?"]


def test_a_wrongly_named_or_unknown_encoding_is_refused_with_advice(tmp_path: Path) -> None:
    path = put(tmp_path, "q.csv", CSV.encode("gbk"))
    with pytest.raises(QuestionFileError, match="not utf-8-sig throughout.*--encoding gb18030"):
        read(path, "utf-8")
    with pytest.raises(QuestionFileError, match="no such encoding"):
        read(path, "utf-99")


def test_text_has_a_question_a_line_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    opened = open_questions(put(tmp_path, "q.txt", "First?\n\n  第二个问题？ \n   \nThird?"))
    assert [(row.id, row.line, row.question) for row in opened.rows] == [
        ("1", 1, "First?"),
        ("2", 3, "第二个问题？"),
        ("3", 5, "Third?"),
    ]
    assert opened.empty == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_that_of_the_heading(tmp_path: Path, delimiter: str) -> None:
    text = 'id,question,owner\n7,"Cost, and; what else?\tMore",x\n'.replace(",", delimiter, 2)
    text = text.replace("7,", f"7{delimiter}").replace('",x', f'"{delimiter}x')
    assert [(row.id, row.question) for row in read(put(tmp_path, "q.csv", text))] == [
        ("7", "Cost, and; what else?\tMore")
    ]


def test_every_bad_row_of_a_table_says_where_and_why_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [
        "id,question,history",
        "a,,",
        "b,Good one?,",
        ",,",
        "c,Cost, and time?,x",
        'd,"x"y,',
        "e,Then?,12",
        "f,Last?,",
    ]
    rows = {row.id: row for row in read(put(tmp_path, "q.csv", "\n".join(lines)))}
    assert {row.id: (row.line, row.problem) for row in rows.values()} == {
        "a": (2, "empty_question"),
        "b": (3, ""),
        "c": (5, "too_many_cells"),
        "line-6": (6, "not_csv"),
        "e": (7, "bad_history"),
        "f": (8, ""),
    }
    assert all(row.problem_text.startswith(f"line {row.line}: ") for row in rows.values() if row.problem)


def test_a_quotation_mark_that_never_closes_refuses_the_file_and_not_its_rows(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match="line 3: a quotation mark opens here"):
        read(put(tmp_path, "q.csv", 'id,question\n1,Cost?\n2,"Open?\n3,Lost?\n'))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_wrong_heading_is_refused_and_names_what_was_found(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"q{suffix}"
    table([["Nr", "Frage"], [1, "Cost?"]], path)
    with pytest.raises(QuestionFileError, match="no column is headed question .*'Nr', 'Frage'"):
        read(path)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("heading", ["Question / 问题", "*Questions:", "问题（Question）", "提问"])
def test_headings_may_be_in_two_languages_and_stand_below_a_title(tmp_path: Path, suffix: str, heading: str) -> None:
    path = tmp_path / f"q{suffix}"
    table([["Board meeting"], [], ["No.", heading, "Asked by 提问人"], [7, "Cost?", "Lin"]], path)
    opened = open_questions(path)
    assert [(row.id, row.line, row.question) for row in opened.rows] == [("1", 4, "Cost?")]
    assert opened.headings == ["No.", "Asked by 提问人"]


def test_a_heading_that_says_more_than_question_is_none(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match="no column is headed question"):
        read(put(tmp_path, "q.csv", "No.,Question owner\n1,Lin\n"))


def table(rows: list[list[object]], path: Path) -> None:
    if path.suffix == ".csv":
        path.write_text("\n".join(",".join(str(cell) for cell in row) for row in rows), encoding="utf-8")
        return
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_duplicate_ids_are_refused_by_line_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match="'a' in lines 2 and 4"):
        read(put(tmp_path, "q.csv", "id,question\na,One?\nb,Two?\na,Three?\n"))


def test_a_workbook_is_read_from_the_sheet_with_questions(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["About", "this file"])
    sheet = book.create_sheet("Fragen")
    for row in ([None], ["ID", " Question ", "due", "n"], [1, "Cost?", None, 2.5], [], [3.0, "时间？", "x", "=1+1"]):
        sheet.append(row)
    book.save(tmp_path / "q.xlsx")
    opened = open_questions(tmp_path / "q.xlsx")
    assert [(row.id, row.line, row.question, row.columns) for row in opened.rows] == [
        ("1", 3, "Cost?", {"due": "", "n": "2.5"}),
        ("3", 5, "时间？", {"due": "x", "n": ""}),
    ]
    assert (opened.about, opened.empty) == ("sheet Fragen", 1)


def test_what_only_looks_like_a_workbook_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match=r"not an \.xlsx file .*save it as"):
        read(put(tmp_path, "q.xlsx", "question\nCost?\n"))


def test_jsonl_keeps_types_and_reports_lines_that_are_no_questions(tmp_path: Path) -> None:
    lines = [
        '{"id": 7, "question": "Cost?", "tags": ["a", 1]}',
        '{"id": "x", "question": 5}',
        "{torn",
        "[1]",
        '{"question": "And time?", "history": [{"question": "Cost?", "answer": "High."}, "Why?"]}',
    ]
    rows = read(put(tmp_path, "q.jsonl", "\n".join(lines)))
    assert [(row.id, row.problem) for row in rows] == [
        ("7", ""),
        ("x", "no_question"),
        ("line-3", "not_json"),
        ("line-4", "not_json"),
        ("line-5", ""),
    ]
    assert rows[0].columns == {"tags": ["a", 1]}
    assert rows[4].history == (Turn("Cost?", "High."), Turn("Why?"))


def test_history_in_a_cell_is_lines_or_a_list(tmp_path: Path) -> None:
    text = 'question,history\nAnd time?,"Cost?\nWhy?"\nAnd then?,"[""Cost?""]"\n'
    rows = read(put(tmp_path, "q.csv", text))
    assert [row.history for row in rows] == [(Turn("Cost?"), Turn("Why?")), (Turn("Cost?"),)]


@pytest.mark.parametrize(("name", "content"), [("q.csv", "id,question\n"), ("q.txt", ""), ("q.jsonl", "\n")])
def test_a_file_without_rows_is_no_error(tmp_path: Path, name: str, content: str) -> None:
    assert read(put(tmp_path, name, content)) == []


@pytest.mark.parametrize(
    ("name", "message"), [("q.docx", ".txt, .csv"), ("none.csv", "no such file"), ("d.csv", "not a")]
)
def test_what_is_no_question_file_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "d.csv").mkdir()
    (tmp_path / "q.docx").write_bytes(b"x")
    with pytest.raises(QuestionFileError, match=message):
        read(tmp_path / name)


def test_a_row_comes_back_from_its_line_and_its_key_is_of_what_is_asked() -> None:
    row = Row("1", 9, "Cost?", (Turn("Before?"),), {"n": [1, None]})
    assert row_from_json(row_to_json(row)) == row
    assert row.key == Row("1", 2, "Cost?", (Turn("Before?"),)).key
    assert len({row.key, Row("1", 9, "Cost?").key, Row("2", 9, "Cost?", (Turn("Before?"),)).key}) == 3
