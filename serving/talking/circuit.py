"""Whether a server is worth asking. Open: it was down, nobody is sent there, and it is tried in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable

# Together with the time of a try this keeps a server that is back from being noticed later than 10 s after.
PAUSE_S = 2.0


class Circuit:
    """Closed until `open` is called; then open until `is_answering` says that the server writes again."""

    def __init__(self, is_answering: Callable[[], bool], *, pause_s: float = PAUSE_S) -> None:
        self._is_answering = is_answering
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self.reason = ""

    @property
    def is_open(self) -> bool:
        """Whether requests are kept from the server."""
        return bool(self.reason)

    def open(self, reason: str) -> None:
        """Keep requests away, because of `reason`, until the server writes again."""
        with self._lock:
            if self._stopped.is_set():
                return
            self.reason = reason or "it does not answer"
            if self._thread is None:
                self._thread = threading.Thread(target=self._try_again, name="circuit", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Let requests through: the server was seen to write."""
        self.reason = ""

    def stop(self) -> None:
        """Try no more."""
        self._stopped.set()

    def _try_again(self) -> None:
        while not self._stopped.wait(self._pause_s):
            if self.reason and self._is_answering():
                self.close()
            with self._lock:
                if not self.reason:
                    self._thread = None
                    return
