"""Keeps a model server up: starts it, waits for a real token, starts it again when it fails, and stops when asked."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from serving.errors import LaunchError
from serving.launching.liveness import Liveness
from serving.launching.running import ProcessMark, RunningServer, forget, read_state, write_state
from serving.launching.server_log import ServerLog
from serving.launching.server_process import ServerProcess, is_left_over, stop_group

_POLL_S = 0.5
_LOCK = "server.lock"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds, and how often.

    `ready`: from the start to the first token. `silent`: without a token of its own and without any for others, after
    which it is started anew. `restarts`: in a row, after one was ready; `calm` without a failure begins a new count.
    The wait before each doubles from `first_wait` up to `longest_wait`.
    """

    ready: float = 1800.0
    check_every: float = 10.0
    silent: float = 30.0
    restarts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0
    calm: float = 600.0
    stop: float = 30.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a person who waits wants to know. `seconds` it took or will take; `detail` says why."""

    kind: Literal["starting", "ready", "failed", "left_over", "stopping"]
    seconds: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """What is to be kept up, and how it is reached."""

    command: Sequence[str]
    environment: Mapping[str, str]
    base_url: str
    model: str
    key: str
    context: int = 0


class Supervisor:
    """Keeps one service up for one home. `run` returns after `stop`."""

    def __init__(
        self, service: Service, home: Path, log: ServerLog, *, patience: Patience, tell: Callable[[Event], None]
    ) -> None:
        self._service = service
        self._home = home
        self._log = log
        self._patience = patience
        self._tell = tell
        self._stop = threading.Event()
        self._was_ready = False

    def stop(self) -> None:
        """End `run`, from a signal handler or another thread."""
        self._stop.set()

    def run(self) -> None:
        """Serve until `stop`.

        :raises LaunchError: when the server cannot be kept up; says what it said last, and where the rest is.
        """
        failures = 0
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                why = self._serve_once()
                if self._stop.is_set():
                    break
                failures = 1 if time.monotonic() - began > self._patience.calm else failures + 1
                self._wait_or_give_up(failures, why)
        finally:
            forget(self._home)

    def _serve_once(self) -> str:
        """Start it and watch it; returns why it has to be started again, with all of it stopped."""
        self._tell(Event("starting"))
        service = self._service
        process = ServerProcess.start(service.command, service.environment, folder=self._log.path.parent, log=self._log)
        me = ProcessMark.of(os.getpid())
        liveness = Liveness(service.base_url, model=service.model, key=service.key)
        try:
            # At once, so that a server whose keeper is killed while it loads is found by the next one.
            write_state(
                self._home,
                RunningServer(service.base_url, service.model, service.key, me, process.mark, service.context),
            )
            return self._await_token(process, liveness) or self._watch(process, liveness)
        finally:
            liveness.close()
            if self._stop.is_set():
                self._tell(Event("stopping"))
            process.stop(self._patience.stop)

    def _await_token(self, process: ServerProcess, liveness: Liveness) -> str:
        began = time.monotonic()
        while not self._stop.is_set():
            if process.exit_code is not None:
                return self._ended(process)
            if liveness.writes_a_token():
                self._was_ready = True
                self._tell(Event("ready", seconds=time.monotonic() - began))
                return ""
            if time.monotonic() - began > self._patience.ready:
                raise LaunchError(
                    f"no token came within {self._patience.ready:.0f} s; a larger model or a slow disk may need "
                    f"--ready with more seconds. Its log: {self._log.path}"
                )
            self._stop.wait(_POLL_S)
        return ""

    def _watch(self, process: ServerProcess, liveness: Liveness) -> str:
        moved = checked = time.monotonic()
        while not self._stop.wait(min(_POLL_S, self._patience.check_every)):
            if process.exit_code is not None:
                return self._ended(process)
            now = time.monotonic()
            if now - checked < self._patience.check_every:
                continue
            if liveness.moves():
                moved = time.monotonic()
            elif time.monotonic() - moved > self._patience.silent:
                return f"it runs and has written no token for {time.monotonic() - moved:.0f} s"
            checked = time.monotonic()
        return ""

    def _ended(self, process: ServerProcess) -> str:
        time.sleep(_POLL_S)  # its last words are still on their way
        return f"it ended with code {process.exit_code}: {self._log.last_words}"

    def _wait_or_give_up(self, failures: int, why: str) -> None:
        # What never was ready is wrong in itself; it gets one more chance, for memory that was just being given back.
        most = self._patience.restarts if self._was_ready else 1
        if failures > most:
            tries = f"{failures} times" if failures > 1 else "once"
            raise LaunchError(f"the server was started {tries} and did not stay up: {why}. Its log: {self._log.path}")
        wait_s = min(self._patience.first_wait * 2 ** (failures - 1), self._patience.longest_wait)
        self._tell(Event("failed", seconds=wait_s, detail=why))
        self._stop.wait(wait_s)


class HomeLock:
    """One keeper for a home; what a killed one left running is stopped first."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._home = home
        self._lock = FileLock(home / _LOCK, timeout=0)

    def take(self, *, tell: Callable[[Event], None], stop_s: float) -> None:
        """Hold the lock until this process ends or `release`.

        :raises LaunchError: when another keeper holds it; names the server it keeps.
        """
        try:
            self._lock.acquire()
        except Timeout:
            state = read_state(self._home)
            which = f" ({state.model} on {state.base_url}, kept by process {state.keeper.pid})" if state else ""
            raise LaunchError(
                f"a server of this home is running already{which}; stop that first, with Ctrl-C"
            ) from None
        left = read_state(self._home)
        if left is not None and is_left_over(left.server):
            tell(Event("left_over", detail=str(left.server.pid)))
            stop_group(left.server.pid, stop_s)
        forget(self._home)

    def release(self) -> None:
        """Let another one have it."""
        self._lock.release()
