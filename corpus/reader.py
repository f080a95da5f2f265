"""A user's file -> Document, whatever it does to its parser: another process reads it (`corpus.readers.host`)."""

from __future__ import annotations

import logging
import os
import stat
import threading
from pathlib import Path
from typing import Self

from corpus.document import Document
from corpus.errors import UnreadableFileError
from corpus.readers.formats import READERS_BY_SUFFIX, REFUSED_SUFFIXES, SUPPORTED_SUFFIXES
from corpus.readers.host import DEFAULT_LIMITS, Limits, ReaderHost
from corpus.readers.visible import printable

_log = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024 * 1024
_READER = "corpus.readers.formats:read_file"


class DocumentReader:
    """Reads files one after another, and as many at once as threads ask; its processes end with the `with`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hosts: list[ReaderHost] = []
        self._idle: list[ReaderHost] = []
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_closed = True
        for host in self._hosts:
            host.close()

    def read(self, path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Document:
        """Read one file. The id comes from its resolved path, so a changed file replaces its earlier self.

        :raises UnreadableFileError: with a reason a program can read and advice a person can follow.
        """
        _check(path)
        # By its name, before anybody looks into it: where the bytes say otherwise, the reader loads what they need.
        module = READERS_BY_SUFFIX.get(path.suffix.lower(), "").partition(":")[0]
        host = self._take()
        try:
            return host.read(_READER, path, limits=limits, modules=[module] if module else [])
        finally:
            self._idle.append(host)

    def _take(self) -> ReaderHost:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("reading has ended")
            if self._idle:
                return self._idle.pop()
            self._hosts.append(ReaderHost())
            return self._hosts[-1]


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


def _check(path: Path) -> None:
    """Refuse what no reader need look at."""
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
