"""How many requests a backend has at once, and whose turn is next: first come, first served, asker by asker.

Whoever asks much waits behind their own requests, not in front of others: each asker has a line, and lines take turns.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from serving.errors import ServerBusyError


class Gate:
    """At most `at_once` are inside. `waiting` and `inside` say how many there are."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.inside = 0
        self._lines: OrderedDict[str, deque[threading.Event]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many wait."""
        with self._lock:
            return sum(len(line) for line in self._lines.values())

    def enter(self, asker: str = "", *, within_s: float = 1e6) -> float:
        """Wait for a place. Returns the seconds waited; `leave` must follow.

        :raises ServerBusyError: when none became free within `within_s`.
        """
        turn = threading.Event()
        with self._lock:
            self._lines.setdefault(asker, deque()).append(turn)
            self._let_in()
        began = time.monotonic()
        if not turn.wait(within_s):
            with self._lock:
                if not turn.is_set():
                    self._lines[asker].remove(turn)
                    if not self._lines[asker]:
                        del self._lines[asker]
                    raise ServerBusyError(
                        f"the model has been busy with others for {within_s:.0f} s; ask again in a minute"
                    )
        return time.monotonic() - began

    def leave(self) -> None:
        """Give the place to the next one."""
        with self._lock:
            self.inside -= 1
            self._let_in()

    @contextmanager
    def entered(self, asker: str = "") -> Iterator[float]:
        """Inside while the body runs."""
        waited = self.enter(asker)
        try:
            yield waited
        finally:
            self.leave()

    def _let_in(self) -> None:
        while self.inside < self.at_once and self._lines:
            asker, line = next(iter(self._lines.items()))
            line.popleft().set()
            self.inside += 1
            if line:
                self._lines.move_to_end(asker)
            else:
                del self._lines[asker]
