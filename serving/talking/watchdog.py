"""Ends requests whose time is up, by shutting their connection down from outside.

A socket's own timeout begins again with every byte that comes, so a server that sends comments, or headers a byte at a
time, would never run into it. Here the time of the whole step counts, whatever is sent meanwhile.
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_LOOKS_EVERY_S = 0.1


class Watch:
    """One request under watch. `expired` names the step whose time was up, and is empty before."""

    def __init__(self) -> None:
        self.expired = ""
        self._socket: socket.socket | None = None
        self._steps: dict[str, float] = {}
        self._at = math.inf

    def allow(self, step: str, seconds: float) -> None:
        """The step must end within `seconds` from now; a step that is allowed again begins anew."""
        self._steps[step] = time.monotonic() + seconds
        self._at = min(self._steps.values())

    def done(self, step: str) -> None:
        """The step has ended."""
        self._steps.pop(step, None)
        self._at = min(self._steps.values(), default=math.inf)

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Told by httpx of every step of a connection; takes the socket as soon as there is one."""
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.expired:
                self.end()

    def end(self) -> None:
        """Shut the connection down; whoever reads from it sees its end."""
        if self._socket is not None:
            with contextlib.suppress(OSError, ValueError):
                # The plain socket's method: that of a TLS socket would take its state from under the reader.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def look(self, now: float) -> None:
        """End the request if a step of it is late."""
        if now < self._at or self.expired:
            return
        steps = dict(self._steps)
        self.expired = min(steps, key=lambda step: steps[step], default="")
        self.end()


class Watchdog:
    """Looks after all requests of the process from one thread, which runs only while there are any."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._lock = threading.Lock()
        self._is_running = False

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[Watch]:
        """`watch` is looked after while the body runs."""
        self.add(watch)
        try:
            yield watch
        finally:
            self.remove(watch)

    def add(self, watch: Watch) -> None:
        """Begin to look after `watch`."""
        with self._lock:
            self._watches.add(watch)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="deadlines", daemon=True).start()

    def remove(self, watch: Watch) -> None:
        """Look no more after `watch`."""
        with self._lock:
            self._watches.discard(watch)

    def _run(self) -> None:
        while True:
            with self._lock:
                watches = list(self._watches)
                if not watches:
                    self._is_running = False
                    return
            now = time.monotonic()
            for watch in watches:
                watch.look(now)
            time.sleep(_LOOKS_EVERY_S)


WATCHDOG = Watchdog()
