"""Takes the times of an answer."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from assistant.answer import Answer, Timing

T = TypeVar("T")


class Clock:
    """Takes the times of `Timing`."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._rewrote = self._retrieved = self._first = self._last = self._verified = 0

    def _now(self) -> int:
        return round((time.perf_counter() - self._start) * 1000)

    def rewrote(self) -> None:
        """The question stands alone."""
        self._rewrote = self._now()

    def retrieved(self) -> None:
        """The passages are there."""
        self._retrieved = self._now()

    def wrote(self) -> None:
        """A piece of the draft came."""
        self._last = self._now()
        self._first = self._first or self._last

    def writing(self, pieces: Iterable[T]) -> Iterator[T]:
        """Pass `pieces` of a draft on as they come, and take the times."""
        for piece in pieces:
            self.wrote()
            yield piece

    def verified(self) -> None:
        """The draft is checked."""
        self._verified = self._now()

    def stamp(self, answer: Answer) -> Answer:
        """`answer` with the times so far."""
        timing = Timing(
            rewrite=self._rewrote,
            retrieve=max(0, self._retrieved - self._rewrote),
            first_token=self._first,
            generate=max(0, self._last - self._retrieved),
            verify=max(0, self._verified - self._last) if self._verified else 0,
            total=self._now(),
        )
        return replace(answer, timing_ms=timing)
