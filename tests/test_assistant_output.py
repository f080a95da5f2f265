"""What people open: nothing in it runs, steers or is cut off, and the same answers give the same bytes."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from assistant.answer import Answer, Citation, Sentence
from assistant.batch.asking import error_answer
from assistant.batch.cells import LONGEST_CELL, clean, defused, with_bullets
from assistant.batch.outcome import Outcome
from assistant.batch.output import MarkdownRules, open_writer
from assistant.batch.placing import Placing
from assistant.batch.report import report_html
from assistant.batch.row import Row
from assistant.batch.summary import Summary
from assistant.batch.workbook import Cell, row_height
from assistant.record import to_json_line

RULES = MarkdownRules(lambda answer: answer.answer, lambda text: text.replace("<", "&lt;"))
ATTACK = '=HYPERLINK("http://evil","x")\x1b]52;c;eA==\x07'


def an_answer(language: str = "en") -> Answer:
    sentences = (
        Sentence("Costs fall by half.", "supported", (1,), 0.91),
        Sentence("Paris is big.", "unsupported"),
        Sentence("So:", "no_claim"),
    )
    source = Citation(1, "d", "Title", "Section", 3, "https://example.org/a", "Costs fall by half.", 0, 19, True)
    read = Citation(2, "e", "Other", "", None, "javascript:alert(1)", "Quote", 0, 5, False)
    text = "- Costs fall by half.[1] Paris is big. So:"
    row_language = "zh" if language == "zh" else "en"
    return Answer("1", "Cost?", "Cost?", row_language, "answered", "", text, sentences, (source, read))


def outcomes() -> list[Outcome]:
    row = Row("1", 2, "Cost?", (), {"note": ATTACK, "n": "-5"})
    failed = Row("=2", 3, "", (), {"note": "", "n": ""}, "empty_question", "line 3: the question is empty")
    answers = (an_answer(), error_answer(failed, failed.problem, failed.problem_text))
    made = [Outcome(r, to_json_line(a).encode(), a) for r, a in zip((row, failed), answers, strict=True)]
    return [*made, Outcome(Row("3", 4, "Later?"))]


def written(path: Path, rows: Iterable[Outcome]) -> Path:
    with open_writer(path, path.suffix, ["note", "n"], RULES) as writer:
        for outcome in rows:
            writer.add(outcome)
    return path


def test_csv_cells_are_defused_marked_and_in_order(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", outcomes())
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["1", "'=2", "3"]
    assert rows[0]["note"] == '\'=HYPERLINK("http://evil","x")]52;c;eA=='
    assert rows[0]["n"] == "-5"
    assert rows[0]["answer"] == "• Costs fall by half.[1] Paris is big. (not supported by the sources) So:"
    assert (rows[0]["supported"], rows[0]["claims"], rows[0]["sources"]) == ("1", "2", "[1] Title › Section, p. 3")
    assert (rows[1]["status"], rows[1]["reason"]) == ("error", "empty_question")
    assert (rows[2]["status"], rows[2]["answer"]) == ("", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        (" +cmd|x", "' +cmd|x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("-2+3", "'-2+3"),
        ("-5", "-5"),
        ("+3.5 %", "+3.5 %"),
        ("a=1", "a=1"),
    ],
)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe_and_numbers_stay(text: str, shown: str) -> None:
    assert defused(text) == shown


def test_cells_have_no_control_characters_and_an_end() -> None:
    assert clean("a\x00\x1b[31mb\r\nc\ud800") == "a[31mb\nc"
    assert len(clean("长" * 40_000)) == LONGEST_CELL
    assert with_bullets("- a\n  * b\n-c") == "• a\n  • b\n-c"


def test_a_workbook_has_no_formula_a_word_and_a_colour_for_each_verdict_and_links(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", outcomes())
    book = load_workbook(path)
    answers, sentences, sources = (book[name] for name in ("Answers", "Sentences", "Sources"))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert [cell.value for cell in answers[1]][:5] == ["id", "question", "history", "note", "n"]
    assert answers["D2"].value == ATTACK.replace("\x1b", "").replace("\x07", "")
    assert (answers["F2"].value, answers["F3"].value, answers["F4"].value) == ("answered", "failed", None)
    assert answers["F2"].fill.fgColor.rgb != answers["F3"].fill.fgColor.rgb
    assert (answers["L1"].value, answers["L2"].value) == ("quotes", "→ quotes")
    assert (answers["L2"].hyperlink.location, answers["L3"].hyperlink) == ("Sources!A2", None)
    assert answers.column_dimensions["G"].width == 66
    assert answers["G2"].alignment.wrap_text
    assert answers.freeze_panes == "B2"
    assert (answers.auto_filter.ref, sentences.auto_filter.ref) == ("A1:L4", "A1:F4")
    assert (answers.page_setup.orientation, answers.page_setup.fitToWidth) == ("landscape", 1)
    assert answers.print_title_rows == "$1:$1"
    verdicts = [(sentences.cell(n, 3).value, sentences.cell(n, 3).fill.fgColor.rgb[2:]) for n in (2, 3, 4)]
    assert verdicts == [("supported", "D5EBD8"), ("not supported", "F8D4D0"), ("no claim", "000000")]
    assert sources["H2"].hyperlink.target == "https://example.org/a"
    assert sources["H3"].hyperlink is None
    assert sources["A2"].hyperlink.location == "Answers!A2"
    assert sentences["E2"].hyperlink.location == "Sources!A2"
    assert answers["K3"].value == "the question is empty"


def test_rows_are_as_tall_as_their_text_since_not_every_program_fits_them() -> None:
    one = row_height([Cell("short"), Cell(7)], [10, 10])
    assert row_height([Cell("first\nsecond"), Cell("x")], [10, 10]) > one
    assert row_height([Cell("x" * 100)], [10]) > row_height([Cell("x" * 100)], [60]) > one
    assert row_height([Cell("成本" * 20)], [40]) > row_height([Cell("ab" * 15)], [40]) == one
    assert row_height([Cell("x" * 100_000)], [10]) == 409


def test_words_follow_the_language_of_the_question(tmp_path: Path) -> None:
    answer = an_answer("zh")
    row = Row("1", 2, "成本？", (), {"note": "", "n": ""})
    book = load_workbook(written(tmp_path / "a.xlsx", [Outcome(row, b"{}", answer)]))
    assert (book["Answers"]["F2"].value, book["Sentences"]["C3"].value) == ("已回答", "资料不支持")
    assert "〔资料不支持〕" in book["Answers"]["G2"].value
    assert "第 3 页" in book["Answers"]["J2"].value


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".md", ".jsonl"])
def test_the_same_answers_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, second = (written(tmp_path / f"{name}{suffix}", outcomes()).read_bytes() for name in "ab")
    assert first == second


def test_nothing_in_a_workbook_tells_when_it_was_written(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path / "a.xlsx", outcomes())) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01" in archive.read("docProps/core.xml")


def test_jsonl_has_the_record_byte_for_byte_and_what_was_carried(tmp_path: Path) -> None:
    lines = written(tmp_path / "a.jsonl", outcomes()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(to_json_line(an_answer())[:-1])
    assert json.loads(lines[0])["columns"] == {"note": ATTACK, "n": "-5"}


def test_markdown_shows_other_peoples_text_as_text(tmp_path: Path) -> None:
    row = Row("1", 2, "<script>x</script>\nCost?", (), {"note": "a\x07", "n": ""})
    text = written(tmp_path / "a.md", [Outcome(row, b"{}", an_answer()), outcomes()[2]]).read_text(encoding="utf-8")
    assert "## 1 · &lt;script>x&lt;/script> Cost?" in text
    assert "**answered** · 1 of 2 claims supported" in text
    assert "note: a  \n" in text
    assert "\x07" not in text


def test_a_report_is_one_page_that_names_failures_and_loads_nothing() -> None:
    summary = Summary()
    for outcome in outcomes():
        summary.add(outcome)
    page = report_html("a.csv", {"input": "<b>q.csv"}, summary)
    assert (summary.rows, summary.not_asked, summary.claims, summary.supported) == (3, 1, 2, 1)
    assert "&lt;b&gt;q.csv" in page
    assert "line 3: the question is empty" in page
    assert "1 (50.0%)" in page
    for loading in ("src=", "href=", "url(", "@import", "<script"):
        assert loading not in page


def test_an_output_somebody_worked_on_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    placing = Placing(target, tmp_path)
    for n in (1, 2):
        with placing.replace(f"state {n}") as aside:
            aside.write_text(f"ours {n}", encoding="utf-8")
    assert not list(tmp_path.glob("*.edited-*"))
    assert placing.is_current("state 2")
    target.write_text("ours 2 and a note", encoding="utf-8")
    with placing.replace("state 3") as aside:
        aside.write_text("ours 3", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "ours 3"
    assert (tmp_path / "a.edited-1.csv").read_text(encoding="utf-8") == "ours 2 and a note"


def test_a_failed_write_leaves_the_old_output_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old", encoding="utf-8")

    def fail_half_way() -> None:
        with Placing(target, tmp_path).replace("x") as aside:
            aside.write_text("half", encoding="utf-8")
            raise OSError("disk full")

    with pytest.raises(OSError, match="full"):
        fail_half_way()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.csv"]
    assert target.read_text(encoding="utf-8") == "old"
