"""Whether what answers is alive, and who may ask it: waiting for it to come back, suspects alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from serving.talking.client import ChatClient

_PROBES = 3
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0


class EngineGoneError(Exception):
    """It did not come back within the time it was given."""


class Engine:
    """What answers. Without a `client` there is nothing that could be gone."""

    def __init__(self, client: ChatClient | None, *, slots: int, wait_s: float, stop: threading.Event) -> None:
        """At most `slots` ask at once. `wait_s` bounds each wait for it to come back; `stop` ends a wait at once."""
        self._client = client
        self._slots = slots
        self._wait_s = wait_s
        self._stop = stop
        self._is_down = False
        self._waiting = threading.Lock()
        self._changed = threading.Condition()
        self._inside = 0
        self._alone = 0

    def is_answering(self) -> bool:
        """Whether it writes a token now, in one of a few tries: single requests may fail on a server that lives."""
        answers = self._client is None or any(self._client.is_answering() for _ in range(_PROBES))
        self._is_down = not answers
        return answers

    def await_it(self) -> None:
        """Return once it answers; at once where nothing is known against it.

        :raises EngineGoneError: when it did not within the bound, or the job was stopped.
        """
        if not self._is_down:
            return
        with self._waiting:  # one asks for all
            until = time.monotonic() + self._wait_s
            pause = _FIRST_PAUSE_S
            while self._is_down and not self.is_answering():
                if time.monotonic() + pause > until or self._stop.wait(pause):
                    raise EngineGoneError
                pause = min(2 * pause, _LONGEST_PAUSE_S)

    @contextmanager
    def asked(self, *, alone: bool) -> Iterator[Callable[[], None]]:
        """While the body asks. What is yielded, when it is called, ends that earlier: the engine is free again.

        With `alone`, nobody else asks: when it dies now, it is known of which question.

        :raises EngineGoneError: as `await_it` does.
        """
        with self._changed:
            self._alone += alone
            self._changed.wait_for(lambda: self._inside == 0 if alone else self._has_room())
            self._inside += 1
        inside = True

        def leave() -> None:
            nonlocal inside
            with self._changed:
                self._inside -= inside
                self._alone -= inside and alone
                inside = False
                self._changed.notify_all()

        try:
            if alone:
                self.is_answering()  # nothing was against it, but a suspect is not blamed for a death before its time
            self.await_it()
            yield leave
        finally:
            leave()

    def _has_room(self) -> bool:
        return self._alone == 0 and self._inside < self._slots
