"""`assistant check`: any text against any files, with an exit code that scripts can use."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from assistant.checking import check_text
from assistant.interfaces.cli import main
from tests.hosts import read_document

NOTES = """# Board notes

## Budget

The Kestrel project has a budget of 417,000 euros and ends in May 2027. It is led by Ana Costa.

## 人员

凯斯特尔项目由六个人负责，2027 年 3 月开始试点。
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    path.write_text(NOTES, encoding="utf-8")
    return path


def check(tmp_path: Path, *arguments: str) -> int:
    return main(["check", *arguments, "--home", str(tmp_path / "home")])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The Kestrel project has a budget of 417,000 euros.", 0),
        ("The Kestrel project has a budget of 471,000 euros.", 1),
        ("凯斯特尔项目由六个人负责。", 0),
        ("凯斯特尔项目 2028 年 3 月开始试点。", 1),
        ("凯斯特尔项目由九个人负责。", 1),
        ("Kestrel ends in May 2027. Its budget was doubled by the board in spring.", 1),
    ],
)
def test_the_exit_code_says_whether_everything_is_supported(
    tmp_path: Path, notes: Path, text: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, text, "--source", str(notes)) == code
    assert ("unsupported" in capsys.readouterr().out) == bool(code)


def test_the_quote_of_the_record_is_the_source_at_its_offsets(
    tmp_path: Path, notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, "The Kestrel project ends in May 2027.", "--source", str(notes), "--json") == 0
    record = json.loads(capsys.readouterr().out)
    citation = record["citations"][0]
    assert NOTES[citation["start"] : citation["end"]] == citation["quote"]
    assert "ends in May 2027" in citation["quote"]
    assert record["supported_share"] == 1.0


def test_the_text_may_come_on_stdin(tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("It is led by Ana Costa.\nIt is led by Bo Lindqvist.\n"))
    assert check(tmp_path, "--source", str(notes)) == 1


@pytest.mark.parametrize("arguments", [["Some text."], ["Some text.", "--source", "missing.md"], ["  ", "--shipped"]])
def test_what_cannot_be_checked_is_wrong_use(tmp_path: Path, arguments: list[str]) -> None:
    assert check(tmp_path, *arguments) == 2


def test_a_sentence_far_down_a_long_document_is_found(tmp_path: Path) -> None:
    path = tmp_path / "long.md"
    filler = "\n\n".join(f"Paragraph {n} speaks of topic {n} and of nothing else at all." for n in range(400))
    path.write_text(f"{filler}\n\nThe vault opens with the code 7731.\n", encoding="utf-8")
    verified = check_text("The vault opens with the code 7731. Topic 399 is spoken of.", [read_document(path)])
    assert verified.sentences[0].verdict == "supported"
