"""A server's own words, in files of bounded size, and the last of them for the message when it dies."""

from __future__ import annotations

import logging
import logging.handlers
import threading
from collections import deque
from pathlib import Path
from typing import IO

# 10 MB and two older files: weeks of a quiet server, and never more than 30 MB.
_LARGEST, _OLDER = 10_000_000, 2
_LONGEST_LINE = 4000
_LAST_LINES = 40


class ServerLog:
    """Takes what processes print until they end."""

    def __init__(self, path: Path) -> None:
        """Make the file, with mode 0600."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_LARGEST, backupCount=_OLDER, encoding="utf-8", errors="replace"
        )
        self._last: deque[str] = deque(maxlen=_LAST_LINES)

    def follow(self, stream: IO[bytes]) -> None:
        """Copy `stream` to the log in the background until it ends."""
        threading.Thread(target=self._copy, args=(stream,), daemon=True).start()

    def write(self, line: str) -> None:
        """One line, cut where it is longer than any that says something."""
        self._last.append(line[:_LONGEST_LINE])
        self._handler.emit(logging.LogRecord("server", logging.INFO, "", 0, line[:_LONGEST_LINE], None, None))

    @property
    def last_words(self) -> str:
        """The line that most likely says why: the last that names an error, else the last."""
        lines = [line for line in self._last if line.strip()]
        errors = [line for line in lines if "Error" in line or "error:" in line]
        return (errors or lines or ["it said nothing"])[-1].strip()

    def close(self) -> None:
        """Close the file."""
        self._handler.close()

    def _copy(self, stream: IO[bytes]) -> None:
        with stream:
            while raw := stream.readline(_LONGEST_LINE * 4):
                self.write(raw.decode("utf-8", errors="replace").rstrip())
