"""Talking to a terminal: notices and progress on stderr, answers on stdout, nothing that could steer the terminal."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from tqdm import tqdm

# Control characters (ANSI escapes begin with one) and the marks that reorder text. Tabs and line breaks may stay.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")

# Progress is only shown for what takes longer.
_BAR_AFTER_S = 2.0

Progress = Callable[[int, int], None]


def safe(text: str) -> str:
    """`text` without characters that a terminal would obey."""
    return _UNSAFE.sub("", text)


class Terminal:
    """Where a command writes. `quiet` leaves notices and progress out."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet

    @property
    def is_watched(self) -> bool:
        """Whether somebody looks at stderr and wants to see what is being done."""
        return not self._quiet and sys.stderr.isatty()

    def answer(self, text: str, *, end: str = "\n") -> None:
        """Write to stdout, at once."""
        print(safe(text), end=end, flush=True)

    def notice(self, text: str) -> None:
        """Say what is being done."""
        if not self._quiet:
            print(safe(text), file=sys.stderr, flush=True)

    def error(self, text: str) -> None:
        """Say what went wrong; never quiet."""
        print(safe(text), file=sys.stderr, flush=True)

    @contextmanager
    def progress(self, what: str, unit: str, *, scale: bool = False) -> Iterator[Progress]:
        """A bar with rate and time left, on a terminal, once it has taken two seconds."""
        started = time.monotonic()
        bar: tqdm[NoReturn] | None = None

        def report(done: int, total: int) -> None:
            nonlocal bar
            if self._quiet or not sys.stderr.isatty() or time.monotonic() - started < _BAR_AFTER_S:
                return
            if bar is None:
                bar = tqdm(total=total, desc=what, unit=unit, unit_scale=scale, leave=False)
            bar.total = total
            bar.update(done - bar.n)

        try:
            yield report
        finally:
            if bar is not None:
                bar.close()
