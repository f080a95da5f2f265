"""The host of readers: what one file does to it reaches no other, and nothing of it is left behind.

`runpy:run_path` as the reader runs a Python file as if it were a parser gone wrong on it, or one that tells of itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from corpus.reader import DocumentReader
from corpus.readers.host import Limits, ReaderHost
from tests.conftest import ROOT

RUN = "runpy:run_path"
TEXT = "corpus.readers.plain_text:read_text"
PARSERS = ("web_page", "pdf", "word", "slides", "workbook", "epub")
HAS_FORK = hasattr(os, "fork")
needs_fork = pytest.mark.skipif(not HAS_FORK, reason="forks")
needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="looks for processes in /proc")

Run = Callable[..., UnreadableFileError]


@pytest.fixture
def host() -> Iterator[ReaderHost]:
    with ReaderHost() as host:
        yield host


@pytest.fixture(params=[pytest.param(True, marks=needs_fork), False], ids=["forks", "a process a file"])
def forks(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def any_host(forks: bool) -> Iterator[ReaderHost]:
    with ReaderHost(forks=forks) as host:
        yield host


def run(host: ReaderHost, folder: Path, code: str, limits: Limits | None = None, modules: tuple[str, ...] = ()) -> str:
    """The reason for which a file is refused whose parser runs `code`."""
    path = folder / "evil.py"
    path.write_text(code, encoding="utf-8")
    with pytest.raises(UnreadableFileError) as caught:
        host.read(RUN, path, limits=limits or Limits(), modules=modules)
    return caught.value.reason


def told(host: ReaderHost, folder: Path, expression: str, modules: tuple[str, ...] = ()) -> str:
    """What an expression is, where files are read."""
    imports = "import os, sys\nfrom corpus.errors import UnreadableFileError\n"
    code = f"{imports}raise UnreadableFileError('', {expression}, '')"
    return run(host, folder, code, modules=modules)


def is_read(host: ReaderHost, folder: Path) -> bool:
    path = folder / "notes.txt"
    path.write_text("Cash lasts ten months.", encoding="utf-8")
    return host.read(TEXT, path).text == "Cash lasts ten months."


def processes() -> dict[int, int]:
    """Every process that runs, with the one that started it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[int(path.parent.name)] = int(parent)
    return parents


def descendants(pid: int) -> set[int]:
    parents = processes()
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def comes_true(condition: Callable[[], bool], within_s: float) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


@needs_fork
def test_files_are_read_in_forks_of_one_process(host: ReaderHost, tmp_path: Path) -> None:
    hosts = {told(host, tmp_path, "str(os.getppid())") for _ in range(3)}
    assert len(hosts) == 1
    assert len({told(host, tmp_path, "str(os.getpid())") for _ in range(3)}) == 3


def test_without_forks_files_are_read_in_processes_of_their_own(tmp_path: Path) -> None:
    with ReaderHost(forks=False) as host:
        assert len({told(host, tmp_path, "str(os.getpid())") for _ in range(3)}) == 3
        assert told(host, tmp_path, "str(os.getppid())") == str(os.getpid())


LOOP = "while True: pass"
SLEEP = "import time; time.sleep(60)"
EVERY_PIPE = "import os\nfor fd in range(64):\n    try: os.write(fd, {bytes})\n    except OSError: pass\n"
FLOOD = "while True:\n    exec({!r})".format(EVERY_PIPE.format(bytes="b'[' * 65536"))
# An answer, whole, in the frames of the host.
FORGED = EVERY_PIPE.format(bytes="(2).to_bytes(4, 'big') + b'{}' + bytes(4)") + "os._exit(0)"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "corrupt"),
        ("import os; os.abort()", "corrupt"),
        ("import os; os._exit(0)", "corrupt"),
        ("raise SystemExit", "corrupt"),
        ("bytearray(2_000_000_000)", "memory"),
        (LOOP, "timeout"),
        (SLEEP, "timeout"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals and the limit of memory are POSIX")
def test_what_a_file_does_is_its_own_end_alone(any_host: ReaderHost, tmp_path: Path, code: str, reason: str) -> None:
    assert is_read(any_host, tmp_path)
    assert run(any_host, tmp_path, code, Limits(time_s=2.0, memory_bytes=400_000_000)) == reason
    assert is_read(any_host, tmp_path)


@needs_fork
@pytest.mark.parametrize("code", ["import os; os.abort()", "import os; os._exit(0)", "bytearray(2_000_000_000)"])
def test_a_crash_does_not_cost_the_host(host: ReaderHost, tmp_path: Path, code: str) -> None:
    before = told(host, tmp_path, "str(os.getppid())")
    run(host, tmp_path, code, Limits(memory_bytes=400_000_000))
    assert told(host, tmp_path, "str(os.getppid())") == before


@needs_fork
def test_a_flood_ends_and_the_next_file_is_read(host: ReaderHost, tmp_path: Path) -> None:
    assert run(host, tmp_path, FLOOD, Limits(output_bytes=10_000_000)) == "too_large"
    assert is_read(host, tmp_path)


@needs_fork
@pytest.mark.parametrize(
    "answer", ["{}", "[]", "null", "7", '{"document": {}}', '{"reason": "encoding"}', "[" * 50_000]
)
def test_an_answer_that_is_none_means_a_damaged_file(host: ReaderHost, tmp_path: Path, answer: str) -> None:
    code = EVERY_PIPE.format(bytes=repr(answer.encode())) + "os._exit(0)"
    assert run(host, tmp_path, code) == "corrupt"


@needs_fork
def test_a_file_cannot_answer_for_the_next_one(host: ReaderHost, tmp_path: Path) -> None:
    assert is_read(host, tmp_path)
    assert run(host, tmp_path, FORGED) == "corrupt"
    assert is_read(host, tmp_path)
    assert told(host, tmp_path, "repr(os.read(0, 1))") == "b''"


@needs_fork
def test_a_host_that_was_killed_is_started_again(host: ReaderHost, tmp_path: Path) -> None:
    before = told(host, tmp_path, "str(os.getppid())")
    os.kill(int(before), signal.SIGKILL)
    after = told(host, tmp_path, "str(os.getppid())")
    assert after.isdigit()
    assert after != before


@needs_fork
def test_a_file_that_kills_its_host_is_refused_and_the_next_one_read(host: ReaderHost, tmp_path: Path) -> None:
    assert run(host, tmp_path, "import os, signal; os.kill(os.getppid(), signal.SIGKILL)") == "corrupt"
    assert is_read(host, tmp_path)


@needs_fork
def test_what_was_loaded_stays_loaded(host: ReaderHost, tmp_path: Path) -> None:
    assert told(host, tmp_path, "str('openpyxl' in sys.modules)") == "False"
    modules = tuple(f"corpus.readers.{name}" for name in PARSERS)
    assert told(host, tmp_path, "str('openpyxl' in sys.modules)", modules) == "True"
    assert told(host, tmp_path, "str('openpyxl' in sys.modules)") == "True"


@needs_fork
def test_a_module_that_cannot_be_loaded_beforehand_harms_nobody(host: ReaderHost, tmp_path: Path) -> None:
    before = told(host, tmp_path, "str(os.getppid())")
    assert told(host, tmp_path, "str(os.getppid())", ("corpus.readers.no_such",)) == before


@needs_proc
def test_nothing_is_left_when_it_is_closed(any_host: ReaderHost, tmp_path: Path) -> None:
    before = descendants(os.getpid())
    assert is_read(any_host, tmp_path)
    any_host.close()
    assert descendants(os.getpid()) == before
    with pytest.raises(RuntimeError, match="closed"):
        is_read(any_host, tmp_path)


@needs_proc
def test_closing_ends_what_is_being_read(any_host: ReaderHost, tmp_path: Path, *, forks: bool) -> None:
    before = descendants(os.getpid())
    path = tmp_path / "evil.py"
    path.write_text(SLEEP, encoding="utf-8")
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(any_host.read, RUN, path)
        assert comes_true(lambda: len(descendants(os.getpid()) - before) == 1 + forks, 10)
        began = time.monotonic()
        any_host.close()
        assert isinstance(reading.exception(10), RuntimeError)
        assert time.monotonic() - began < 5
    assert descendants(os.getpid()) == before


ADDING = """
import signal, sys, time
from pathlib import Path
from corpus.readers.host import ReaderHost
signal.signal(signal.SIGINT, signal.default_int_handler)
with ReaderHost() as host:
    for path in sys.argv[1:]:
        host.read("runpy:run_path" if path.endswith(".py") else "corpus.readers.plain_text:read_text", Path(path))
        print("read", flush=True)
    time.sleep(60)
"""


@needs_fork
@needs_proc
@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT", "SIGTERM"])
@pytest.mark.parametrize("code", ["", LOOP, SLEEP], ids=["idle", "in a loop", "asleep"])
def test_nothing_outlives_the_program_that_asked(tmp_path: Path, name: str, code: str) -> None:
    paths = [tmp_path / "notes.txt", tmp_path / "evil.py"][: 2 if code else 1]
    for path, content in zip(paths, ("Cash lasts ten months.", code), strict=False):
        path.write_text(content, encoding="utf-8")
    adding = subprocess.Popen(
        [sys.executable, "-c", ADDING, *map(str, paths)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with adding:
        assert adding.stdout is not None
        assert adding.stdout.readline() == b"read\n"
        assert comes_true(lambda: len(descendants(adding.pid)) == len(paths), 10)  # the host, and a fork that is busy
        started = descendants(adding.pid)
        adding.send_signal(getattr(signal, name))
        adding.wait(10)
    assert comes_true(lambda: not started & processes().keys(), 2)


def test_threads_that_ask_one_reader_are_answered_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(40)]
    for number, path in enumerate(paths):
        path.write_text(f"Cash lasts {number} months.", encoding="utf-8")
    with DocumentReader() as reader, ThreadPoolExecutor(4) as pool:
        documents = list(pool.map(reader.read, paths))
    assert [document.text for document in documents] == [f"Cash lasts {number} months." for number in range(40)]
    with pytest.raises(RuntimeError):
        reader.read(paths[0])
