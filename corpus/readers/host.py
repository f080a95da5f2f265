"""Many files, one process that reads them: no file can crash, hang or fill the program that asked for it.

    with ReaderHost() as host:
        host.read("corpus.readers.pdf:read_pdf", path)

A host is `python -m corpus.readers.child`, started when it is first asked. It forks for each file, and the fork runs
the reader: this process never loads a parser. What is held, and what is not, is said there.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from corpus.document import Document, document_from_record
from corpus.errors import UnreadableFileError
from corpus.readers.child import LENGTH_BYTES, Request
from corpus.readers.visible import printable

_log = logging.getLogger(__name__)

_ROOT = str(Path(__file__).resolve().parent.parent.parent)
# What an interpreter and its shared libraries may need to start; nothing that could hold a key.
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "TEMP", "TMP", "TMPDIR")
# openpyxl loads NumPy, whose threads would take room and be missing in a fork.
_SET_VARIABLES = {"PYTHONPATH": _ROOT, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
_HAS_FORK = hasattr(os, "fork")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: seconds on the clock, bytes of address space, bytes of JSON."""

    time_s: float = 30.0
    memory_bytes: int = 1_500_000_000
    output_bytes: int = 64 * 2**20


DEFAULT_LIMITS = Limits()


class ReaderHost:
    """The process and its lifetime. Threads that ask at once wait for each other; any may close it."""

    def __init__(self, *, forks: bool = _HAS_FORK) -> None:
        """Without forks each file has a process of its own, which is what there is on Windows."""
        self._forks = forks
        self._asking = threading.Lock()
        # Whoever kills or waits holds it: once waited for, the number may be another process's.
        self._ending = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, and what it is reading; nothing can be asked any more."""
        self._is_closed = True
        self._kill()
        with self._asking:
            self._end()

    def read(
        self, reader: str, path: Path, *, limits: Limits = DEFAULT_LIMITS, modules: Sequence[str] = ()
    ) -> Document:
        """Read `path` with the function that `reader` names (`module:function`, from a Path to a Document).

        :param modules: what the reader is likely to need for this file; they stay loaded for the next.
        :raises UnreadableFileError: what the reader raised, or what its end says: timeout, memory, too_large, corrupt.
        """
        loaded = (reader.partition(":")[0], *modules)
        request = Request(reader, str(path), loaded, limits.memory_bytes, limits.time_s, self._forks)
        with self._asking:
            # One that has ended without an answer is started again; the second time the file is to blame.
            output = self._ask(request, limits)
            if output is None:
                output = self._ask(request, limits)
        if output is not None and len(output) > limits.output_bytes:
            limit = f"{limits.output_bytes / 2**20:g} MiB"
            raise _refusal(path, "too_large", f"holds more than {limit} of text; split it and add the parts")
        return _document(output or b"", path)

    def _ask(self, request: Request, limits: Limits) -> bytes | None:
        """What is answered, and a byte more than the limit where it is more; None where the process has ended.

        :raises UnreadableFileError: timeout.
        """
        process = self._running()
        assert process.stdin is not None  # for the type checker: both are pipes
        assert process.stdout is not None
        is_late = threading.Event()

        def stop() -> None:
            is_late.set()
            self._kill()

        timer = threading.Timer(limits.time_s, stop)
        timer.start()
        output = None
        try:
            with contextlib.suppress(OSError):  # it has ended, as is seen below
                process.stdin.write(json.dumps(asdict(request)).encode() + b"\n")
                process.stdin.flush()
            output = _receive(process.stdout, limits.output_bytes)
        finally:
            timer.cancel()
            timer.join()
            is_whole = output is not None and len(output) <= limits.output_bytes
            if is_late.is_set() or not is_whole or not self._forks:
                self._end()
        if is_late.is_set():
            advice = f"takes longer than {limits.time_s:g} s to read; split it and add the parts"
            raise _refusal(Path(request.path), "timeout", advice)
        return output

    def _running(self) -> subprocess.Popen[bytes]:
        with self._ending:
            if self._is_closed:
                raise RuntimeError("the host was closed")
            if self._process is None:
                self._process = _start()
            return self._process

    def _kill(self) -> None:
        """End the process and its fork, which it does not outlive."""
        with self._ending:
            process = self._process
            if process is None or process.returncode is not None:
                return
            if sys.platform == "win32":
                process.kill()
                return
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: of a group that has ended
                os.killpg(process.pid, signal.SIGKILL)

    def _end(self) -> None:
        self._kill()
        with self._ending:
            if self._process is not None:
                self._process.communicate()
                self._process = None


def _start() -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return subprocess.Popen(
        # -P: a file named like a module, in the folder the user happens to be in, must not be imported.
        [sys.executable, "-P", "-B", "-m", "corpus.readers.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept | _SET_VARIABLES,
        start_new_session=True,
    )


def _receive(answers: IO[bytes], limit: int) -> bytes | None:
    """The frames of an answer, no more than a byte above `limit`; None where they break off."""
    received = bytearray()
    while len(received) <= limit:
        head = answers.read(LENGTH_BYTES)
        if len(head) < LENGTH_BYTES:
            return None
        length = int.from_bytes(head, "big")
        if not length:
            break
        wanted = min(length, limit + 1 - len(received))
        part = answers.read(wanted)
        if len(part) < wanted:
            return None
        received += part
    return bytes(received)


def _document(output: bytes, path: Path) -> Document:
    """The document that was answered; the warnings that came with it are logged."""
    try:
        answer = json.loads(output)
        if "reason" in answer:
            _log.debug("%s: %s", path, answer["detail"])
            raise _refusal(path, answer["reason"], answer["advice"])
        document = document_from_record(answer["document"])
        warnings = [printable(line) for line in answer["warnings"]]
    except (ValueError, TypeError, KeyError, RecursionError):  # it came to no end of its own
        raise _refusal(path, "corrupt", "is damaged and stopped its reader; save it again and add that file") from None
    for warning in warnings:
        _log.warning("%s: %s", printable(str(path)), warning)
    return document


def _refusal(path: Path, reason: str, advice: str) -> UnreadableFileError:
    return UnreadableFileError(printable(str(path)), reason, " ".join(advice.split()))
