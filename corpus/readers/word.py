"""A Word file (.docx) -> Document. The one adapter of python-docx; runs in `corpus.readers.child`.

Kept is what the file shows when it is printed: text with its inserted and without its deleted parts, the numbers of
clauses, tables, text boxes, notes, heads and feet of pages. Left out: vanished runs, comments, the table of contents.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import docx
from docx.oxml import parse_xml

from corpus.document import Document
from corpus.language import document_language
from corpus.readers.composing import Composer
from corpus.readers.titles import given_title
from corpus.readers.word_numbering import Numbering
from corpus.readers.word_text import W, WordText, has_one_cell, inner_blocks, text_boxes

_log = logging.getLogger(__name__)

_NOTES = {"footnotes": ("Footnotes", "脚注"), "endnotes": ("Endnotes", "尾注")}
_MARGINS = {"header": ("Page headers", "页眉"), "footer": ("Page footers", "页脚")}
_SHORTEST = 4  # characters: a page number is no text of a foot


def read_word(path: Path) -> Document:
    """Read one Word file. What it raises on a damaged one is caught by the child."""
    file = docx.Document(str(path))
    numbering = next((part for kind, part in _parts(file) if kind == "numbering"), None)
    reader = _Reader(WordText(file.styles.element, Numbering(numbering)))
    reader.read(file.element.body)
    if next(file.element.body.iter(W + "altChunk"), None) is not None:
        _log.warning("holds parts of another format, which are not read; save it again in Word")
    is_chinese = document_language(reader.seen_text()) == "zh"
    parts = list(_parts(file))
    for kinds, level in ((_NOTES, "note"), (_MARGINS, "margin")):
        for kind, names in kinds.items():
            elements = [part for found, part in parts if found == kind]
            reader.read_aside(names[is_chinese], elements, is_margin=level == "margin")
    return reader.composer.document(path, reader.title, otherwise=given_title(file.core_properties.title or ""))


def _parts(file: docx.document.Document) -> Iterator[tuple[str, Element]]:
    """(kind, content) of the parts beside the body, in the order the file names them."""
    for relation in file.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in ("numbering", *_NOTES, *_MARGINS) and not relation.is_external:
            yield kind, parse_xml(relation.target_part.blob)


class _Reader:
    """Hands the blocks of a file to a Composer."""

    def __init__(self, words: WordText) -> None:
        self.composer = Composer()
        self.title = ""
        self._words = words
        self._items: list[str] = []
        self._seen: list[str] = []

    def seen_text(self) -> str:
        """The first words of the body, to tell its language."""
        return " ".join(self._seen)

    def read(self, body: Element) -> None:
        """Add everything in `body`, in order."""
        for block in inner_blocks(body):
            if block.tag == W + "p":
                self._paragraph(block)
            elif has_one_cell(block):  # a frame around text
                for cell in block.iter(W + "tc"):
                    self.read(cell)
                    break
            else:
                self._end_list()
                self.composer.table(self._words.table(block))
        self._end_list()

    def read_aside(self, name: str, parts: list[Element], *, is_margin: bool) -> None:
        """Add what stands beside the body, each paragraph once, under a heading of its own."""
        texts: dict[str, None] = {}
        for part in parts:
            for paragraph in part.iter(W + "p"):
                text = self._words.paragraph(paragraph).text.strip()
                if text and (not is_margin or len(text) >= _SHORTEST):
                    texts[text] = None
        if texts:
            self.composer.place(name)
            self.composer.text("\n".join(texts))

    def _paragraph(self, element: Element) -> None:
        paragraph = self._words.paragraph(element)
        text = paragraph.text.strip()
        if text and not paragraph.is_contents:
            if len(self._seen) < 200:
                self._seen.append(text)
            self._text(paragraph.level, paragraph.mark, text, is_title=paragraph.is_title)
        for box in text_boxes(element):
            self.read(box)

    def _text(self, level: int, mark: str, text: str, *, is_title: bool) -> None:
        if is_title:
            self.title = self.title or text
        if level:
            self._end_list()
            self.composer.heading(level, f"{mark} {text}" if mark not in ("", "-") else text)
        elif mark:
            self._items.append(f"{mark} {text}")
        else:
            self._end_list()
            self.composer.text(text)

    def _end_list(self) -> None:
        if self._items:
            self.composer.text("\n".join(self._items))
            self._items = []
