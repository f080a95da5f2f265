"""A PDF file -> a Document with one Section per page that has text. Runs in `corpus.readers.child`.

Kept is the text a person sees, in the order the file draws it (columns are mostly drawn one after the other), with the
boxes typed over a page and the recognised text of a scan. No headings: a PDF does not say what is one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, Section
from corpus.errors import UnreadableFileError
from corpus.readers.composing import no_text, user_document
from corpus.readers.pdf_layout import clean, join_hyphens, join_lines, largest_text, unreadable_share
from corpus.readers.pdfium import BrokenPdfError, PdfPage, ProtectedPdfError, read_pages, read_title
from corpus.readers.titles import given_title

_log = logging.getLogger(__name__)

_MAX_UNREADABLE = 0.3  # of a page's characters may have no known meaning


def read_pdf(path: Path) -> Document:
    """Read one PDF file.

    :raises UnreadableFileError: encrypted, no_text, encoding or corrupt.
    """
    raw = path.read_bytes()
    try:
        pages = _readable(read_pages(raw), path)
    except ProtectedPdfError as error:
        advice = "is protected; remove the password in its own program and add that file"
        raise UnreadableFileError(str(path), "encrypted", advice) from error
    except BrokenPdfError as error:
        advice = "is damaged and cannot be opened; download or save it again and add that file"
        raise UnreadableFileError(str(path), "corrupt", advice) from error
    texts = join_hyphens(page.text for page in pages)
    title = given_title(read_title(raw)) or pages[0].largest
    return user_document(path, title, "\n\n".join(texts), _sections(pages, texts))


@dataclass(frozen=True, slots=True)
class _Page:
    """The text of one page; `largest` is its first text in the largest letters."""

    number: int
    text: str
    largest: str


def _readable(pages: Iterable[PdfPage | None], path: Path) -> list[_Page]:
    """The pages that have text; those that have some but cannot be read are named in the log."""
    found: list[_Page] = []
    damaged, unknown = [], []
    for number, page in enumerate(pages, start=1):
        if page is None:
            damaged.append(number)
        elif unreadable_share("".join(line.text for line in page.lines)) > _MAX_UNREADABLE:
            unknown.append(number)
        elif text := "\n\n".join(filter(None, [join_lines(page.lines), *map(_paragraphs, page.typed_over)])):
            found.append(_Page(number, text, join_hyphens([largest_text(page.lines)])[0]))
    for why, numbers in (("damaged", damaged), ("in letters without a known meaning", unknown)):
        if numbers:
            _log.warning("left out because %s: page %s", why, ", ".join(map(str, numbers)))
    if found:
        return found
    if unknown:
        advice = "does not say which letters its fonts show; run an OCR program over it and add that file"
        raise UnreadableFileError(str(path), "encoding", advice)
    if damaged:
        raise UnreadableFileError(str(path), "corrupt", "is damaged, none of its pages can be read; save it again")
    raise no_text(path, "only pictures or nothing; run an OCR program over it and add that file")


def _paragraphs(typed: str) -> str:
    return re.sub(r" *\n *", "\n", clean(typed.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def _sections(pages: list[_Page], texts: list[str]) -> tuple[Section, ...]:
    sections: list[Section] = []
    start = 0
    for page, text in zip(pages, texts, strict=True):
        sections.append(Section("", start, start + len(text), page=page.number))
        start += len(text) + len("\n\n")
    return tuple(sections)
