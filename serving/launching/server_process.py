"""A server in a process group of its own: started, and stopped with all that it started, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from serving.errors import LaunchError
from serving.launching.running import ProcessMark
from serving.launching.server_log import ServerLog

_POLL_S = 0.1


class ServerProcess:
    """One run of a server's command."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.mark = ProcessMark.of(process.pid)

    @classmethod
    def start(
        cls, command: Sequence[str], environment: Mapping[str, str], *, folder: Path, log: ServerLog
    ) -> ServerProcess:
        """Run `command` in `folder`, away from this terminal's signals; what it prints goes to `log`.

        :raises LaunchError: when it cannot be run at all.
        """
        try:
            process = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise LaunchError(f"{command[0]} cannot be run ({error.strerror or error})") from error
        assert process.stdout is not None  # it was asked for
        log.follow(process.stdout)
        return cls(process)

    @property
    def exit_code(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.poll()

    def stop(self, within_s: float) -> None:
        """End the group: asked first, made to after `within_s` seconds. Returns when none of it is left."""
        stop_group(self._process.pid, within_s, reap=self._process)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)


def stop_group(pid: int, within_s: float, *, reap: subprocess.Popen[bytes] | None = None) -> None:
    """End the process group that `pid` leads."""
    for number, wait_s in ((signal.SIGTERM, within_s), (signal.SIGKILL, within_s)):
        with suppress(ProcessLookupError):
            os.killpg(pid, number)
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            if reap is not None:
                reap.poll()  # a dead child counts as alive until somebody asks for its exit code
            if not _group_lives(pid):
                return
            time.sleep(_POLL_S)


def is_left_over(mark: ProcessMark) -> bool:
    """Whether that very process still runs, or has ended and left its children behind."""
    if mark.is_alive:
        return True
    try:
        os.kill(mark.pid, 0)
    except ProcessLookupError:
        return _group_lives(mark.pid)  # a number is given to nobody else while a group has it
    except OSError:
        pass
    return False


def _group_lives(pid: int) -> bool:
    """Whether a process of the group still runs. What is dead and only waits to be asked for does not count."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    states = [_state_in_group(status, pid) for status in Path("/proc").glob("[0-9]*/stat")]
    return not any(states) or any(state not in ("", "Z", "X") for state in states)


def _state_in_group(status: Path, group: int) -> str:
    """The state letter of a process if it is in `group`, else an empty string (proc(5))."""
    try:
        state, _, process_group = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
    except (OSError, ValueError):
        return ""
    return state if process_group == str(group) else ""
