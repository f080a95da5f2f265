"""A user's file -> Document: Markdown and plain text in the encodings that people's files come in, and PDF."""

from __future__ import annotations

import stat
from pathlib import Path

from corpus.child import read_in_child
from corpus.document import Document, Section, text_fingerprint
from corpus.errors import UnreadableFileError
from corpus.language import document_language
from corpus.markdown import first_title, split_sections

MAX_BYTES = 64 * 1024 * 1024
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
TEXT_SUFFIXES = frozenset({".txt", ".text"})
SUPPORTED_SUFFIXES = MARKDOWN_SUFFIXES | TEXT_SUFFIXES | {".pdf"}

# What a file is, its first bytes say better than its name.
_PDF_MAGIC, _PDF_MAGIC_WITHIN = b"%PDF", 1024

# gb18030 decodes almost anything, so it comes last and its result is looked at.
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_document(path: Path) -> Document:
    """Read one file. The id comes from its resolved path, so a changed file replaces its earlier self.

    :raises UnreadableFileError: with a reason a program can read and advice a person can follow.
    """
    raw = _read_bytes(path)
    # Some producers write a few bytes before the magic; in a text file the same letters may be a sentence's.
    is_text = path.suffix.lower() in MARKDOWN_SUFFIXES | TEXT_SUFFIXES
    if raw.startswith(_PDF_MAGIC) if is_text else _PDF_MAGIC in raw[:_PDF_MAGIC_WITHIN]:
        return read_in_child("corpus.pdf:read_pdf", path)
    text = _decode(raw, path).replace("\x00", "")
    if not text.strip():
        raise UnreadableFileError(str(path), "empty", "holds no text; nothing of it could be cited")
    address = str(path.resolve())
    sections = split_sections(text) if _looks_like_markdown(path, text) else (Section("", 0, len(text)),)
    return Document(
        id="user-" + text_fingerprint(address)[:16],
        title=first_title(text)[:200] or path.stem,
        language=document_language(text),
        text=text,
        sections=sections,
        address=address,
        sha256=text_fingerprint(text),
    )


def find_files(path: Path) -> list[Path]:
    """The supported regular files at or below `path`, sorted. Links inside a folder are not followed."""
    if not path.is_dir():
        return [path]
    found = (file for file in path.rglob("*") if file.suffix.lower() in SUPPORTED_SUFFIXES)
    hidden_free = (file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts))
    return sorted(file for file in hidden_free if file.is_file() and not file.is_symlink())


def _looks_like_markdown(path: Path, text: str) -> bool:
    return path.suffix.lower() in MARKDOWN_SUFFIXES or bool(first_title(text))


def _read_bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFileError(str(path), "unsupported", "is not a regular file")
        if path.suffix.lower() not in SUPPORTED_SUFFIXES:
            known = ", ".join(sorted(SUPPORTED_SUFFIXES))
            raise UnreadableFileError(
                str(path), "unsupported", f"cannot be read yet; files of these kinds can: {known}"
            )
        if status.st_size > MAX_BYTES:
            limit = MAX_BYTES // 2**20
            raise UnreadableFileError(str(path), "too_large", f"is larger than {limit} MiB; split it and add the parts")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableFileError(str(path), "missing", f"cannot be opened ({reason})") from error


def _decode(raw: bytes, path: Path) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            return _try_decode(raw, encoding) or _refuse(path)
    text = _try_decode(raw, "utf-8")
    if text is None:
        text = _try_decode(raw, "gb18030")
    return _refuse(path) if text is None or _is_binary(text) else text


def _try_decode(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_binary(text: str) -> bool:
    sample = text[:4096]
    control = sum(1 for character in sample if ord(character) < 32 and character not in "\t\n\r\f\x1b")
    return control > len(sample) * 0.02


def _refuse(path: Path) -> str:
    raise UnreadableFileError(str(path), "encoding", "is not text in UTF-8, UTF-16 or GB18030; save it as UTF-8 first")
