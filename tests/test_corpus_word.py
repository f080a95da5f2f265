"""What a Word file shows, in order, with its headings, numbers and tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from corpus.document import Document
from corpus.errors import UnreadableFileError
from corpus.readers.word import read_word
from corpus.readers.word_numbering import Numbering


def read(tmp_path: Path, fill: Callable[[Any], None]) -> Document:
    file = docx.Document()
    fill(file)
    file.save(tmp_path / "a.docx")
    return read_word(tmp_path / "a.docx")


def xml(content: str) -> Any:
    return parse_xml(content.replace(">", f" {nsdecls('w')}>", 1))


def parts(document: Document) -> list[tuple[str, str]]:
    return [(section.heading, document.text[section.start : section.end]) for section in document.sections]


def test_headings_become_sections_below_the_title(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        file.add_heading("Board deck", 0)
        file.add_paragraph("For the board.")
        file.add_heading("Cost", 1)
        file.add_heading("Compute", 2)
        file.add_paragraph("Half of it.")
        file.add_heading("Risks", 1)
        file.add_paragraph("Two.")

    document = read(tmp_path, fill)
    assert document.title == "Board deck"
    assert parts(document) == [("", "For the board."), ("Cost › Compute", "Half of it."), ("Risks", "Two.")]


def test_a_heading_with_nothing_below_it_is_still_said(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        for text in ("Seventeen GPUs", "Nine people"):
            file.add_heading(text, 1)

    document = read(tmp_path, fill)
    assert parts(document) == [("Seventeen GPUs", "## Seventeen GPUs"), ("Nine people", "## Nine people")]


def test_tables_stay_tables_where_they_stand(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        file.add_paragraph("Before.")
        table = file.add_table(3, 3)
        for row in range(3):
            for column in range(3):
                table.cell(row, column).text = f"{'abc'[column]}{row}"
        table.cell(1, 0).merge(table.cell(2, 0))
        file.add_paragraph("After.")

    assert read(tmp_path, fill).text == (
        "Before.\n\n| a0 | b0 | c0 |\n| --- | --- | --- |\n| a1 a2 | b1 | c1 |\n| a1 a2 | b2 | c2 |\n\nAfter."
    )


def test_vanished_deleted_and_tiny_runs_are_left_out(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        paragraph = file.add_paragraph("Seen")
        paragraph.add_run(" vanished").font.hidden = True
        tiny = paragraph.add_run(" tiny")
        tiny.font.size = docx.shared.Pt(1)
        style = file.styles.add_style("Secret", docx.enum.style.WD_STYLE_TYPE.CHARACTER)
        style.font.hidden = True
        paragraph.add_run(" by style", style="Secret")
        whole = file.styles.add_style("Gone", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        whole.font.hidden = True
        file.add_paragraph("whole paragraph", style="Gone")
        paragraph._p.append(xml("<w:del><w:r><w:delText>deleted</w:delText><w:t>deleted</w:t></w:r></w:del>"))
        paragraph._p.append(xml("<w:ins><w:r><w:t> and inserted</w:t></w:r></w:ins>"))
        paragraph._p.append(xml("<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>.</w:t></w:r>"))

    assert read(tmp_path, fill).text == "Seen and inserted."


def test_clauses_have_the_numbers_that_are_shown(tmp_path: Path) -> None:
    levels = [("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"), ("chineseCounting", "第%4条")]
    inner = "".join(
        f"<w:lvl w:ilvl='{n}'><w:start w:val='1'/><w:numFmt w:val='{kind}'/><w:lvlText w:val='{text}'/></w:lvl>"
        for n, (kind, text) in enumerate(levels)
    )
    numbering = Numbering(
        xml(
            f"<w:numbering><w:abstractNum w:abstractNumId='7'>{inner}</w:abstractNum>"
            "<w:num w:numId='3'><w:abstractNumId w:val='7'/></w:num>"
            "<w:num w:numId='4'><w:abstractNumId w:val='7'/>"
            "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/></w:lvlOverride></w:num></w:numbering>"
        )
    )
    asked = [("3", 0), ("3", 1), ("3", 1), ("3", 2), ("3", 0), ("3", 1), ("4", 0), ("9", 0)]
    assert [numbering.next(*one) for one in asked] == ["1.", "1.1", "1.2", "(a)", "2.", "2.1", "5.", ""]
    assert [numbering.next("3", 3) for _ in range(21)][9::11] == ["第十条", "第二十一条"]


def test_lists_keep_their_marks(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        for style in ("List Number", "List Number", "List Bullet"):
            file.add_paragraph("item", style=style)

    assert read(tmp_path, fill).text == "1. item\n2. item\n- item"


def test_text_boxes_frames_and_margins_are_read_once(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>In the box</w:t></w:r></w:p></w:txbxContent>"
    namespaces = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"

    def fill(file: Any) -> None:
        paragraph = file.add_paragraph("Beside it.")
        paragraph._p.append(
            xml(
                f"<w:r><mc:AlternateContent {namespaces}><mc:Choice>{box}</mc:Choice>"
                f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
            )
        )
        file.add_table(1, 1).cell(0, 0).text = "In the frame"
        file.sections[0].header.paragraphs[0].text = "Contract 17-A"

    document = read(tmp_path, fill)
    assert parts(document) == [("", "Beside it.\n\nIn the box\n\nIn the frame"), ("Page headers", "Contract 17-A")]


def test_a_file_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read(tmp_path, lambda file: None)
    assert caught.value.reason == "no_text"
