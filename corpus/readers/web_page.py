"""An HTML page -> pieces of a Document. The one adapter of Beautiful Soup (over lxml); runs in `corpus.readers.child`.

Kept is what a reader sees: headings, paragraphs, lists, tables. Left out: comments, scripts, and elements that the page
itself does not display, by attribute, style or its own style sheet. Not seen through: style sheets of other files,
pages that write themselves by script, text in the colour of its ground.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from corpus.document import Document
from corpus.readers.composing import Composer
from corpus.readers.encodings import decode_declared
from corpus.readers.plain_text import wrong_encoding
from corpus.readers.style_sheet import hidden_selectors, hides

_UNSEEN = frozenset(
    "head script style template noscript iframe object audio video canvas datalist rp annotation annotation-xml".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form header hgroup hr html legend li main menu nav ol option p pre section summary ul tr td th".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Of XHTML; it would be read as text, and its entities are not needed.
_PROLOGUE = re.compile(r"\A\s*(?:<\?xml[^>]*\?>\s*)?(?:<!DOCTYPE[^>\[]*\[.*?\]\s*>)?", re.DOTALL | re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\v\xa0]+")
_MAX_SPAN = 50  # cells; what a page asks for beyond is a trick


def read_web_page(path: Path) -> Document:
    """Read one HTML file.

    :raises UnreadableFileError: encoding or no_text.
    """
    composer = Composer()
    title = add_web_page(composer, path.read_bytes(), path)
    return composer.document(path, title)


def add_web_page(composer: Composer, raw: bytes, path: Path) -> str:
    """Add what a page shows, and return its title. `path` is the file that is blamed.

    :raises UnreadableFileError: encoding.
    """
    markup = decode_declared(raw)
    if markup is None:
        raise wrong_encoding(path)
    soup = BeautifulSoup(_PROLOGUE.sub("", markup, count=1), "lxml")
    for hidden in list(_hidden(soup)):
        hidden.extract()  # not `decompose`, which recurses
    _Walk(composer).add(soup)
    return " ".join(soup.title.get_text().split()) if soup.title else ""


def _hidden(soup: BeautifulSoup) -> Iterator[Tag]:
    for tag in soup.find_all(True):
        if isinstance(tag, Tag) and (tag.name in _UNSEEN - {"head"} or _is_hidden(tag)):
            yield tag
    yield from _hidden_by_sheet(soup)


def _is_hidden(tag: Tag) -> bool:
    if tag.get("hidden") is not None and tag.get("hidden") != "until-found":
        return True
    is_closed = tag.name == "dialog" and tag.get("open") is None
    return is_closed or hides(str(tag.get("style") or ""))


def _hidden_by_sheet(soup: BeautifulSoup) -> list[Tag]:
    sheets = "\n".join(sheet.get_text() for sheet in soup.find_all("style"))
    hidden: dict[int, Tag] = {}
    for selector, is_hiding in hidden_selectors(sheets):
        try:
            chosen = {id(tag): tag for tag in soup.select(selector)}
        except (ValueError, NotImplementedError):  # a selector that is not known selects nothing
            continue
        if is_hiding:
            hidden |= chosen
        else:
            hidden = {key: tag for key, tag in hidden.items() if key not in chosen}
    return [tag for tag in hidden.values() if tag.name not in ("html", "body")]


@dataclass(slots=True)
class _Walk:
    """Walks a page in reading order, without recursion: pages may nest a hundred thousand deep."""

    composer: Composer
    _words: list[str] = field(default_factory=list)
    _lists: list[int] = field(default_factory=list)  # of each open list the number of its items, below 0 if unnumbered
    _mark: str = ""
    _pre: int = 0
    _items: list[str] = field(default_factory=list)

    def add(self, root: Tag) -> None:
        todo: list[Tag | NavigableString | tuple[Tag]] = [root]
        while todo:
            node = todo.pop()
            if isinstance(node, tuple):
                self._leave(node[0])
            elif isinstance(node, Tag):
                if self._enter(node):
                    todo.append((node,))
                    todo += reversed([child for child in node.contents if isinstance(child, Tag | NavigableString)])
            elif not isinstance(node, PreformattedString):  # comments, declarations
                self._words.append(str(node) if self._pre else _SPACE.sub(" ", node))
        self._flush()
        self._flush_items()

    def _enter(self, tag: Tag) -> bool:
        """Begin an element; return whether to go into it."""
        name = tag.name
        if name == "br":
            self._words.append("\n")
        elif name in _HEADINGS:
            self._flush()
            self._flush_items()
            self.composer.heading(_HEADINGS[name], _inline(tag))
            return False
        elif name == "table" and (rows := _rows(tag)):
            self._flush()
            self._flush_items()
            if caption := tag.find("caption"):
                self.composer.text(_inline(caption))
            self.composer.table(rows)
            return False
        elif name in _BLOCKS:
            self._begin_block(tag)
        return name not in _UNSEEN

    def _begin_block(self, tag: Tag) -> None:
        self._flush()
        if tag.name in ("ul", "ol", "menu"):
            self._lists.append(0 if tag.name == "ol" else -1_000_000)
        elif tag.name == "li":
            depth = max(len(self._lists) - 1, 0)
            number = 0
            if self._lists:
                self._lists[-1] += 1
                number = self._lists[-1]
            self._mark = "  " * min(depth, 8) + (f"{number}. " if number > 0 else "- ")
        self._pre += tag.name == "pre"

    def _leave(self, tag: Tag) -> None:
        if tag.name in _BLOCKS:
            self._flush()
        if tag.name == "li":
            self._mark = ""
        elif tag.name in ("ul", "ol", "menu") and self._lists:
            self._lists.pop()
            if not self._lists:
                self._flush_items()
        self._pre -= tag.name == "pre"

    def _flush(self) -> None:
        """End a paragraph."""
        text = "".join(self._words)
        self._words.clear()
        if not self._pre:
            text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text)).strip()
        if not text.strip():
            return
        if self._lists or self._mark:
            self._items.append(self._mark + text)
            self._mark = ""
            return
        self._flush_items()
        self.composer.text(text)

    def _flush_items(self) -> None:
        self._mark = ""
        if self._items:
            self.composer.text("\n".join(self._items))
            self._items = []


def _inline(tag: Tag) -> str:
    return " ".join("".join(text if text.strip() else " " for text in tag.strings).split())


def _cell(tag: Tag) -> str:
    """The text of a cell on one line; its blocks are parted by a space."""
    parts: list[str] = []
    for node in tag.descendants:
        if isinstance(node, Tag):
            parts.append(" " if node.name in _BLOCKS or node.name == "br" else "")
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            parts.append(str(node))
    return " ".join("".join(parts).split())


def _rows(table: Tag) -> list[list[str]]:
    """The cells of a table of data; nothing when it only lays out the page: one column, or tables in it."""
    if table.get("role") == "presentation" or table.find(["table", *_HEADINGS]):
        return []
    rows: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}  # column -> (rows it still reaches down, its text)
    for row in table.find_all("tr"):
        cells: list[str] = []
        for cell in row.find_all(["td", "th"], recursive=False):
            _fill_from_above(cells, below)
            text, wide, high = _cell(cell), _span(cell, "colspan"), _span(cell, "rowspan")
            for column in range(len(cells), len(cells) + wide):
                if high > 1:
                    below[column] = (high - 1, text if column == len(cells) else "")
            cells += [text, *[""] * (wide - 1)]
        _fill_from_above(cells, below)
        rows.append(cells)
    return rows if max(map(len, rows), default=0) > 1 else []


def _fill_from_above(cells: list[str], below: dict[int, tuple[int, str]]) -> None:
    while (column := len(cells)) in below:
        left, text = below.pop(column)
        if left > 1:
            below[column] = (left - 1, text)
        cells.append(text)


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name) or "1").strip()
    return min(max(int(value), 1), _MAX_SPAN) if value.isdecimal() and len(value) < 6 else 1
