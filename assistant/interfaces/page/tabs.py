"""One answer at a time for each tab of a browser: a second click, or a question typed meanwhile, begins no other."""

from __future__ import annotations

import threading
from weakref import WeakValueDictionary


class Answering:
    """That a tab's answer is on its way: as long as somebody holds this, or until it is `over`."""

    def __init__(self) -> None:
        self.is_over = False

    def over(self) -> None:
        """The tab may ask again."""
        self.is_over = True


class Tabs:
    """Tabs by the name of their session. An answer that is dropped midway leaves nothing behind."""

    def __init__(self) -> None:
        self._answering: WeakValueDictionary[str, Answering] = WeakValueDictionary()
        self._lock = threading.Lock()

    def begin(self, tab: str) -> Answering | None:
        """Note that the tab asks; None while an answer is on its way to it."""
        with self._lock:
            before = self._answering.get(tab)
            if before is not None and not before.is_over:
                return None
            begun = self._answering[tab] = Answering()
            return begun
