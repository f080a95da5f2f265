"""Kill a job of question files again and again, and compare what comes out in the end with a run nobody disturbed.

    python -m tests.batch_kills --rows 1000 --kills 200

The job is the real command in a process of its own, on a small collection, with a scripted model server in another.
Processes are forked from one that has imported everything, so that a life costs milliseconds and not seconds.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from assistant.home import Home
from assistant.interfaces.cli import main as assistant_main
from index.collection import Collection
from tests.doubles import Script, ScriptedHandler, make_document, scripted_server

TOPICS = ("kestrel", "osprey", "heron", "falcon", "plover", "curlew", "dunlin", "avocet")
SLOWEST_LIFE_S = 60.0
ANSWER_S = 0.01


def notes_home(folder: Path) -> Home:
    """A home with the collection `notes`, found by words alone: no models are in it."""
    home = Home(folder)
    texts = [
        f"The {name} project has a budget of {n}17,000 euros and ends in May 20{n}7."
        for n, name in enumerate(TOPICS, 2)
    ]
    collection = Collection(home.collection("notes"))
    collection.add([make_document(f"{text} Its team sits in Delft.", name=f"n{n}") for n, text in enumerate(texts)])
    collection.build([])
    return home


def write_questions(path: Path, rows: int) -> None:
    """A CSV with ids and a column to carry."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "question", "owner"])
        for n in range(rows):
            writer.writerow([f"q{n}", f"What is the budget of the {TOPICS[n % len(TOPICS)]} project?", f"o{n}"])


def quote_passage(handler: ScriptedHandler, body: dict[str, Any]) -> None:
    """A script: the model says what the first passage says."""
    prompt = body["messages"][-1]["content"]
    text = prompt.split("\n")[2]
    time.sleep(ANSWER_S)
    handler.begin_stream()
    handler.piece(text)
    handler.end_stream()


def start_server(script: Script = quote_passage) -> tuple[int, str]:
    """A scripted server in a process of its own: (pid, address)."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        with scripted_server(script) as (url, _):
            os.write(writing, f"{url}\n".encode())
            signal.pause()
    with os.fdopen(reading) as pipe:
        return pid, pipe.readline().strip()


def start_job(arguments: list[str]) -> int:
    """The command in a process of its own: its pid."""
    pid = os.fork()
    if pid == 0:
        try:
            code = assistant_main(arguments)
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            code = 99
        os._exit(code)
    return pid


def finished(pid: int) -> int | None:
    """The exit code of a job, None while it runs."""
    done, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def live_until(pid: int, journal: Path, growth: int, moment_s: float) -> int | None:
    """Let a job run until its journal has grown by `growth` bytes and a moment longer; its exit code if it ended."""
    size = journal.stat().st_size if journal.exists() else 0
    until = time.monotonic() + SLOWEST_LIFE_S
    while time.monotonic() < until:
        code = finished(pid)
        if code is not None or (journal.exists() and journal.stat().st_size >= size + growth):
            break
        time.sleep(0.001)
    time.sleep(moment_s)
    return code if code is not None else finished(pid)


def run_killed(arguments: list[str], journal: Path, *, kills: int, whole: int) -> int:
    """Run the command with `kills` kills spread over the journal's `whole` bytes; how many struck before its end."""
    struck = 0
    for kill in range(kills):
        left = whole - (journal.stat().st_size if journal.exists() else 0)
        growth = round(random.uniform(0, 2) * max(0, left) / (kills - kill + 1))
        pid = start_job(arguments)
        if live_until(pid, journal, growth, random.uniform(0, 0.005)) is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            struck += 1
    pid = start_job(arguments)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        raise SystemExit(f"the last run exited with {code}")
    return struck


def compare(whole: Path, killed: Path) -> list[str]:
    """What differs. Times are measured, so they differ between any two runs; tables have none and must be equal."""
    if whole.suffix != ".jsonl":
        return [] if whole.read_bytes() == killed.read_bytes() else [f"{killed.name} has other bytes"]
    lines = [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in (whole, killed)]
    for record in (*lines[0], *lines[1]):
        del record["timing_ms"]
    return [] if [json.dumps(r) for r in lines[0]] == [json.dumps(r) for r in lines[1]] else ["records differ"]


def main() -> int:
    """Run both and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--suffix", default=".csv")
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        home = notes_home(folder / "home")
        write_questions(folder / "questions.csv", options.rows)
        server, url = start_server()
        os.environ["ASSISTANT_BASE_URL"] = url
        common = ["batch", "questions.csv", "--home", str(home.folder), "--collection", "notes", "--backend", "vllm"]
        common += ["--quiet", "--workers", "4"]
        try:
            started = time.monotonic()
            run_killed([*common, "-o", f"whole{options.suffix}"], folder / "-", kills=0, whole=0)
            undisturbed_s = time.monotonic() - started
            size = (folder / f"whole{options.suffix}.journal" / "answers.jsonl").stat().st_size
            journal = folder / f"killed{options.suffix}.journal" / "answers.jsonl"
            struck = run_killed(
                [*common, "-o", f"killed{options.suffix}"], journal, kills=options.kills, whole=size
            )  # fmt: skip
        finally:
            os.kill(server, signal.SIGKILL)
        differences = compare(folder / f"whole{options.suffix}", folder / f"killed{options.suffix}")
        asked = sum(line.startswith(b'{"key"') for line in journal.open("rb"))
        edited = [path.name for path in folder.glob("*.edited-*")]
        print(  # noqa: T201 - a command
            f"{options.rows} rows, {struck} of {options.kills} kills struck, undisturbed {undisturbed_s:.1f} s, "
            f"with kills {time.monotonic() - started - undisturbed_s:.1f} s; {asked} answers kept",
            *differences,
            *edited,
        )
    return 1 if differences or edited or asked != options.rows else 0


if __name__ == "__main__":
    sys.exit(main())
