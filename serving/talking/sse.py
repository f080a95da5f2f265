"""Bytes of a stream of server-sent events -> its events, each a JSON object. Nothing is guessed: damage is an error.

Lines may be cut anywhere, within a character too; they end with LF, CRLF or CR. Comments, and fields other than `data`,
are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

# An event of a chat is a few hundred bytes; one that never ends would fill the memory.
_LONGEST_LINE = 2**20
_END = "[DONE]"


class DamagedStreamError(ValueError):
    """What came is not a stream of JSON events in UTF-8."""


class EventReader:
    """Reads one stream. `is_complete` says whether it came to its proper end."""

    def __init__(self) -> None:
        self.is_complete = False
        self._data: list[str] = []

    def events(self, chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """The events, as they come.

        :raises DamagedStreamError: at the first thing that is none.
        """
        for line in _lines(chunks):
            if line:
                self._take(line)
            elif self._data:
                event = self._event()
                if event is None:
                    return
                yield event
        if self._data and (last := self._event()) is not None:  # an end without the empty line
            yield last

    def _take(self, line: str) -> None:
        field, _, value = line.partition(":")
        if field == "data":
            self._data.append(value.removeprefix(" "))

    def _event(self) -> dict[str, Any] | None:
        text = "\n".join(self._data)
        self._data.clear()
        if text.strip() == _END:
            self.is_complete = True
            return None
        return read_object(text)


def read_object(text: str) -> dict[str, Any]:
    """`text` as a JSON object.

    :raises DamagedStreamError: when it is none.
    """
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedStreamError(f"no JSON: {text[:60]!r}") from error
    if not isinstance(read, dict):
        raise DamagedStreamError(f"no JSON object: {text[:60]!r}")
    return read


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Whole lines. Each is decoded by itself, so that damage takes nothing away from the lines before it."""
    line, after_cr, is_first = b"", False, True
    for chunk in chunks:
        if after_cr:  # the LF of a CRLF that was cut in two
            chunk = chunk.removeprefix(b"\n")
        after_cr = chunk.endswith(b"\r") or (after_cr and not chunk)
        *whole, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for ended in whole:
            yield _decoded(line + ended, is_first)
            line, is_first = b"", False
        line += rest
        if len(line) > _LONGEST_LINE:
            raise DamagedStreamError("a line without end")
    if line:
        yield _decoded(line, is_first)


def _decoded(line: bytes, is_first: bool) -> str:
    try:
        return line.decode("utf-8-sig" if is_first else "utf-8")
    except UnicodeDecodeError as error:
        raise DamagedStreamError(f"no UTF-8 ({error.reason})") from error
