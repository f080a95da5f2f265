"""A PDF file -> a Document with one Section per page that has text. Runs in `corpus.child`.

Kept is the text a person sees, in the order the file draws it (columns are mostly drawn one after the other), with the
boxes typed over a page and the recognised text of a scan. No headings: a PDF does not say what is one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, Section, text_fingerprint
from corpus.errors import UnreadableFileError
from corpus.language import document_language
from corpus.pdf_layout import LETTER, clean, join_hyphens, join_lines, largest_text, unreadable_share
from corpus.pdfium import BrokenPdfError, PdfPage, ProtectedPdfError, read_pages, read_title

_log = logging.getLogger(__name__)

_MAGIC = b"%PDF"
_MAGIC_WITHIN = 1024  # bytes from the start; some producers write a few before it
_MAX_UNREADABLE = 0.3  # of a page's characters may have no known meaning

_FILE_NAME = re.compile(r"\.(docx?|pdf|tex|dvi|ps|rtf|odt|pptx?|xlsx?|indd|qxp|wpd|txt|html?)$", re.IGNORECASE)
_NO_TITLE = re.compile(r"untitled\W*|title|document\d*|slide \d+|powerpoint presentation|无标题|未命名", re.IGNORECASE)
_PROGRAM = re.compile(r"^Microsoft (?:Office )?(?:Word|PowerPoint|Excel) - ")


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins with `head` (1024 bytes are enough) is a PDF, whatever its name says."""
    return _MAGIC in head[:_MAGIC_WITHIN]


def read_pdf(path: Path) -> Document:
    """Read one PDF file. The id comes from its resolved path, so a changed file replaces its earlier self.

    :raises UnreadableFileError: encrypted, no_text, encoding, corrupt or unsupported.
    """
    raw = path.read_bytes()
    if not raw:
        raise UnreadableFileError(str(path), "corrupt", "is empty; copy or download it again")
    if not is_pdf(raw):
        raise UnreadableFileError(str(path), "unsupported", "is not a PDF file, whatever its name says")
    try:
        pages = _readable(read_pages(raw), path)
    except ProtectedPdfError as error:
        advice = "is protected; remove the password in its own program and add that file"
        raise UnreadableFileError(str(path), "encrypted", advice) from error
    except BrokenPdfError as error:
        advice = "is damaged and cannot be opened; download or save it again and add that file"
        raise UnreadableFileError(str(path), "corrupt", advice) from error
    texts = join_hyphens(page.text for page in pages)
    text = "\n\n".join(texts)
    address = str(path.resolve())
    return Document(
        id="user-" + text_fingerprint(address)[:16],
        title=(_given_title(read_title(raw)) or pages[0].largest or path.stem)[:200],
        language=document_language(text),
        text=text,
        sections=_sections(pages, texts),
        address=address,
        sha256=text_fingerprint(text),
    )


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
    advice = "holds no text, only pictures or nothing; run an OCR program over it and add that file"
    raise UnreadableFileError(str(path), "no_text", advice)


def _paragraphs(typed: str) -> str:
    return re.sub(r" *\n *", "\n", clean(typed.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def _sections(pages: list[_Page], texts: list[str]) -> tuple[Section, ...]:
    sections: list[Section] = []
    start = 0
    for page, text in zip(pages, texts, strict=True):
        sections.append(Section("", start, start + len(text), page=page.number))
        start += len(text) + len("\n\n")
    return tuple(sections)


def _given_title(title: str) -> str:
    """The title a file gives itself, unless a program made it up."""
    title = _PROGRAM.sub("", " ".join(clean(title).split()))
    is_made_up = _FILE_NAME.search(title) or _NO_TITLE.fullmatch(title) or len(LETTER.findall(title)) < 2
    return "" if is_made_up else title
