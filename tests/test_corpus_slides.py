"""What a presentation shows, slide by slide."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from corpus.document import Document
from corpus.errors import UnreadableFileError
from corpus.readers.slides import read_slides


@pytest.fixture
def deck() -> Any:
    return pptx.Presentation()


def add_slide(deck: Any, title: str = "") -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = title
    return slide


def add_box(slide: Any, text: str, *, left: float, top: float) -> Any:
    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1))
    box.text_frame.text = text
    return box


def read(tmp_path: Path, deck: Any) -> Document:
    deck.save(tmp_path / "a.pptx")
    return read_slides(tmp_path / "a.pptx")


def parts(document: Document) -> list[tuple[str, int | None, str]]:
    return [(s.heading, s.page, document.text[s.start : s.end]) for s in document.sections]


def test_slides_carry_their_number_and_their_notes(tmp_path: Path, deck: Any) -> None:
    add_slide(deck, "融资计划").notes_slide.notes_text_frame.text = "先讲现金跑道。"
    add_slide(deck)
    add_box(add_slide(deck, "Costs"), "Half is compute.", left=1, top=3)
    document = read(tmp_path, deck)
    assert document.title == "融资计划"
    assert parts(document) == [
        ("融资计划", 1, "融资计划"),
        ("融资计划 › 备注", 1, "先讲现金跑道。"),
        ("Costs", 3, "Costs\n\nHalf is compute."),
    ]


def test_shapes_are_read_from_top_to_bottom_and_left_to_right(tmp_path: Path, deck: Any) -> None:
    slide = add_slide(deck, "Plan")
    for text, left, top in (("last", 1, 5), ("right", 6, 3.02), ("left", 1, 3)):
        add_box(slide, text, left=left, top=top)
    assert parts(read(tmp_path, deck))[0][2] == "Plan\n\nleft\n\nright\n\nlast"


def test_tables_and_charts_are_tables(tmp_path: Path, deck: Any) -> None:
    slide = add_slide(deck, "ARR")
    data = CategoryChartData()
    data.categories = ["Q1", "Q2"]
    data.add_series("ARR", (1.5, 2.5))
    data.add_series("Churn", (0.1, None))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, Inches(2), Inches(4), Inches(3), data)
    table = slide.shapes.add_table(3, 2, 0, Inches(6), Inches(4), Inches(1)).table
    for row, cells in enumerate([("Region", "Users"), ("EU", "10"), ("", "20")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    assert parts(read(tmp_path, deck))[0][2].split("\n\n") == [
        "ARR",
        "|  | ARR | Churn |\n| --- | --- | --- |\n| Q1 | 1.5 | 0.1 |\n| Q2 | 2.5 |  |",
        "| Region | Users |\n| --- | --- |\n| EU | 10 |\n| EU | 20 |",
    ]


def test_hidden_slides_and_shapes_are_left_out(tmp_path: Path, deck: Any, caplog: pytest.LogCaptureFixture) -> None:
    slide = add_slide(deck, "Seen")
    add_box(slide, "hidden shape", left=1, top=3)._element.nvSpPr.cNvPr.set("hidden", "1")
    add_slide(deck, "hidden slide")._element.set("show", "0")
    with caplog.at_level(logging.WARNING):
        assert read(tmp_path, deck).text == "Seen"
    assert "left out because hidden: slide 2" in caplog.messages


def test_a_deck_without_text_is_refused(tmp_path: Path, deck: Any) -> None:
    add_slide(deck)
    with pytest.raises(UnreadableFileError) as caught:
        read(tmp_path, deck)
    assert caught.value.reason == "no_text"
