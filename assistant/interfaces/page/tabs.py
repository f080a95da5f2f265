"""One answer at a time for each tab of a browser: a second click, or a question typed meanwhile, begins no other."""

from __future__ import annotations

import threading
from weakref import WeakValueDictionary


class Answering:
    """That a tab's answer is on its way, as long as somebody holds this."""


class Tabs:
    """Tabs by the name of their session. An answer that is dropped midway leaves nothing behind."""

    def __init__(self) -> None:
        self._answering: WeakValueDictionary[str, Answering] = WeakValueDictionary()
        self._lock = threading.Lock()

    def begin(self, tab: str) -> Answering | None:
        """Note that the tab asks; None while an answer is on its way to it."""
        with self._lock:
            if tab in self._answering:
                return None
            begun = self._answering[tab] = Answering()
            return begun

    def end(self, tab: str) -> None:
        """The tab may ask again: its answer is there, or nobody waits for it any longer."""
        with self._lock:
            self._answering.pop(tab, None)
