"""Many rows at once: some threads find passages ahead, some more than `workers` generate and verify.

No more than `workers` questions are with the model at once. The threads beyond that have the next question ready or
check the last answer, so that the model does not wait meanwhile. Of a question with figures, or one that leans on the
one before, the model is asked already while its passages are found: the other threads that find go on meanwhile.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from assistant.assistant import Assistant
from assistant.batch.asking import Asker, Result
from assistant.batch.engine import Engine, EngineGoneError
from assistant.batch.row import Row
from assistant.batch.window import Waiting, Window

# Found ahead for each worker: enough for prompts with the same beginning to meet.
_AHEAD = 8
_LEAVE_S = 5.0
# One thread more for so many workers: checking takes a small part of the time that writing does.
_CHECKED_BY_ONE = 4
# The same for finding, beside the first one.
_FOUND_BY_ONE = 4


class BatchRun:
    """Answers rows. Each comes back once, as soon as it is done, in no order."""

    def __init__(
        self,
        assistant: Assistant,
        *,
        workers: int,
        wait_s: float,
        on_begin: Callable[[Row], None] = lambda row: None,
        suspects: frozenset[str] = frozenset(),
    ) -> None:
        """`wait_s`: how long a server that is gone is waited for.

        `suspects` are keys of rows at which this process died before; they are asked alone.
        """
        self._stop = threading.Event()
        engine = Engine(assistant.backend.client, slots=workers, wait_s=wait_s, stop=self._stop)
        self._asker = Asker(assistant, engine, stop=self._stop, on_begin=on_begin)
        self._threads = workers + math.ceil(workers / _CHECKED_BY_ONE)
        self._finders = 1 + math.ceil(workers / _FOUND_BY_ONE)
        self._finding = threading.Lock()
        self._searcher = assistant.searcher
        self._suspects = suspects
        self._window = Window(workers * _AHEAD)
        # Bounded, so that a slow disk holds the workers back and memory stays flat.
        self._results: queue.Queue[Result | None] = queue.Queue(workers * _AHEAD)
        self.engine_is_gone = False

    def results(self, rows: Iterable[Row]) -> Iterator[list[Result]]:
        """What became of `rows`, as many at a time as have come. Ends early when the engine is gone for good."""
        waiting = iter(rows)
        threads = [threading.Thread(target=self._find, args=(waiting,), daemon=True) for _ in range(self._finders)]
        threads += [threading.Thread(target=self._work, daemon=True) for _ in range(self._threads)]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running:
                done = [self._results.get()]
                while not self._results.empty():
                    done.append(self._results.get())
                running -= done.count(None)
                came = [result for result in done if result is not None]
                if came:
                    yield came
        finally:
            self._stop.set()
            self._window.close(drop=True)
            self._leave(threads)

    def _leave(self, threads: list[threading.Thread]) -> None:
        """Let the threads end. What they still bring is dropped, and they are not waited for long."""
        until = time.monotonic() + _LEAVE_S
        while any(thread.is_alive() for thread in threads) and time.monotonic() < until:
            while not self._results.empty():
                self._results.get()
            time.sleep(0.01)

    def _find(self, rows: Iterator[Row]) -> None:
        try:
            with self._finding:
                self._searcher.warm_up()  # else the model would wait when the first question needs the embedder
            while (row := self._next(rows)) is not None:
                found = self._asker.find(row)
                if self._stop.is_set():
                    break
                if isinstance(found, Result):
                    self._results.put(found)
                else:
                    self._window.put(found)
        finally:
            with self._finding:
                self._finders -= 1
                if not self._finders:
                    self._window.close()
            self._results.put(None)

    def _next(self, rows: Iterator[Row]) -> Row | None:
        with self._finding:
            return next(rows, None)

    def _work(self) -> None:
        try:
            while not self._stop.is_set() and (waiting := self._window.take()) is not None:
                result = self._finish(waiting)
                if not self._stop.is_set():
                    self._results.put(result)
        except EngineGoneError:
            self.engine_is_gone = self.engine_is_gone or not self._stop.is_set()
            self._stop.set()
            self._window.close(drop=True)
        finally:
            self._results.put(None)

    def _finish(self, waiting: Waiting) -> Result:
        return self._asker.finish(waiting, deaths=int(waiting.row.key in self._suspects))
