"""What kind a file is, by its first bytes, and the function that reads it. Runs in `corpus.readers.child`.

The name of a file decides only between kinds of text.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from corpus.document import Document
from corpus.errors import UnreadableFileError
from corpus.readers.archive import archive_reader
from corpus.readers.composing import no_text

TEXT_SUFFIXES = frozenset({".md", ".markdown", ".txt", ".text"})
_READERS_OF_TEXT = {
    **dict.fromkeys(TEXT_SUFFIXES, "corpus.readers.plain_text:read_text"),
    **dict.fromkeys((".csv", ".tsv"), "corpus.readers.delimited:read_delimited"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "corpus.readers.web_page:read_web_page"),
}
# What a file of that name usually needs. What it does need, its bytes say.
READERS_BY_SUFFIX = {
    **_READERS_OF_TEXT,
    ".pdf": "corpus.readers.pdf:read_pdf",
    ".docx": "corpus.readers.word:read_word",
    ".pptx": "corpus.readers.slides:read_slides",
    **dict.fromkeys((".xlsx", ".xlsm"), "corpus.readers.workbook:read_workbook"),
    ".epub": "corpus.readers.epub:read_epub",
}
SUPPORTED_SUFFIXES = frozenset(READERS_BY_SUFFIX)
# Documents all the same: in a folder they are named and refused, not passed over.
REFUSED_SUFFIXES = frozenset(
    {".doc", ".docm", ".dot", ".dotx", ".xls", ".xlsb", ".ppt", ".pps", ".rtf", ".odt", ".ods", ".odp", ".mobi"}
    | {".wps", ".et", ".dps", ".pages", ".numbers", ".key", ".mht", ".mhtml", ".eml", ".msg"}
)

_HEAD = 4096  # bytes
_PDF, _PDF_WITHIN = b"%PDF", 1024  # some producers write a few bytes before it
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
# Parts of the old office container, whose names are written in UTF-16.
_OLE_PARTS = {
    "EncryptedPackage": ("encrypted", "is protected; remove the password in its own program and add that file"),
    "WordDocument": ("unsupported", "is a Word file of the old kind; save it as .docx and add that file"),
    "PowerPoint Document": ("unsupported", "is a PowerPoint file of the old kind; save it as .pptx and add that file"),
    "Workbook": ("unsupported", "is an Excel file of the old kind; save it as .xlsx and add that file"),
    "Book": ("unsupported", "is an Excel file of the old kind; save it as .xlsx and add that file"),
}
_OTHERS = {
    b"{\\rtf": "is an RTF file; save it as .docx and add that file",
    b"\x89PNG": "is a picture; run an OCR program over it and add its text",
    b"\xff\xd8\xff": "is a picture; run an OCR program over it and add its text",
    b"GIF8": "is a picture; run an OCR program over it and add its text",
    b"II*\x00": "is a picture; run an OCR program over it and add its text",
    b"MM\x00*": "is a picture; run an OCR program over it and add its text",
    b"MZ": "is a program, not a document",
    b"\x7fELF": "is a program, not a document",
    b"\x1f\x8b": "is an archive; unpack it and add the folder",
    b"7z\xbc\xaf": "is an archive; unpack it and add the folder",
    b"Rar!": "is an archive; unpack it and add the folder",
    b"%!PS": "is a PostScript file; save it as PDF and add that file",
}


def read_file(path: Path) -> Document:
    """Read a file of any supported kind.

    :raises UnreadableFileError: with a reason a program can read and advice a person can follow.
    """
    module, _, function = _reader(path).partition(":")
    # Late: only the parser that is needed is loaded, in the process that reads.
    document = getattr(importlib.import_module(module), function)(path)
    assert isinstance(document, Document)  # for the type checker; the table above is ours
    return document


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins with `head` is a PDF."""
    return _PDF in head[:_PDF_WITHIN]


def _reader(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    suffix = path.suffix.lower()
    if not head:
        raise no_text(path, "it is an empty file")
    # In a text file the letters of a PDF's mark may be a sentence's.
    if head.startswith(_PDF) if suffix in _READERS_OF_TEXT else is_pdf(head):
        return "corpus.readers.pdf:read_pdf"
    if head.startswith(_ZIP):
        return archive_reader(path)
    if head.startswith(_OLE):
        raise _old_office_file(path)
    for magic, advice in _OTHERS.items():
        if head.startswith(magic) and not (magic == b"MZ" and suffix in _READERS_OF_TEXT and b"\x00" not in head):
            raise UnreadableFileError(str(path), "unsupported", advice)
    if _WEB_PAGE.match(head):
        return "corpus.readers.web_page:read_web_page"
    if reader := _READERS_OF_TEXT.get(suffix):
        return reader
    if suffix in SUPPORTED_SUFFIXES:
        advice = f"is not a {suffix.removeprefix('.').upper()} file, whatever its name says; save it again"
    else:
        advice = f"cannot be read; files of these kinds can: {', '.join(sorted(SUPPORTED_SUFFIXES))}"
    raise UnreadableFileError(str(path), "unsupported", advice)


def _old_office_file(path: Path) -> UnreadableFileError:
    raw = path.read_bytes()
    for part, (reason, advice) in _OLE_PARTS.items():
        if part.encode("utf-16-le") in raw:
            return UnreadableFileError(str(path), reason, advice)
    advice = "is an office file of an old kind; save it as .docx, .xlsx or .pptx and add that file"
    return UnreadableFileError(str(path), "unsupported", advice)
