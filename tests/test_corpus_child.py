"""What a file can do to the process that reads it, and what reaches the one that asked.

`runpy:run_path` as the reader runs a Python file as if it were a parser gone wrong on it.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from corpus.readers.host import Limits
from corpus.readers.plain_text import read_text
from tests.hosts import read_in_host

RUN = "runpy:run_path"
TEXT = "corpus.readers.plain_text:read_text"
is_posix = pytest.mark.skipif(sys.platform == "win32", reason="resource limits and signals are POSIX")


def misbehave(tmp_path: Path, code: str, limits: Limits | None = None) -> UnreadableFileError:
    path = tmp_path / "evil.py"
    path.write_text(code, encoding="utf-8")
    with pytest.raises(UnreadableFileError) as caught:
        read_in_host(RUN, path, limits=limits or Limits())
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_document_comes_back_as_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "成本 cost.md"
    path.write_text('# 成本\n\n## 训练\n\n六百万元 🙂 \\u0041 "quoted"\n\n## 推理\n\n每月八万\n', encoding="utf-8")
    assert read_in_host(TEXT, path) == read_text(path)


def test_a_relative_path_is_found_and_named_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("Cash lasts ten months.", encoding="utf-8")
    assert read_in_host(TEXT, Path("notes.txt")) == read_text(Path("notes.txt"))
    Path("empty.txt").touch()
    with pytest.raises(UnreadableFileError, match=r"^empty\.txt: holds no text"):
        read_in_host(TEXT, Path("empty.txt"))


def test_what_the_reader_says_is_what_the_caller_gets(tmp_path: Path) -> None:
    path = tmp_path / "program.txt"
    path.write_bytes(b"\x7fELF\x01\x01\x01" + bytes(range(256)) * 20)
    with pytest.raises(UnreadableFileError) as here:
        read_text(path)
    with pytest.raises(UnreadableFileError) as there:
        read_in_host(TEXT, path)
    assert (there.value.reason, str(there.value)) == (here.value.reason, str(here.value))
    assert there.value.reason == "encoding"


def test_an_error_of_a_parser_means_a_damaged_file(tmp_path: Path) -> None:
    error = misbehave(tmp_path, "raise ZeroDivisionError('line one\\nline two')")
    assert error.reason == "corrupt"
    assert "is damaged (ZeroDivisionError)" in str(error)


def test_a_parser_that_recurses_without_end_means_a_damaged_file(tmp_path: Path) -> None:
    assert misbehave(tmp_path, "def f(): f()\nf()").reason == "corrupt"


@pytest.mark.parametrize("code", ["import os; os._exit(0)", "import sys; sys.exit(3)", "raise KeyboardInterrupt"])
def test_a_child_that_leaves_without_an_answer_means_a_damaged_file(tmp_path: Path, code: str) -> None:
    assert misbehave(tmp_path, code).reason == "corrupt"


@is_posix
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGKILL"])
def test_a_crash_ends_the_child_only(tmp_path: Path, name: str) -> None:
    error = misbehave(tmp_path, f"import os, signal; os.kill(os.getpid(), signal.{name})")
    assert error.reason == "corrupt"
    assert "save it again" in str(error)


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(60)"])
def test_a_loop_ends_when_its_time_is_over(tmp_path: Path, code: str) -> None:
    began = time.monotonic()
    error = misbehave(tmp_path, code, Limits(time_s=1.0))
    assert error.reason == "timeout"
    assert "1 s" in str(error)
    assert time.monotonic() - began < 10


@is_posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not hold a process to its address space")
@pytest.mark.parametrize(
    "code",
    [
        "bytearray(2_000_000_000)",
        "kept = []\nwhile True: kept.append(bytes(10_000_000))",
        # What a native parser does: it fills its memory, then aborts instead of raising.
        "import os\nkept = []\ntry:\n    while True: kept.append(bytearray(b'x' * 4_000_000))\n"
        "except MemoryError:\n    os.abort()",
    ],
)
def test_a_file_that_needs_too_much_memory_is_refused(tmp_path: Path, code: str) -> None:
    error = misbehave(tmp_path, code, Limits(memory_bytes=400_000_000))
    assert error.reason == "memory"
    assert "0.4 GB" in str(error)


@is_posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not hold a process to its address space")
def test_a_large_parent_is_not_taken_for_a_large_child(tmp_path: Path) -> None:
    large = bytearray(b"x" * 300_000_000)
    limits = Limits(memory_bytes=400_000_000)
    assert misbehave(tmp_path, "import os; os.abort()", limits).reason == "corrupt"
    code = "import os\nkept = []\ntry:\n    while True: kept.append(bytearray(b'x' * 4_000_000))\n"
    assert misbehave(tmp_path, code + "except MemoryError:\n    os.abort()", limits).reason == "memory"
    assert len(large) == 300_000_000


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks for processes in /proc")
def test_no_process_outlives_its_time(tmp_path: Path) -> None:
    misbehave(tmp_path, "while True: pass", Limits(time_s=1.0))
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [line for line in lines if str(tmp_path).encode() in line]


def test_a_document_larger_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("Runway. " * 1000, encoding="utf-8")
    assert read_in_host(TEXT, path, limits=Limits(output_bytes=20_000)).text
    with pytest.raises(UnreadableFileError, match="holds more than") as caught:
        read_in_host(TEXT, path, limits=Limits(output_bytes=5_000))
    assert caught.value.reason == "too_large"


@is_posix
def test_a_child_that_writes_without_end_is_stopped(tmp_path: Path) -> None:
    code = (
        "import os, stat\n"
        "pipe = next(fd for fd in range(3, 50) if os.path.exists(f'/dev/fd/{fd}') "
        "and stat.S_ISFIFO(os.fstat(fd).st_mode))\n"
        "while True: os.write(pipe, b'[' * 65536)"
    )
    assert misbehave(tmp_path, code, Limits(output_bytes=10_000_000, time_s=20.0)).reason == "too_large"


@is_posix
def test_an_answer_that_nests_without_end_means_a_damaged_file(tmp_path: Path) -> None:
    code = (
        "import os, stat\n"
        "pipe = next(fd for fd in range(3, 50) if os.path.exists(f'/dev/fd/{fd}') "
        "and stat.S_ISFIFO(os.fstat(fd).st_mode))\n"
        "os.write(pipe, b'[' * 50_000); os._exit(0)"
    )
    assert misbehave(tmp_path, code).reason == "corrupt"


def test_what_a_parser_prints_does_not_end_up_in_the_answer(tmp_path: Path) -> None:
    error = misbehave(tmp_path, "import os\nprint('noise')\nos.write(1, b'noise')\nraise ZeroDivisionError")
    assert "ZeroDivisionError" in str(error)


def test_a_reader_has_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        error = misbehave(tmp_path, f"import socket; socket.create_connection(('127.0.0.1', {port}))")
        assert "PermissionError" in str(error)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass'])",
        "import os; os.system('true')",
        "import os; os.execv('/bin/true', ['true'])",
    ],
)
def test_a_reader_asks_no_name_and_starts_no_program(tmp_path: Path, code: str) -> None:
    assert "PermissionError" in str(misbehave(tmp_path, code)) or "URLError" in str(misbehave(tmp_path, code))


@is_posix
def test_a_reader_writes_no_file(tmp_path: Path) -> None:
    target = tmp_path / "planted.txt"
    error = misbehave(tmp_path, f"open({str(target)!r}, 'w').write('x' * 10)")
    assert error.reason == "corrupt"
    assert not target.exists() or target.stat().st_size == 0


def test_a_reader_sees_no_secret_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    code = "import os\nraise KeyError if any('secret' in value for value in os.environ.values()) else ZeroDivisionError"
    assert "ZeroDivisionError" in str(misbehave(tmp_path, code))


def test_modules_in_the_working_folder_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "corpus", "logging", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('planted')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "notes.txt").write_text("Cash lasts ten months.", encoding="utf-8")
    assert read_in_host(TEXT, tmp_path / "notes.txt").text == "Cash lasts ten months."


def test_a_missing_library_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Cash lasts ten months.", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="install the assistant again") as caught:
        read_in_host("corpus.no_such_reader:read", path)
    assert caught.value.reason == "unsupported"
    assert misbehave(tmp_path, "raise ImportError('no\\nlibpdf')").reason == "unsupported"


@is_posix
def test_a_name_with_control_characters_stays_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a\nb\x1b[31m.txt"
    path.touch()
    with pytest.raises(UnreadableFileError) as caught:
        read_in_host(TEXT, path)
    assert "a?b?[31m.txt: holds no text" in str(caught.value)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")
def test_nothing_is_left_behind_by_many_children(tmp_path: Path) -> None:
    misbehave(tmp_path, "while True: pass", Limits(time_s=0.3))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        misbehave(tmp_path, "import os; os._exit(1)")
    assert len(os.listdir("/proc/self/fd")) == before
