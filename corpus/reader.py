"""A user's file -> Document, whatever it does to its parser: it is read in a child process (`corpus.readers.child`)."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

from corpus.document import Document
from corpus.errors import UnreadableFileError
from corpus.readers.child import DEFAULT_LIMITS, Limits, read_in_child
from corpus.readers.formats import REFUSED_SUFFIXES, SUPPORTED_SUFFIXES
from corpus.readers.visible import printable

_log = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024 * 1024
_READER = "corpus.readers.formats:read_file"


def read_document(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read one file. The id comes from its resolved path, so a changed file replaces its earlier self.

    :raises UnreadableFileError: with a reason a program can read and advice a person can follow.
    """
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            path.open("rb").close()  # says why not, where it cannot be opened
    except (OSError, ValueError) as error:  # a name with a zero byte is no OSError
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableFileError(str(path), "missing", f"cannot be opened ({reason})") from error
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFileError(str(path), "unsupported", "is not a regular file")
    if status.st_size > MAX_BYTES:
        limit = MAX_BYTES // 2**20
        raise UnreadableFileError(str(path), "too_large", f"is larger than {limit} MiB; split it and add the parts")
    return read_in_child(_READER, path, limits=limits)


def find_files(path: Path) -> list[Path]:
    """The regular files at or below `path` that look like documents, sorted.

    Hidden files and files of other kinds are passed over; links and devices are, too, and each is named in the log.
    """
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    for folder, names, files in os.walk(path):  # follows no links
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in [*names, *files]:
            file = Path(folder, name)
            mode = file.lstat().st_mode
            if stat.S_ISDIR(mode) or name.startswith("."):
                continue
            if not stat.S_ISREG(mode):
                kind = "link" if stat.S_ISLNK(mode) else "device"
                _log.warning("%s: passed over, because it is a %s", printable(str(file)), kind)
            elif file.suffix.lower() in SUPPORTED_SUFFIXES | REFUSED_SUFFIXES and not name.startswith("~$"):
                found.append(file)
    return sorted(found)
