"""Keeps the server of `assistant serve` up until a signal, and says what happens to it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from assistant.interfaces.serve_words import event_line, word
from assistant.interfaces.terminal import Terminal
from corpus.document import Language
from serving.launching.ports import check_free
from serving.launching.running import KEY, make_key
from serving.launching.server_log import ServerLog
from serving.launching.supervisor import Event, HomeLock, Patience, Service, Supervisor
from serving.launching.vllm_command import HOST, Launch, environment

EXIT_STOPPED = 130
# A step over long prompts takes a processor minutes, in which no token is written.
_SILENT_ON_CPU_S = 300.0


def keep_up(
    launch: Launch, words: list[str], ready_s: float, home: Path, terminal: Terminal, language: Language
) -> int:
    """Start, wait for a token, watch, restart; returns the exit code when told to stop.

    :raises LaunchError: when it cannot be started or kept up.
    """
    patience = Patience(ready=ready_s, silent=Patience().silent if launch.memory_share else _SILENT_ON_CPU_S)
    log_path = home / "logs" / "server.log"

    def tell(event: Event) -> None:
        terminal.notice(event_line(event, language))
        if event.kind == "ready":
            terminal.notice(word("reach", language, url=launch.base_url, key=home / KEY, log=log_path))

    lock = HomeLock(home)
    lock.take(tell=tell, stop_s=patience.stop)
    log = ServerLog(log_path)
    try:
        check_free(HOST, launch.port)
        key = make_key(home)
        outer, dropped = environment(launch, os.environ, key=key)
        if dropped:
            terminal.notice(word("dropped", language, names=", ".join(dropped)))
        service = Service(words, outer, launch.base_url, launch.name, key, launch.context)
        return _until_stopped(Supervisor(service, home, log, patience=patience, tell=tell))
    finally:
        log.close()
        lock.release()


def _until_stopped(supervisor: Supervisor) -> int:
    """Run; SIGTERM and a closed terminal end it with 0, Ctrl-C with 130."""
    code = 0

    def stop(number: int, frame: object) -> None:
        nonlocal code
        code = EXIT_STOPPED if number == signal.SIGINT else 0
        supervisor.stop()

    heeded = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # What was told to be ignored stays so: `nohup` outlives its terminal.
    before = {n: signal.signal(n, stop) for n in heeded if signal.getsignal(n) is not signal.SIG_IGN}
    try:
        supervisor.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code
