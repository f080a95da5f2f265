"""The elements of WordprocessingML -> text. Knows the markup and no library; elements are those of any XML parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from corpus.readers.word_numbering import Numbering

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_CONTAINERS = frozenset(W + name for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_CHOICES = frozenset((_MC + "AlternateContent", _MC + "Choice"))
# Deleted or moved away, said twice, or no text of this paragraph.
_SKIPPED = frozenset(
    [W + name for name in ("del", "moveFrom", "rPr", "pPr", "delText", "instrText", "txbxContent", "sdtPr", "rt")]
    + [_MC + "Fallback", _M + "rPr", _M + "ctrlPr"]
)
_WRITTEN = {W + "tab": " ", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-", W + "ptab": " "}
_MATH = {_M + "den": "/", _M + "sup": "^", _M + "sub": "_", _M + "deg": "^1/", _M + "rad": "√"}
_OFF = ("0", "false", "off", "none")
_TINY = 3  # half points; smaller letters are not there for people
_HEADING = re.compile(r"(?:heading|标题|標題) ?([1-9])", re.IGNORECASE)
_MAX_SPAN = 60


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What a paragraph says. `level` is above 0 in a heading; `mark` is the number or bullet before it."""

    text: str
    level: int = 0
    mark: str = ""
    is_title: bool = False
    is_contents: bool = False


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    based_on: str
    element: Element


class WordText:
    """Reads elements of one file, with its styles and its numbering."""

    def __init__(self, styles: Element, numbering: Numbering) -> None:
        self._numbering = numbering
        self._styles: dict[str, _Style] = {}
        for style in styles.iter(W + "style"):
            self._styles[_val(style, "@styleId")] = _Style(_val(style, "name"), _val(style, "basedOn"), style)

    def paragraph(self, element: Element) -> Paragraph:
        """The visible text of a `w:p` with what its style says of it."""
        chain = self._chain(_val(_child(element, "pPr"), "pStyle"))
        is_hidden = any(_is_on(_child(style.element, "rPr"), "vanish") for style in chain)
        text = re.sub(r" *\n *", "\n", "".join(self._texts(element, is_hidden)))
        name = chain[0].name.lower() if chain else ""
        level, is_title = self._level(element, chain), name in ("title", "标题", "標題")
        mark = self._mark(element, chain) if text.strip() else ""
        level = 1 if is_title else level + bool(level)  # headings stand below the title
        return Paragraph(text, level, mark, is_title, re.fullmatch(r"toc \d|目录 \d", name) is not None)

    def table(self, element: Element) -> list[list[str]]:
        """The rows of a `w:tbl`. A cell that reaches down is said again in each row, one that reaches right is not."""
        rows: list[list[str]] = []
        for row in _rows(element):
            cells: list[str] = [""] * _number(_child(row, "trPr"), "gridBefore", 0)
            for cell in _cells(row):
                properties = _child(cell, "tcPr")
                merge = _child(properties, "vMerge")
                text = self._cell(cell)
                if merge is not None and _val(merge, "@val") != "restart" and rows and len(cells) < len(rows[-1]):
                    text = rows[-1][len(cells)]
                cells += [text, *[""] * (_number(properties, "gridSpan", 1) - 1)]
            rows.append(cells)
        return rows

    def _cell(self, cell: Element) -> str:
        parts: list[str] = []
        for block in inner_blocks(cell):
            if block.tag == W + "p":
                paragraph = self.paragraph(block)
                parts.append(f"{paragraph.mark} {paragraph.text}".strip())
            else:
                parts += (" ".join(filter(None, row)) for row in self.table(block))
        return " ".join(" ".join(parts).split())

    def _texts(self, node: Element, is_hidden: bool) -> Iterator[str]:
        for child in node:
            tag = child.tag
            if tag in _SKIPPED or not isinstance(tag, str):
                continue
            if tag in (W + "t", _M + "t"):
                yield child.text or ""
            elif tag in _WRITTEN:
                yield _WRITTEN[tag]
            elif tag == W + "sym":
                yield chr(int(_val(child, "@char") or "20", 16))
            elif tag == W + "r" and self._is_hidden(child, is_hidden):
                continue
            elif tag in _MATH:
                inner = "".join(self._texts(child, is_hidden)).strip()
                yield (_MATH[tag] + (f"({inner})" if len(inner) > 1 else inner)) if inner else ""
            else:
                yield from self._texts(child, is_hidden)

    def _is_hidden(self, run: Element, by_paragraph: bool) -> bool:
        properties = _child(run, "rPr")
        size = _val(properties, "sz")
        if size.isdecimal() and int(size) <= _TINY:
            return True
        if _child(properties, "vanish") is not None:
            return _is_on(properties, "vanish")
        chain = self._chain(_val(properties, "rStyle"))
        return by_paragraph or any(_is_on(_child(style.element, "rPr"), "vanish") for style in chain)

    def _chain(self, style_id: str) -> list[_Style]:
        """A style and those it is based on."""
        chain: list[_Style] = []
        while (style := self._styles.get(style_id)) and style not in chain:
            chain.append(style)
            style_id = style.based_on
        return chain

    def _level(self, element: Element, chain: list[_Style]) -> int:
        for properties in (_child(element, "pPr"), *(_child(style.element, "pPr") for style in chain)):
            outline = _val(_child(properties, "outlineLvl"), "@val")
            if outline.isdecimal():
                return int(outline) + 1 if int(outline) < 9 else 0
        named = next((found for style in chain if (found := _HEADING.fullmatch(style.name))), None)
        return int(named.group(1)) if named else 0

    def _mark(self, element: Element, chain: list[_Style]) -> str:
        """The number before the paragraph, which is written nowhere but follows from those before it."""
        number = level = ""
        for properties in (_child(element, "pPr"), *(_child(style.element, "pPr") for style in chain)):
            numbered = _child(properties, "numPr")
            number, level = number or _val(numbered, "numId"), level or _val(numbered, "ilvl")
        return self._numbering.next(number, int(level or 0)) if number else ""


def inner_blocks(node: Element) -> Iterator[Element]:
    """The paragraphs and tables of a body, a cell or a box, in order."""
    for child in node:
        if child.tag in (W + "p", W + "tbl"):
            yield child
        elif child.tag in _CONTAINERS or child.tag in _CHOICES:
            yield from inner_blocks(child)


def text_boxes(paragraph: Element) -> Iterator[Element]:
    """The boxes that hang on a paragraph; each stands there twice, for new programs and for old ones."""
    for child in paragraph:
        if child.tag == W + "txbxContent":
            yield child
        elif child.tag != _MC + "Fallback" and child.tag != W + "del":
            yield from text_boxes(child)


def has_one_cell(table: Element) -> bool:
    """Whether a table is only a frame."""
    rows = list(_rows(table))
    return len(rows) == 1 and len(list(_cells(rows[0]))) == 1


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == W + "tr":
            properties = _child(child, "trPr")
            if _child(properties, "del") is None and not _is_on(properties, "hidden"):
                yield child
        elif child.tag in _CONTAINERS:
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == W + "tc":
            yield child
        elif child.tag in _CONTAINERS:
            yield from _cells(child)


def _child(node: Element | None, name: str) -> Element | None:
    return node.find(W + name) if node is not None else None


def _val(node: Element | None, name: str) -> str:
    """The `w:val` of a child, or with `@` an attribute of the node itself; empty where it has none."""
    if node is None:
        return ""
    if name.startswith("@"):
        return node.get(W + name[1:]) or ""
    child = node.find(W + name)
    return (child.get(W + "val") or "") if child is not None else ""


def _is_on(node: Element | None, name: str) -> bool:
    child = _child(node, name)
    return child is not None and (child.get(W + "val") or "true").lower() not in _OFF


def _number(node: Element | None, name: str, otherwise: int) -> int:
    value = _val(node, name)
    return min(int(value), _MAX_SPAN) if value.isdecimal() else otherwise
