"""One writer at a time. The kernel frees the lock when its holder dies, so a crash leaves no stale one."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import CollectionBusyError

# A short change is waited for, a long one is named.
_WAIT_S = 10.0


class WriteLock:
    """A lock on a file; beside it stands who holds it. Each thread may enter it again and again."""

    def __init__(self, path: Path, wait_s: float = _WAIT_S) -> None:
        self._lock = FileLock(path, timeout=wait_s)
        self._holder = path.with_name(f"{path.name}.holder")

    def __enter__(self) -> None:
        try:
            self._lock.acquire()
        except Timeout as error:
            raise CollectionBusyError(f"the collection is being changed by {self._who()}; try again later") from error
        self._holder.write_text(json.dumps({"pid": os.getpid(), "since": time.time()}), encoding="utf-8")

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _who(self) -> str:
        try:
            holder = json.loads(self._holder.read_text(encoding="utf-8"))
            since = time.strftime("%H:%M:%S", time.localtime(holder["since"]))
            return f"process {int(holder['pid'])} since {since}"
        except (OSError, ValueError, TypeError, KeyError):
            return "another process"
