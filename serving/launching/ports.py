"""Whether a loopback port is free, and who has it where it is not."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

from serving.errors import LaunchError

_LISTENS = "0A"


def check_free(host: str, port: int) -> None:
    """Refuse a busy port before anything is loaded. Nothing is done to whoever has it.

    :raises LaunchError: naming the port, the process that has it where the system tells, and a way on.
    """
    if not 1024 <= port <= 65535:
        raise LaunchError(f"{port} is not a port that can be served on; choose one from 1024 to 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise LaunchError(
                f"port {port} is in use{_by_whom(port)} and was left alone ({error.strerror}); stop that program, or "
                f"choose another port: --port {port + 1 if port < 65535 else 8000}"
            ) from error


def _by_whom(port: int) -> str:
    pid = _listener(port)
    if pid is None:
        return ""
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return f" by process {pid}"
    return f" by process {pid} ({name})"


def _listener(port: int) -> int | None:
    """The process that listens on `port` (proc(5): net/tcp), if this user may see it."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError, IndexError, ValueError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    sockets.add(f"socket:[{fields[9]}]")
    for descriptor in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        with suppress(OSError):
            if os.readlink(descriptor) in sockets:
                return int(descriptor.parts[2])
    return None
