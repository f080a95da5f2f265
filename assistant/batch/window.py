"""Questions whose passages are found and that wait for the model, handed out so that it reads little twice.

A server keeps what it has read of a prompt's beginning: the instructions of a language, then the passages, best first.
Of what waits, the one that follows in that order is handed out next, round and round, so that prompts with the same
beginning come one after the other and none waits for ever.
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.batch.row import Row
from assistant.events import Event, Found

Beginning = tuple[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True, order=True)
class Waiting:
    """A question on its way: `events` go on with generating. `since` is when it began to wait, in seconds."""

    beginning: Beginning
    row: Row = field(compare=False)
    events: Iterator[Event] = field(compare=False)
    since: float = field(compare=False)


def beginning_of(found: Found) -> Beginning:
    """What the prompt begins with, comparable."""
    return found.language, tuple((passage.document.id, passage.start) for passage in found.passages)


class Window:
    """At most `size` questions wait. Any number of threads may put and take."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: list[Waiting] = []
        self._last: Beginning = ("", ())
        self._changed = threading.Condition()
        self._closed = False

    def put(self, waiting: Waiting) -> None:
        """Add one, once there is room; a closed window drops it."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._waiting) < self._size)
            if not self._closed:
                bisect.insort(self._waiting, waiting)
                self._changed.notify_all()

    def take(self) -> Waiting | None:
        """The next one, or None when the window is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._waiting))
            if not self._waiting:
                return None
            place = bisect.bisect_left(self._waiting, self._last, key=lambda waiting: waiting.beginning)
            taken = self._waiting.pop(place % len(self._waiting))
            self._last = taken.beginning
            self._changed.notify_all()
            return taken

    def close(self, *, drop: bool = False) -> None:
        """No more will come. `drop`: those that wait are not to be handed out either."""
        with self._changed:
            self._closed = True
            if drop:
                self._waiting.clear()
            self._changed.notify_all()
