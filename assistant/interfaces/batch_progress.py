"""Showing how a job goes: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from tqdm import tqdm

from assistant.batch.asking import Result
from assistant.batch.row import Row
from assistant.interfaces.terminal import Terminal, safe

_LINE_EVERY_S = 30.0
_QUESTION_LENGTH = 32
_SHOWN = ("answered", "partial", "refused", "error")


class BatchProgress:
    """Counts what comes back. To be used as a context: the bar goes when the body ends."""

    def __init__(self, terminal: Terminal, *, total: int, kept: int) -> None:
        """`total` rows are asked now; `kept` have an answer from before."""
        self._terminal = terminal
        self._total = total
        self._kept = kept
        self._counts: Counter[str] = Counter()
        self._asked = ""
        self._started = self._spoke = time.monotonic()
        self._bar: tqdm[NoReturn] | None = None

    def __enter__(self) -> BatchProgress:
        if self._terminal.is_watched:
            self._bar = tqdm(total=self._total, desc="answering", unit="q", leave=False, dynamic_ncols=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def begin(self, row: Row) -> None:
        """`row` is with the model now."""
        line = " ".join(safe(row.question).split())
        self._asked = line if len(line) <= _QUESTION_LENGTH else line[:_QUESTION_LENGTH] + "…"
        if self._bar is not None:
            self._bar.set_postfix_str(self._state())

    def add(self, results: Sequence[Result]) -> None:
        """These are done and kept."""
        self._counts.update(result.answer.status for result in results)
        if self._bar is not None:
            self._bar.set_postfix_str(self._state(), refresh=False)
            self._bar.update(len(results))
        elif time.monotonic() - self._spoke >= _LINE_EVERY_S:
            self._spoke = time.monotonic()
            self._terminal.notice(self.line())

    def line(self) -> str:
        """How far it is, in words."""
        done = self._counts.total()
        minutes = (time.monotonic() - self._started) / 60
        counts = ", ".join(f"{self._counts[status]:,} {status}" for status in _SHOWN if self._counts[status])
        before = f" ({self._kept:,} from before)" if self._kept else ""
        rate = done / minutes if minutes else 0.0
        left = f", about {(self._total - done) / rate:.0f} min left" if rate and done < self._total else ""
        return f"{done:,} of {self._total:,} asked{before}: {counts or 'none yet'}; {rate:.1f} a minute{left}"

    def _state(self) -> str:
        counts = " ".join(f"{self._counts[status]} {status}" for status in _SHOWN if self._counts[status])
        return f"{counts} · {self._asked}" if counts else self._asked
