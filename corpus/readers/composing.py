"""What a reader finds in a user's file, piece by piece -> a Document with exact Sections.

Headings are written as Markdown headings and name the sections below them; a place that the format has (a slide, rows
of a sheet) names its section without being written. Nothing is parsed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus.document import Document, Section, text_fingerprint, user_document_id
from corpus.errors import UnreadableFileError
from corpus.language import document_language
from corpus.readers.tabular import markdown_tables
from corpus.readers.visible import one_line, visible_lines

_LONGEST_TITLE = 200
_DEEPEST = 6


def user_document(path: Path, title: str, text: str, sections: tuple[Section, ...]) -> Document:
    """A Document of one file. The id comes from its resolved path, so a changed file replaces its earlier self."""
    return Document(
        id=user_document_id(path),
        title=(one_line(title) or one_line(path.stem) or "?")[:_LONGEST_TITLE],
        language=document_language(text),
        text=text,
        sections=sections,
        address=str(path.resolve()),
        sha256=text_fingerprint(text),
    )


def no_text(path: Path, why: str = "nothing of it could be cited") -> UnreadableFileError:
    """The refusal of a file that could be opened and says nothing."""
    return UnreadableFileError(str(path), "no_text", f"holds no text: {why}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some text, a heading of a `level` (1 is the highest), or a place, which has neither text nor level."""

    text: str
    level: int = 0
    page: int | None = None
    is_place: bool = False


@dataclass(slots=True)
class Composer:
    """Takes pieces in reading order and makes the Document of them."""

    _pieces: list[_Piece] = field(default_factory=list)

    def heading(self, level: int, title: str) -> None:
        """Begin a section below the headings of a higher level."""
        if title := one_line(title)[:_LONGEST_TITLE]:
            self._pieces.append(_Piece(title, min(max(level, 1), _DEEPEST)))

    def place(self, name: str, *, page: int | None = None) -> None:
        """Begin a section that is called by its place in the file; it ends at the next place or heading."""
        self._pieces.append(_Piece(one_line(name), page=page, is_place=True))

    def text(self, text: str) -> None:
        """Add a paragraph, or several with blank lines between."""
        lines = (line.rstrip() for line in visible_lines(text).split("\n"))
        if text := "\n".join(lines).strip("\n"):
            self._pieces.append(_Piece(text))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Add a table; its first row holds the headers."""
        for part in markdown_tables([[one_line(cell) for cell in row] for row in rows]):
            self._pieces.append(_Piece(part))

    def document(self, path: Path, title: str = "", *, otherwise: str = "") -> Document:
        """The whole. `title` is what the file calls itself, or empty; `otherwise` is for a file without headings.

        :raises UnreadableFileError: no_text, when no piece says anything.
        """
        own_title = self._own_title()
        text, sections = _compose(self._pieces, own_title)
        if not sections:
            raise no_text(path)
        first = next((piece.text for piece in self._pieces if piece.level), "")
        named = title or (self._pieces[own_title].text if own_title is not None else first)
        return user_document(path, named or otherwise, text, sections)

    def _own_title(self) -> int | None:
        """The first heading is the title of the whole, when no other is as high. Return its place, or None."""
        levels = [(piece.level, at) for at, piece in enumerate(self._pieces) if piece.level]
        if not levels or any(level <= levels[0][0] for level, _ in levels[1:]):
            return None
        return levels[0][1]


@dataclass(slots=True)
class _Open:
    """The section that is being filled: where its heading begins and ends, and its text."""

    name: str = ""
    page: int | None = None
    heading: tuple[int, int] = (0, 0)
    text: tuple[int, int] | None = None

    def closed(self, *, is_leaf: bool) -> list[Section]:
        """A heading with nothing below it is itself what there is to read."""
        begin, end = self.text or (self.heading if is_leaf else (0, 0))
        return [Section(self.name, begin, end, page=self.page)] if end > begin else []


def _compose(pieces: list[_Piece], own_title: int | None) -> tuple[str, tuple[Section, ...]]:
    parts: list[str] = []
    sections: list[Section] = []
    titles: list[tuple[int, str]] = []
    current, length = _Open(), 0
    for at, piece in enumerate(pieces):
        if piece.is_place or piece.level:
            is_leaf = piece.is_place or not titles or piece.level <= titles[-1][0]
            sections += current.closed(is_leaf=is_leaf and bool(titles))
        if piece.is_place:
            current, titles = _Open(piece.text, piece.page), []
            continue
        begin = length + (2 if parts else 0)
        written = f"{'#' * piece.level} {piece.text}" if piece.level else piece.text
        length = begin + len(written)
        parts.append(written)
        if piece.level:
            titles = [(level, title) for level, title in titles if level < piece.level]
            if at != own_title:
                titles.append((piece.level, piece.text))
            current = _Open(" › ".join(title for _, title in titles), None, (begin, length))
        else:
            current.text = (current.text[0] if current.text else begin, length)
    sections += current.closed(is_leaf=True)
    return "\n\n".join(parts), tuple(sections)
