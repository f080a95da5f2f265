"""What is going on: counts, a line in the log for each question without a word of it, and whether all is well."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.answer import Answer
from assistant.running.metrics import Metrics
from serving.backend import Backend

_LARGEST_LOG = 10 * 2**20


class RequestLog:
    """Lines of JSON in a file that only its owner reads. Grown large, it is begun anew and the old one kept once."""

    def __init__(self, path: Path | None) -> None:
        """Without a `path` nothing is written."""
        self._path = path
        self._lock = threading.Lock()

    def write(self, fields: dict[str, object]) -> None:
        """Add a line. A log that cannot be written keeps nobody from their answer."""
        if self._path is None:
            return
        line = json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **fields}) + "\n"
        with self._lock, suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                if self._path.stat().st_size > _LARGEST_LOG:
                    os.replace(self._path, self._path.with_name(f"{self._path.name}.1"))
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(line)


@dataclass(frozen=True, slots=True)
class Health:
    """`status` is "ok", "degraded" while quotes stand in for the model, "failing" where no answer can be had."""

    status: str
    backend: str
    model: str
    answering: bool
    waiting: int


class Watching:
    """Told of every question by the service."""

    def __init__(self, backend: Backend, log: Path | None = None) -> None:
        self.metrics = Metrics()
        self._log = RequestLog(log)
        if backend.client is not None:
            self.metrics.watch(backend.client)

    def answered(self, answer: Answer) -> None:
        """A question has its answer."""
        self.metrics.answered(answer)
        self._log.write(
            {
                "id": answer.id,
                "language": answer.language,
                "status": answer.status,
                "reason": answer.reason,
                "backend": answer.backend,
                "model": answer.model,
                "index": answer.index_id,
                "passages": len(answer.citations),
                "verdicts": dict(Counter(sentence.verdict for sentence in answer.sentences)),
                "calculations": [calculation.name for calculation in answer.calculations],
                "tokens": asdict(answer.usage),
                "ms": asdict(answer.timing_ms),
            }
        )

    def failed(self, error: Exception) -> None:
        """A question could not be answered. Of the error only its kind: its message may quote a server's words."""
        self.metrics.ended("failed")
        self._log.write({"status": "failed", "reason": type(error).__name__})

    def stopped(self) -> None:
        """Whoever asked wanted no more of it."""
        self.metrics.ended("stopped")
        self._log.write({"status": "stopped"})


def health_of(backend: Backend, *, can_keep: bool) -> Health:
    """How well it stands. `can_keep`: index and conversations answer. Costs a token every half minute at most."""
    client = backend.client
    answering = client is None or client.is_well()
    status = "failing" if not can_keep else "ok" if answering else "degraded"
    model = client.model if client else ""
    return Health(status, backend.name, model, answering, client.gate.waiting if client else 0)
