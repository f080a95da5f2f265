"""The real vLLM on a processor with real weights: the path that a GPU uses. `make test-vllm` runs it; some minutes.

Its environment is `.venv-vllm` beside the code, or ASSISTANT_TEST_VLLM_PYTHON. Each step builds on the one before.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.app import Workspace, open_assistant
from assistant.home import Home
from assistant.settings import Settings
from serving.launching.ports import check_free
from serving.launching.running import STATE, find_running
from serving.launching.vllm_command import Launch, command
from serving.launching.vllm_python import VllmPython
from tests.conftest import ROOT
from tests.test_serving_supervisor import free_port, is_running, wait_for

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(3600)]

MODEL = "qwen2.5-coder-1.5b"
PYTHON = Path(os.environ.get("ASSISTANT_TEST_VLLM_PYTHON", ROOT / ".venv-vllm" / "bin" / "python"))
BIRDS = (
    "Kestrel Heron Falcon Osprey Plover Curlew Avocet Bittern Egret Gannet Harrier Jackdaw Lapwing Merlin Nightjar "
    "Pipit Redstart Shrike Wigeon Yaffle"
).split()
BUDGETS = {bird: f"{417_000 + 1_117 * place:,}" for place, bird in enumerate(BIRDS)}
BROKEN = ("broken_off", "no_answer_came")
SETTINGS = """
[serving]
max_tokens = 32
[reading]
passage_tokens = 100
max_passages = 1
"""
ASK_PARSER = """
import json, sys
from vllm.entrypoints.launchers.cli_args import make_arg_parser, validate_parsed_serve_args
from vllm.utils.argparse_utils import FlexibleArgumentParser
parser = make_arg_parser(FlexibleArgumentParser())
read = []
for words in json.load(sys.stdin):
    options = parser.parse_args(words)
    validate_parsed_serve_args(options)
    read.append({"host": options.host, "context": options.max_model_len, "split": options.tensor_parallel_size})
flags = sorted({flag for action in parser._actions for flag in action.option_strings})
print(json.dumps({"read": read, "flags": flags}))
"""


def question(bird: str) -> str:
    return f"What is the budget of the {bird} project?"


@dataclass
class Running:
    """`assistant serve` as a user starts it."""

    home: Home
    port: int
    process: subprocess.Popen[str]
    told: Path

    def times_ready(self) -> int:
        """How often it said that it was ready."""
        return self.told.read_text(encoding="utf-8").count("wrote its first token")

    def engine(self) -> int:
        """The process of the server's group that holds the weights."""
        state = find_running(self.home.folder)
        assert state is not None
        sizes = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if fields[2] == str(state.server.pid):
                sizes[int(fields[21])] = int(status.parts[2])
        return sizes[max(sizes)]

    def say(self) -> str:
        """What it told so far."""
        return self.told.read_text(encoding="utf-8")


def assistant_command(*words: str) -> list[str]:
    return [sys.executable, "-m", "assistant.interfaces.cli", *words]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTANT_", "OMP_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "VLLM_SERVER_DEV_MODE": "1", "VLLM_PLUGINS": "evil", "LANG": "C.UTF-8"}


@pytest.fixture(scope="module")
def home(shared_llm_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the shared models, and twenty documents that are alike but for a name and a figure."""
    folder = tmp_path_factory.mktemp("vllm")
    home = Home(folder / "home")
    home.folder.mkdir()
    home.models.symlink_to(shared_llm_home.models)
    home.settings.write_text(SETTINGS, encoding="utf-8")
    documents = folder / "documents"
    documents.mkdir()
    for bird, budget in BUDGETS.items():
        text = f"# {bird}\n\n## Budget\n\nThe {bird} project has a budget of {budget} euros and ends in May 2027.\n"
        (documents / f"{bird}.md").write_text(text, encoding="utf-8")
    words = assistant_command("library", "add", str(documents), "--collection", "birds", "--home", str(home.folder))
    subprocess.run(words, check=True, env=environment())
    return home


@pytest.fixture(scope="module")
def running(home: Home) -> Iterator[Running]:
    """A server, started once for the module; stopped with SIGTERM and nothing left of it."""
    port, told = free_port(), home.folder / "told.txt"
    words = ("serve", MODEL, "--home", str(home.folder), "--port", str(port), "--python", str(PYTHON), "--ready", "900")
    with told.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(assistant_command(*words), stderr=file, text=True, env=environment())
    running = Running(home, port, process, told)
    try:
        wait_for(lambda: running.times_ready() > 0 or process.poll() is not None, 1000)
        sys.stderr.write(running.say())
        assert process.poll() is None
        yield running
    finally:
        process.terminate()
        process.wait(90)


def test_the_command_lines_are_what_the_real_parser_reads(tmp_path: Path) -> None:
    recorded = json.loads((ROOT / "tests" / "vllm_flags.json").read_text(encoding="utf-8"))
    python = VllmPython(PYTHON, "vllm", recorded["version"])
    base = {"python": python, "folder": tmp_path, "name": "m", "port": 8000, "dtype": "bfloat16"}
    launches = [
        Launch(**base, context=16384, memory_share=0.9, tensor_parallel=2, data_parallel=4, can_think=True),
        Launch(**base, context=8192, memory_share=0.55, sees_pictures=True, extra=("-tp", "8", "--nnodes", "2")),
        Launch(**base, context=8192, cache=2 << 30),
    ]
    words = [command(launch)[4:] for launch in launches]  # behind `python -m module serve`
    told = subprocess.run(
        [str(PYTHON), "-c", ASK_PARSER], input=json.dumps(words), capture_output=True, text=True, check=True
    )
    answer = json.loads(told.stdout.splitlines()[-1])
    assert answer["flags"] == recorded["flags"], "record them anew: tests/vllm_flags.json"
    assert answer["read"] == [
        {"host": "127.0.0.1", "context": 16384, "split": 2},
        {"host": "127.0.0.1", "context": 8192, "split": 8},
        {"host": "127.0.0.1", "context": 8192, "split": 1},
    ]


def test_it_listens_to_this_machine_only_and_shows_its_key_to_nobody(running: Running) -> None:
    state = find_running(running.home.folder)
    assert state is not None
    group = {path.parent.name for path in Path("/proc").glob("[0-9]*/stat") if _group(path) == state.server.pid}
    sockets = {os.readlink(path) for pid in group for path in Path(f"/proc/{pid}/fd").glob("*") if path.is_symlink()}
    listening = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                listening.append(fields[1])
    assert any(int(address.rpartition(":")[2], 16) == running.port for address in listening)
    loopback = ("0100007F:", "00000000000000000000000001000000:", "0000000000000000FFFF00000100007F:")
    assert [address for address in listening if not address.startswith(loopback)] == []
    for pid in group:
        assert state.key not in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    assert state.key not in (running.home.folder / "logs" / "server.log").read_text(encoding="utf-8", errors="replace")
    assert "VLLM_PLUGINS" in running.say()
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.sendall(b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert b" 401 " in connection.recv(100)


def test_ask_finds_the_server_by_itself(running: Running) -> None:
    words = assistant_command(
        "ask", "--json", question("Heron"), "--collection", "birds", "--home", str(running.home.folder)
    )
    told = subprocess.run(words, capture_output=True, text=True, check=True, env=environment())
    answer = json.loads(told.stdout)
    assert (answer["backend"], answer["model"]) == ("vllm", MODEL)
    assert answer["usage"]["completion_tokens"] > 0
    assert BUDGETS["Heron"] in answer["answer"]


def test_twenty_ask_at_once_and_each_gets_an_own_answer(running: Running) -> None:
    settings = Settings.load(running.home, flags={"backend": "vllm"})
    began = time.monotonic()
    with (
        open_assistant(Workspace(running.home, settings), collection="birds") as assistant,
        ThreadPoolExecutor(len(BIRDS)) as pool,
    ):
        answers = list(pool.map(lambda bird: assistant.ask(question(bird)), BIRDS))
    sys.stderr.write(f"20 answers at once: {time.monotonic() - began:.0f} s\n")
    sys.stderr.write(f"{Counter((answer.status, answer.reason) for answer in answers)}\n")
    for bird, answer in zip(BIRDS, answers, strict=True):
        assert (answer.question, answer.backend) == (question(bird), "vllm")
        assert answer.reason not in BROKEN, answer
        check_text(bird, answer.answer)


def check_text(bird: str, text: str) -> None:
    """The project's figure stands in it, and no other project's name or figure."""
    assert BUDGETS[bird] in text, (bird, text)
    others = [other for other in BIRDS if other != bird and (other in text or BUDGETS[other] in text)]
    assert others == [], (bird, text)


def test_a_killed_engine_loses_no_answer_and_mixes_none(running: Running, tmp_path: Path) -> None:
    questions, answers = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    rows = [{"id": bird, "question": question(bird)} for bird in BIRDS]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    words = ("batch", str(questions), "-o", str(answers), "--workers", "20", "--wait", "900", "--backend", "vllm")
    where = ("--collection", "birds", "--home", str(running.home.folder))
    engine, before = running.engine(), running.times_ready()
    began = time.monotonic()
    job = subprocess.Popen(assistant_command(*words, *where), env=environment())
    try:
        wait_for(lambda: _requests_running(running) >= 10 or job.poll() is not None, 600)
        assert job.poll() is None
        os.kill(engine, signal.SIGKILL)
        wait_for(lambda: running.times_ready() > before, 900)
        sys.stderr.write(f"ready again {time.monotonic() - began:.0f} s after the batch began\n")
        assert job.wait(1200) == 0
    finally:
        job.kill()
        job.wait()
    sys.stderr.write(f"batch with a killed engine: {time.monotonic() - began:.0f} s\n{running.say()}")
    assert not is_running(engine)
    records = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in records] == BIRDS
    for record in records:
        assert record["backend"] == "vllm"
        assert record["reason"] not in BROKEN, record
        check_text(record["id"], record["answer"])


def test_a_stop_leaves_nothing_behind(running: Running) -> None:
    state = find_running(running.home.folder)
    assert state is not None
    engine = running.engine()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(90) == 0
    assert not is_running(engine)
    assert not is_running(state.server.pid)
    assert not (running.home.folder / STATE).exists()
    check_free("127.0.0.1", running.port)  # connections that are just closed do not hold it


def _group(status: Path) -> int:
    try:
        return int(status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[2])
    except (OSError, IndexError):
        return 0


def _requests_running(running: Running) -> float:
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        told = b""
        while block := connection.recv(65536):
            told += block
    found = re.search(rb"^vllm:num_requests_running\{[^}]*\} ([0-9.]+)", told, re.MULTILINE)
    return float(found[1]) if found else 0.0
