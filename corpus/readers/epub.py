"""An EPUB book -> Document: its chapters in reading order, each an HTML page. Runs in `corpus.readers.child`."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from corpus.document import Document
from corpus.errors import UnreadableFileError
from corpus.readers.composing import Composer
from corpus.readers.web_page import add_web_page

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_PAGE_SUFFIXES = (".xhtml", ".html", ".htm", ".xml")


def read_epub(path: Path) -> Document:
    """Read one book.

    :raises UnreadableFileError: encrypted, corrupt, encoding or no_text.
    """
    composer = Composer()
    with zipfile.ZipFile(path) as archive:
        if _ENCRYPTION in archive.namelist() and _protects_pages(archive.read(_ENCRYPTION)):
            raise UnreadableFileError(
                str(path), "encrypted", "is protected against copying; its shop may sell it without"
            )
        try:
            package_name = _package_name(archive)
            package = ElementTree.fromstring(archive.read(package_name))
        except (KeyError, ElementTree.ParseError) as error:
            advice = "is damaged, its table of parts cannot be read; download it again"
            raise UnreadableFileError(str(path), "corrupt", advice) from error
        names = set(archive.namelist())
        for name in _reading_order(package, posixpath.dirname(package_name)):
            if name in names:
                add_web_page(composer, archive.read(name), path)
    return composer.document(path, _title(package))


def _package_name(archive: zipfile.ZipFile) -> str:
    container = ElementTree.fromstring(archive.read(_CONTAINER))
    for tag in container.iter():
        if tag.tag.endswith("rootfile"):
            return tag.get("full-path", "")
    raise KeyError(_CONTAINER)


def _reading_order(package: ElementTree.Element, folder: str) -> Iterator[str]:
    """The names of the chapters, each once. The table of contents is only read where the book puts it in its order."""
    parts = {
        tag.get("id", ""): tag.get("href", "")
        for tag in package.iter()
        if tag.tag.endswith("}item") and tag.get("media-type") in _PAGES
    }
    chosen = (
        parts.get(tag.get("idref", ""), "")
        for tag in package.iter()
        if tag.tag.endswith("}itemref") and tag.get("linear") != "no"
    )
    for href in dict.fromkeys(chosen):
        if href:
            yield posixpath.normpath(posixpath.join(folder, unquote(href)))


def _title(package: ElementTree.Element) -> str:
    return next((tag.text or "" for tag in package.iter() if tag.tag.endswith("}title")), "")


def _protects_pages(encryption: bytes) -> bool:
    """Fonts are mostly made unreadable, too, which does not matter."""
    try:
        references = [tag.get("URI", "") for tag in ElementTree.fromstring(encryption).iter() if "URI" in tag.attrib]
    except ElementTree.ParseError:
        return True
    return any(name.lower().endswith(_PAGE_SUFFIXES) for name in references)
