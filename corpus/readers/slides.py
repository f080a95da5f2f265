"""A PowerPoint file (.pptx) -> Document. The one adapter of python-pptx; runs in `corpus.readers.child`.

Each slide is a section with its number as page: its title names it, its shapes follow from top to bottom, tables and
the figures of charts as tables. What the speaker noted is a section with the same number. Left out: hidden slides and
shapes, comments, what stands on the master of all slides.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pptx
from pptx.oxml import parse_xml
from pptx.shapes.base import BaseShape
from pptx.slide import Slide

from corpus.document import Document
from corpus.language import document_language
from corpus.readers.composing import Composer
from corpus.readers.titles import given_title

_log = logging.getLogger(__name__)

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "/diagramData"
_NOTES = ("notes", "备注")
_FURNITURE = ("DATE", "FOOTER", "HEADER", "SLIDE_NUMBER")  # placeholders that say the same on every slide
_MAX_DEPTH = 16  # of groups within groups
_ROW = 100_000  # EMU, about 3 mm: shapes that differ less in height stand side by side


def read_slides(path: Path) -> Document:
    """Read one presentation. What it raises on a damaged one is caught by the child."""
    file = pptx.Presentation(str(path))
    composer = Composer()
    hidden: list[int] = []
    for number, slide in enumerate(file.slides, start=1):
        if slide._element.get("show") in ("0", "false"):  # no public name for it
            hidden.append(number)
        else:
            _add_slide(composer, number, slide)
    if hidden:
        _log.warning("left out because hidden: slide %s", ", ".join(map(str, hidden)))
    first = file.slides[0].shapes.title if len(file.slides) else None
    named = first.text_frame.text if first is not None else ""
    return composer.document(path, given_title(file.core_properties.title or "") or named)


def _add_slide(composer: Composer, number: int, slide: Slide) -> None:
    title = slide.shapes.title
    name = _flat(title.text_frame.text) if title is not None and not _is_hidden(title) else ""
    composer.place(name, page=number)
    if name:
        composer.text(name)
    for shape in _shown(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _add_shape(composer, shape)
    for text in _diagrams(slide):
        composer.text(text)
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None and notes.text.strip():
        label = _NOTES[document_language(notes.text) == "zh"]
        composer.place(f"{name} › {label}" if name else label, page=number)
        composer.text(notes.text.replace("\v", "\n"))


def _shown(shapes: Iterable[BaseShape], depth: int = 0) -> Iterator[BaseShape]:
    """Shapes as they are read, from top to bottom and from left to right; groups stay together."""
    visible = [shape for shape in shapes if not _is_hidden(shape)]
    for shape in sorted(visible, key=lambda shape: ((shape.top or 0) // _ROW, shape.left or 0)):
        inner = getattr(shape, "shapes", None)
        if inner is not None and depth < _MAX_DEPTH:
            yield from _shown(inner, depth + 1)
        else:
            yield shape


def _is_hidden(shape: BaseShape) -> bool:
    is_furniture = shape.is_placeholder and shape.placeholder_format.type.name in _FURNITURE
    return is_furniture or any(
        element.get("hidden") in ("1", "true") for element in shape._element.xpath("./*/*[local-name()='cNvPr']")
    )


def _add_shape(composer: Composer, shape: Any) -> None:  # noqa: ANN401 - which attributes a shape has depends on its kind
    if getattr(shape, "has_table", False):
        composer.table(_table_rows(shape.table))
    elif getattr(shape, "has_chart", False):
        chart = shape.chart
        if chart.has_title and chart.chart_title.has_text_frame:
            composer.text(_flat(chart.chart_title.text_frame.text))
        composer.table(_chart_rows(chart))
    elif shape.has_text_frame:
        composer.text("\n".join(_paragraphs(shape.text_frame)))


def _paragraphs(frame: Any) -> Iterator[str]:  # noqa: ANN401 - the library has no types
    for paragraph in frame.paragraphs:
        text = paragraph.text.replace("\v", "\n").strip()
        if text:
            yield f"{'  ' * (paragraph.level - 1)}- {text}" if paragraph.level else text


def _table_rows(table: Any) -> list[list[str]]:  # noqa: ANN401 - the library has no types
    """A cell that reaches down is said again in each row."""
    rows: list[list[str]] = []
    for row in table.rows:
        cells = [_flat(cell.text) for cell in row.cells]
        for at, cell in enumerate(row.cells):
            if cell._tc.vMerge and rows:  # no public name for what lies under a merged cell
                cells[at] = rows[-1][at]
        rows.append(cells)
    return rows


def _chart_rows(chart: Any) -> list[list[str]]:  # noqa: ANN401 - the library has no types
    """A row for each category, a column for each series."""
    rows: list[list[str]] = []
    for plot in chart.plots:
        series = [(one.name or "", list(one.values)) for one in plot.series]
        categories = [str(category) for category in plot.categories]
        if not rows:
            rows = [[""], *[[category] for category in categories]]
        if len(rows) - 1 != max((len(values) for _, values in series), default=0):
            rows = (
                rows if len(rows) > 1 else [[""], *[[str(at + 1)] for at in range(len(series[0][1]) if series else 0)]]
            )
        for name, values in series:
            rows[0].append(name)
            for at, row in enumerate(rows[1:]):
                row.append(_figure(values[at]) if at < len(values) else "")
    return rows


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


def _diagrams(slide: Slide) -> Iterator[str]:
    """The words of drawings made of boxes and arrows (SmartArt), one box a line."""
    for relation in slide.part.rels.values():
        if relation.reltype.endswith(_DIAGRAM) and not relation.is_external:
            yield "\n".join(_diagram_lines(parse_xml(relation.target_part.blob)))


def _diagram_lines(diagram: Element) -> Iterator[str]:
    for paragraph in diagram.iter(_A + "p"):
        if text := "".join(part.text or "" for part in paragraph.iter(_A + "t")).strip():
            yield text


def _flat(text: str) -> str:
    return " ".join(text.split())
