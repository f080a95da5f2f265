"""The process that reads files: started and asked by `corpus.readers.host`, one request after another.

A request is a line of JSON on standard input. For each the process forks, and the fork alone touches the file. The
answer, the Document as JSON, comes in frames on standard output: four bytes that say how long, so many bytes, and a
frame of no length at its end. What may be loaded before a file is looked at is loaded before the fork: the next fork
has it already. Where there is no fork (Windows) the process reads one file itself, and ends.

Held on every platform, with what the host does: the limits of time and output, no network and no other program for
Python code, an environment without secrets. Held where the platform has resource limits (Linux; elsewhere as far as it
honours them): the limit of memory, no file written. Not covered: a parser's native code that opens a connection by
itself, or that is taken over by a file made for it and reads other files of the same user; for that, run the whole
program in a container.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import logging
import os
import select
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from corpus.errors import UnreadableFileError

if sys.platform != "win32":
    import resource

LENGTH_BYTES = 4  # of a frame, before it

_FRAME = 64 * 1024  # bytes
_FORBIDDEN_EVENTS = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.startfile")


@dataclass(frozen=True, slots=True)
class Request:
    """A file, the function that reads it, the modules it is likely to need, and what it may cost."""

    reader: str
    path: str
    modules: tuple[str, ...]
    memory_bytes: int
    time_s: float
    in_fork: bool


def main() -> None:
    """Answer requests until whoever asks has gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever native code prints must not end up within an answer
    for line in sys.stdin.buffer:
        request = Request(**json.loads(line))
        if sys.platform == "win32" or not request.in_fork:
            _send(answers, _output(request))
            _send(answers, b"")
            return
        _answer_from_fork(request, answers)


def _answer_from_fork(request: Request, answers: BinaryIO) -> None:
    for module in request.modules:
        with contextlib.suppress(Exception):  # the fork tries again, and says what is wrong
            importlib.import_module(module)
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        _be_the_fork(request, writing, (reading, answers.fileno()))
    os.close(writing)
    try:
        _relay(reading, answers)
    except BrokenPipeError:  # whoever asked has gone
        os.kill(pid, signal.SIGKILL)
        raise SystemExit(1) from None
    finally:
        os.close(reading)
    _, status, usage = os.wait4(pid, 0)
    # A parser that is refused memory mostly aborts. Then its peak is near the limit, otherwise far from it.
    peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    if status and peak_bytes > request.memory_bytes // 2:
        _send(answers, _encode(_too_hungry(request)))
    _send(answers, b"")


def _be_the_fork(request: Request, writing: int, of_the_host: tuple[int, ...]) -> NoReturn:
    """Read the file and end, whatever happens. What belongs to the host is closed: no file answers for another."""
    status = 1
    try:
        os.dup2(2, 0)
        for descriptor in of_the_host:
            os.close(descriptor)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(_output(request))
        status = 0
    finally:
        os._exit(status)


def _relay(reading: int, answers: BinaryIO) -> None:
    """Pass on what the fork writes until it stops.

    :raises BrokenPipeError: when nobody is there to read it. A second request never comes before the answer, so what
        there is to be read from standard input is its end.
    """
    while True:
        ready, _, _ = select.select([reading, 0], [], [])
        if 0 in ready:
            raise BrokenPipeError
        part = os.read(reading, _FRAME)
        if not part:
            return
        _send(answers, part)


def _send(answers: BinaryIO, part: bytes) -> None:
    answers.write(len(part).to_bytes(LENGTH_BYTES, "big") + part)
    answers.flush()


def _output(request: Request) -> bytes:
    _limit_resources(request.memory_bytes, request.time_s)
    sys.addaudithook(_refuse_side_effects)
    gc.disable()  # of the millions of objects a parser makes, nearly all live until the end
    try:
        return _encode(_read(request.reader, Path(request.path)))
    except MemoryError:
        return _encode(_too_hungry(request))


def _read(reader: str, path: Path) -> dict[str, Any]:
    warnings = _Warnings()
    logging.getLogger("corpus").addHandler(warnings)
    module, _, function = reader.partition(":")
    try:
        document = getattr(importlib.import_module(module), function)(path)
        fields = asdict(document)
        for always_empty in ("topics", "sources"):  # in a user's document; as JSON they would come back as lists
            fields.pop(always_empty)
        for section in fields["sections"]:
            section.pop("source_keys")
        return {"document": fields, "warnings": warnings.lines}
    except UnreadableFileError as error:
        return _failure(error.reason, str(error).removeprefix(f"{path}: "))
    except ImportError as error:
        return _failure("unsupported", f"cannot be read here ({error}); install the assistant again", error)
    except MemoryError:
        raise
    except Exception as error:  # a parser may raise anything at all on a damaged file
        return _failure("corrupt", f"is damaged ({type(error).__name__}); save it again and add the new file", error)


def _too_hungry(request: Request) -> dict[str, Any]:
    limit = f"{request.memory_bytes / 1e9:g} GB"
    return _failure("memory", f"needs more than {limit} of memory to read; split it and add the parts")


def _failure(reason: str, advice: str, error: Exception | None = None) -> dict[str, Any]:
    return {"reason": reason, "advice": advice, "detail": repr(error)[:1000]}


def _encode(answer: dict[str, Any]) -> bytes:
    # One character for one: half a surrogate pair cannot be written, and offsets must stay.
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")


class _Warnings(logging.Handler):
    """Keeps what readers log, for the host to log again."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


def _limit_resources(memory_bytes: int, time_s: float) -> None:
    if sys.platform == "win32":
        return
    seconds = int(time_s) + 1  # of processor time, for the case that the host is gone
    limits = {"RLIMIT_AS": memory_bytes, "RLIMIT_CPU": seconds, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
    for name, limit in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (limit, limit))
        except (AttributeError, ValueError, OSError):  # not on this platform, or the user's own limit is lower
            continue


def _refuse_side_effects(event: str, _: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN_EVENTS):
        raise PermissionError(f"{event}: reading a file needs no network and no other program")


if __name__ == "__main__":
    main()
