"""ZIP files (Word, PowerPoint, Excel, EPUB): looked at before anything is unpacked. Runs in `corpus.readers.child`."""

from __future__ import annotations

import re
import zipfile
from itertools import pairwise
from pathlib import Path

from corpus.errors import UnreadableFileError

_MAX_ENTRIES = 5_000
_MAX_BYTES = 200_000_000  # unpacked
_MAX_RATIO = 100
_SMALL = 20_000_000  # bytes unpacked; below it, a high ratio is a table of zeros and no danger
_ENCRYPTED_FLAG = 0x1
_XML = (".xml", ".rels")
# What office programs never write and attacks on XML parsers need, in any encoding of it.
_ENTITIES = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")
_PROLOGUE = 4096  # bytes
_STRICT = b"http://purl.oclc.org/ooxml/"  # a variant with other names for everything, which the libraries do not know
_MAIN_TYPE = re.compile(rb"""ContentType\s*=\s*["']([^"']+\.main(?:\+xml)?)["']""")
_READERS = {
    "wordprocessingml.document.": "corpus.readers.word:read_word",
    "wordprocessingml.template.": "",
    "word.document.macroEnabled": "",
    "word.template.macroEnabled": "",
    "presentationml.": "corpus.readers.slides:read_slides",
    "powerpoint.": "corpus.readers.slides:read_slides",
    "spreadsheetml.": "corpus.readers.workbook:read_workbook",
    "excel.sheet.binary": "",
    "excel.": "corpus.readers.workbook:read_workbook",
}


def archive_reader(path: Path) -> str:
    """Which function reads a file that begins like a ZIP file: by what it holds, whatever its name says.

    :raises UnreadableFileError: unsupported, too_large, encrypted or corrupt.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path)
            return _reader(archive, path)
    except (zipfile.BadZipFile, EOFError, ValueError, KeyError) as error:
        advice = "is damaged and cannot be unpacked; download or save it again and add that file"
        raise UnreadableFileError(str(path), "corrupt", advice) from error
    except NotImplementedError as error:
        advice = "is packed in a way that cannot be read; save it again in its own program"
        raise UnreadableFileError(str(path), "unsupported", advice) from error


def _check_sizes(archive: zipfile.ZipFile, path: Path) -> None:
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_bomb = unpacked > _MAX_BYTES or (unpacked > _SMALL and unpacked > packed * _MAX_RATIO)
    # Entries that share their bytes unpack to more than was counted.
    overlap = any(one.header_offset + one.compress_size > other.header_offset for one, other in pairwise(entries))
    if is_bomb or overlap or len(entries) > _MAX_ENTRIES:
        advice = f"unpacks to too much ({unpacked / 1e6:.0f} MB in {len(entries)} parts); split it and add the parts"
        raise UnreadableFileError(str(path), "too_large", advice)
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        advice = "is protected; remove the password in its own program and add that file"
        raise UnreadableFileError(str(path), "encrypted", advice)


def _reader(archive: zipfile.ZipFile, path: Path) -> str:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        _refuse_entities(archive, path)
        is_strict = "_rels/.rels" in names and _STRICT in archive.read("_rels/.rels")
        return _office_reader(archive.read("[Content_Types].xml"), path, strict=is_strict)
    kind = archive.read("mimetype")[:100].decode("ascii", "replace").strip() if "mimetype" in names else ""
    if kind == "application/epub+zip" or "META-INF/container.xml" in names:
        return "corpus.readers.epub:read_epub"
    if kind.startswith("application/vnd.oasis.opendocument"):
        advice = "is an OpenDocument file; save it as .docx, .xlsx or .pptx and add that file"
    else:
        advice = "is an archive; unpack it and add the folder"
    raise UnreadableFileError(str(path), "unsupported", advice)


def _office_reader(types: bytes, path: Path, *, strict: bool) -> str:
    if strict:
        advice = "is saved as Strict Open XML; save it as an ordinary .docx, .xlsx or .pptx and add that file"
        raise UnreadableFileError(str(path), "unsupported", advice)
    mains = [found.decode("ascii", "replace") for found in _MAIN_TYPE.findall(types)]
    for kind, reader in _READERS.items():
        if any(kind in main for main in mains):
            if reader:
                return reader
            break
    advice = "is a kind of office file that cannot be read; save it as .docx, .xlsx or .pptx without macros"
    raise UnreadableFileError(str(path), "unsupported", advice)


def _refuse_entities(archive: zipfile.ZipFile, path: Path) -> None:
    for entry in archive.infolist():
        if entry.filename.lower().endswith(_XML):
            with archive.open(entry) as part:
                if _ENTITIES.search(part.read(_PROLOGUE)):
                    advice = "declares XML entities, which no office program writes; do not trust it"
                    raise UnreadableFileError(str(path), "corrupt", advice)
