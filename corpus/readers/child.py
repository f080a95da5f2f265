"""One reader, one file, one child process: no file can crash, hang or fill the program that asked for it.

`read_in_child("corpus.readers.pdf:read_pdf", path)` runs `python -m corpus.readers.child`, which calls the function and
writes the Document as JSON. The reader's module is imported in the child alone: the parent never loads its parser.

Held on every platform: 30 seconds, 64 MiB of output, no network and no other program for Python code, an environment
without secrets. Held where the platform has resource limits (Linux; elsewhere as far as it honours them): 1.5 GB of
memory, no file written. Not covered: a parser's native code that opens a connection by itself, or that is taken over
by a file made for it and reads other files of the same user; for that, run the whole program in a container.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.document import Document, document_from_record
from corpus.errors import UnreadableFileError
from corpus.readers.visible import printable

if sys.platform != "win32":
    import resource

_log = logging.getLogger(__name__)

_ROOT = str(Path(__file__).resolve().parent.parent)
# What an interpreter and its shared libraries may need to start; nothing that could hold a key.
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "TEMP", "TMP", "TMPDIR")
_FORBIDDEN_EVENTS = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.startfile")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: seconds on the clock, bytes of address space, bytes of JSON."""

    time_s: float = 30.0
    memory_bytes: int = 1_500_000_000
    output_bytes: int = 64 * 2**20


DEFAULT_LIMITS = Limits()


def read_in_child(reader: str, path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read `path` with the function that `reader` names (`module:function`, from a Path to a Document).

    :raises UnreadableFileError: what the reader raised, or what its end says: timeout, memory, too_large or corrupt.
    """
    answer = _answer(_run(reader, path, limits), path, limits)
    if "reason" in answer:
        _log.debug("%s: %s", path, answer["detail"])
        raise _refusal(path, answer["reason"], answer["advice"])
    for warning in answer["warnings"]:
        _log.warning("%s: %s", printable(str(path)), printable(warning))
    return document_from_record(answer["document"])


def main(arguments: list[str]) -> None:
    """Be the child: read the file under the limits and write the answer to standard output."""
    reader, path, memory_bytes, time_s = arguments
    answer = os.dup(1)
    os.dup2(2, 1)  # whatever native code prints must not end up within the answer
    _limit_resources(int(memory_bytes), float(time_s))
    if sys.platform == "win32":
        _write_all(answer, _output(reader, Path(path), int(memory_bytes)))
        return
    # A fork, because only its peak of memory is its own: a started program has the peak of whoever started it.
    if (pid := os.fork()) == 0:
        _write_all(answer, _output(reader, Path(path), int(memory_bytes)))
        os._exit(0)
    _, status, usage = os.wait4(pid, 0)
    # A parser that is refused memory mostly aborts. Then its peak is near the limit, otherwise far from it.
    peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    if status and peak_bytes > int(memory_bytes) // 2:
        _write_all(answer, _encode(_failure("memory", _too_hungry(int(memory_bytes)))))


def _run(reader: str, path: Path, limits: Limits) -> bytes:
    """What the child writes, and one byte more than the limit where it writes more."""
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    environment |= {"PYTHONPATH": _ROOT, "PYTHONUTF8": "1"}
    # -P: a file named like a module, in the folder the user happens to be in, must not be imported.
    process = subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-B",
            "-m",
            "corpus.readers.child",
            reader,
            str(path),
            str(limits.memory_bytes),
            str(limits.time_s),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        _kill(process)

    timer = threading.Timer(limits.time_s, stop)
    timer.start()
    try:
        output = process.stdout.read(limits.output_bytes + 1) if process.stdout else b""
    finally:
        timer.cancel()
        timer.join()  # behind this line nobody else kills, so the number cannot yet be another process's
        _kill(process)
        process.communicate()
    if is_late.is_set():
        raise _refusal(path, "timeout", f"takes longer than {limits.time_s:g} s to read; split it and add the parts")
    return output


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the child and its fork. It must not have been waited for."""
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group that has ended
        os.killpg(process.pid, signal.SIGKILL)


def _answer(output: bytes, path: Path, limits: Limits) -> dict[str, Any]:
    if len(output) > limits.output_bytes:
        limit = limits.output_bytes / 2**20
        raise _refusal(path, "too_large", f"holds more than {limit:g} MiB of text; split it and add the parts")
    try:
        return dict(json.loads(output))
    except (ValueError, TypeError, RecursionError):  # it came to no end of its own
        raise _refusal(path, "corrupt", "is damaged and stopped its reader; save it again and add that file") from None


def _refusal(path: Path, reason: str, advice: str) -> UnreadableFileError:
    return UnreadableFileError(printable(str(path)), reason, " ".join(advice.split()))


def _too_hungry(limit: int) -> str:
    return f"needs more than {limit / 1e9:g} GB of memory to read; split it and add the parts"


def _output(reader: str, path: Path, memory_bytes: int) -> bytes:
    sys.addaudithook(_refuse_side_effects)
    gc.disable()  # of the millions of objects a parser makes, nearly all live until the end
    try:
        return _encode(_read(reader, path))
    except MemoryError:
        return _encode(_failure("memory", _too_hungry(memory_bytes)))


def _write_all(descriptor: int, output: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(output)


def _read(reader: str, path: Path) -> dict[str, Any]:
    warnings = _Warnings()
    logging.getLogger("corpus").addHandler(warnings)
    module, _, function = reader.partition(":")
    try:
        # Late: the limits hold while the parser is loaded, and only in this process.
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


def _failure(reason: str, advice: str, error: Exception | None = None) -> dict[str, Any]:
    return {"reason": reason, "advice": advice, "detail": repr(error)[:1000]}


def _encode(answer: dict[str, Any]) -> bytes:
    # One character for one: half a surrogate pair cannot be written, and offsets must stay.
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")


class _Warnings(logging.Handler):
    """Keeps what readers log, for the parent to log again."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


def _limit_resources(memory_bytes: int, time_s: float) -> None:
    if sys.platform == "win32":
        return
    seconds = int(time_s) + 1  # of processor time, for the case that the parent is gone
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
    main(sys.argv[1:])
