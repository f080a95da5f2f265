"""A server is kept up, given up on, and stopped with all that it started, whatever it does; a stand-in does it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serving.errors import LaunchError
from serving.launching.ports import check_free
from serving.launching.running import KEY, STATE, ProcessMark, find_running, make_key, read_state
from serving.launching.server_log import ServerLog
from serving.launching.supervisor import Event, HomeLock, Patience, Service, Supervisor

FAKE = Path(__file__).parent / "fake_vllm.py"
QUICK = Patience(
    ready=20, check_every=0.1, silent=0.5, restarts=2, first_wait=0.05, longest_wait=0.1, calm=60, stop=1.5
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


class Kept:
    """A supervisor in a thread, with what it told and the diary of what it started."""

    def __init__(self, folder: Path, modes: str, patience: Patience = QUICK) -> None:
        self.home, self.diary = folder / "home", folder / "diary"
        self.diary.mkdir()
        self.port = free_port()
        self.events: list[Event] = []
        self.error: LaunchError | None = None
        key = make_key(self.home)
        environment = {**os.environ, "FAKE_VLLM": modes, "FAKE_VLLM_DIARY": str(self.diary), "VLLM_API_KEY": key}
        words = [sys.executable, str(FAKE), "--host", "127.0.0.1", "--port", str(self.port)]
        service = Service(words, environment, f"http://127.0.0.1:{self.port}/v1", "fake", key)
        self.log = ServerLog(self.home / "logs" / "server.log")
        self.supervisor = Supervisor(service, self.home, self.log, patience=patience, tell=self.events.append)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.supervisor.run()
        except LaunchError as error:
            self.error = error

    def kinds(self) -> list[str]:
        """What was told, in order."""
        return [event.kind for event in self.events]

    def starts(self) -> list[dict[str, Any]]:
        """The diary, in order."""
        return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(self.diary.glob("*.json"))]

    def finish(self) -> None:
        """Wait for the end; nothing may be left of it."""
        self.thread.join(20)
        assert not self.thread.is_alive()
        self.log.close()
        assert not [pid for start in self.starts() for pid in (start["pid"], start["child"]) if is_running(pid)]
        assert not (self.home / STATE).exists()
        check_free("127.0.0.1", self.port)

    def stop(self) -> None:
        """Stop it; nothing may be left of it."""
        self.supervisor.stop()
        self.finish()


def test_a_server_is_ready_with_its_first_token_and_found_by_others_until_it_is_stopped(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "ok")
    wait_for(lambda: "ready" in kept.kinds())
    found = find_running(kept.home)
    assert found is not None
    assert found.base_url == f"http://127.0.0.1:{kept.port}/v1"
    assert found.key == kept.starts()[0]["environment"]["VLLM_API_KEY"]
    for name in (STATE, KEY):
        assert stat.S_IMODE((kept.home / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.log.path.stat().st_mode) == 0o600
    assert found.key not in (kept.home / STATE).read_text(encoding="utf-8")
    kept.stop()
    assert kept.error is None
    assert "loading weights" in kept.log.path.read_text(encoding="utf-8")


def test_what_dies_at_its_start_gets_one_more_chance_and_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "dies")
    kept.finish()
    assert len(kept.starts()) == 2
    assert "the weights are not what the configuration says" in str(kept.error)
    assert str(kept.log.path) in str(kept.error)


def test_what_dies_later_is_started_again_and_given_up_after_so_many_times(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "ok:0.5")
    kept.finish()
    assert kept.kinds().count("ready") == QUICK.restarts + 1
    assert "3 times" in str(kept.error)
    waits = [event.seconds for event in kept.events if event.kind == "failed"]
    assert waits == [0.05, 0.1]


def test_what_died_once_serves_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "ok:0.5,ok")
    wait_for(lambda: kept.kinds().count("ready") == 2)
    assert find_running(kept.home) is not None
    kept.stop()
    assert kept.error is None


@pytest.mark.parametrize("mode", ["never", "mute"])
def test_what_lists_a_model_and_never_writes_is_not_ready(tmp_path: Path, mode: str) -> None:
    kept = Kept(tmp_path, mode, Patience(ready=1.2, stop=1.5))
    kept.finish()
    assert "ready" not in kept.kinds()
    assert "no token came within 1 s" in str(kept.error)


def test_what_stops_writing_is_started_anew(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "silent:0.5,ok")
    wait_for(lambda: kept.kinds().count("ready") == 2)
    assert "has written no token" in next(event.detail for event in kept.events if event.kind == "failed")
    kept.stop()


def test_what_does_not_heed_a_stop_is_ended(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "stubborn")
    wait_for(lambda: "ready" in kept.kinds())
    kept.stop()


def test_a_busy_port_is_named_with_its_owner_who_is_left_alone(tmp_path: Path) -> None:
    port = free_port()
    stranger = subprocess.Popen([sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"])
    try:
        wait_for(lambda: _is_busy(port))
        with pytest.raises(LaunchError, match=rf"port {port} is in use by process {stranger.pid} .*--port {port + 1}"):
            check_free("127.0.0.1", port)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def _is_busy(port: int) -> bool:
    try:
        check_free("127.0.0.1", port)
    except LaunchError:
        return True
    return False


def test_one_keeper_for_a_home(tmp_path: Path) -> None:
    first = HomeLock(tmp_path)
    first.take(tell=lambda event: None, stop_s=1)
    with pytest.raises(LaunchError, match="running already"):
        HomeLock(tmp_path).take(tell=lambda event: None, stop_s=1)
    first.release()


def test_what_a_killed_keeper_left_running_is_stopped_by_the_next(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    diary.mkdir()
    port = free_port()
    program = f"""
import os, sys
from pathlib import Path
from serving.launching.running import make_key
from serving.launching.server_log import ServerLog
from serving.launching.supervisor import Patience, Service, Supervisor
home = Path({str(tmp_path / "home")!r})
key = make_key(home)
words = [sys.executable, {str(FAKE)!r}, "--host", "127.0.0.1", "--port", "{port}"]
environment = {{**os.environ, "VLLM_API_KEY": key, "FAKE_VLLM_DIARY": {str(diary)!r}}}
service = Service(words, environment, "http://127.0.0.1:{port}/v1", "fake", key)
log = ServerLog(home / "logs" / "server.log")
Supervisor(service, home, log, patience=Patience(), tell=lambda event: print(event.kind, flush=True)).run()
"""
    root = str(FAKE.parent.parent)
    environment = {**os.environ, "PYTHONPATH": root}
    keeper = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment)
    assert keeper.stdout is not None
    with keeper.stdout:
        wait_for(lambda: keeper.stdout is not None and keeper.stdout.readline().startswith("ready"))
        keeper.send_signal(signal.SIGKILL)
        keeper.wait()
    home = tmp_path / "home"
    left = read_state(home)
    assert left is not None
    assert is_running(left.server.pid)
    assert find_running(home) is None, "a dead keeper's server is not offered"
    told: list[Event] = []
    lock = HomeLock(home)
    lock.take(tell=told.append, stop_s=2)
    lock.release()
    entry = json.loads((diary / "0.json").read_text(encoding="utf-8"))
    assert not is_running(entry["pid"])
    assert not is_running(entry["child"])
    assert [event.kind for event in told] == ["left_over"]
    assert read_state(home) is None


def test_a_number_that_another_process_has_now_is_not_the_keeper(tmp_path: Path) -> None:
    mark = ProcessMark.of(os.getpid())
    assert mark.is_alive
    assert not ProcessMark(mark.pid, mark.began - 1).is_alive
    assert not ProcessMark(2**22 + 1, 0).is_alive


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_the_key_is_the_owners_alone_whatever_the_umask_and_a_link_in_its_place_is_not_followed(
    tmp_path: Path, umask: int
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("theirs", encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    (home / KEY).symlink_to(outside)
    before = os.umask(umask)
    try:
        make_key(home)
    finally:
        os.umask(before)
    assert stat.S_IMODE((home / KEY).stat().st_mode) & 0o077 == 0
    assert not (home / KEY).is_symlink()
    assert outside.read_text(encoding="utf-8") == "theirs"


def test_the_key_stays_from_one_start_to_the_next_unless_others_could_read_it(tmp_path: Path) -> None:
    key = make_key(tmp_path)
    assert make_key(tmp_path) == key
    (tmp_path / KEY).chmod(0o644)
    assert make_key(tmp_path) != key
    (tmp_path / KEY).write_text("short", encoding="utf-8")
    assert len(make_key(tmp_path)) == 43


def test_a_log_keeps_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.launching.server_log._LARGEST", 10_000)
    log = ServerLog(tmp_path / "server.log")
    for number in range(2000):
        log.write(f"line {number} " + "x" * 50)
    log.close()
    files = sorted(tmp_path.glob("server.log*"))
    assert len(files) == 3
    assert sum(path.stat().st_size for path in files) < 40_000
    assert log.last_words.startswith("line 1999")
