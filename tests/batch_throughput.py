"""Measure whether a job keeps a model server as busy as the same prompts sent straight to it, at the same concurrency.

    ASSISTANT_TEST_HOME=DIR python -m tests.batch_throughput --rows 300 --workers 16 --seconds 1

Questions about the shipped guides, the shipped corpus with the real search, a scripted server that takes its time. The
server notes when it began and ended each answer; rates are answers by the time from its first to its last work.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from assistant.interfaces.cli import main as assistant_main
from serving.talking.client import ChatClient
from serving.talking.message import Message
from tests.batch_kills import start_server
from tests.doubles import Script, ScriptedHandler

QUESTIONS = Path(__file__).parent.parent / "evals" / "cases" / "guides.jsonl"  # nearly all reach the model
PIECES = 40


def slow_script(notes: Path, seconds: float) -> Script:
    """Says what the first passage says, a piece at a time, and notes prompt, begin and end."""

    def script(handler: ScriptedHandler, body: dict[str, Any]) -> None:
        began = time.time()
        text = body["messages"][-1]["content"].split("\n")[2]
        handler.begin_stream()
        for piece in range(PIECES):
            handler.piece(text[piece * len(text) // PIECES : (piece + 1) * len(text) // PIECES])
            time.sleep(seconds / PIECES)
        handler.end_stream()
        line = json.dumps({"messages": body["messages"], "began": began, "ended": time.time()})
        with notes.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    return script


def worked(notes: Path) -> tuple[list[list[Message]], float]:
    """(prompts, answers a second) of what the server noted since the last look. Probes with one token do not count."""
    records = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    notes.unlink()
    span = max(record["ended"] for record in records) - min(record["began"] for record in records)
    prompts = [[Message(turn["role"], turn["content"]) for turn in record["messages"]] for record in records]
    return prompts, len(records) / span


def send_straight(url: str, prompts: list[list[Message]], workers: int) -> None:
    """The prompts, from as many threads as the job had workers."""
    client = ChatClient(url, model="scripted")

    def send(prompt: list[Message]) -> None:
        for _ in client.stream(prompt, max_tokens=320):
            pass

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(send, prompts))
    client.close()


def main() -> int:
    """Measure and print both rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    home = os.environ["ASSISTANT_TEST_HOME"]
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        notes = Path("notes").absolute()
        Path("q.txt").write_text(
            "\n".join(itertools.islice(itertools.cycle(questions), options.rows)), encoding="utf-8"
        )
        server, url = start_server(slow_script(notes, options.seconds))
        os.environ["ASSISTANT_BASE_URL"] = url
        command = ["batch", "q.txt", "-o", "a.csv", "--home", home, "--backend", "vllm"]
        try:
            assistant_main([*command, "--workers", str(options.workers)])
            prompts, rate = worked(notes)
            send_straight(url, prompts, options.workers)
            _, straight = worked(notes)
        finally:
            os.kill(server, signal.SIGKILL)
    print(  # noqa: T201 - a command
        f"{len(prompts)} answers, {options.workers} workers, {options.seconds} s each: {rate:.2f}/s by the job, "
        f"{straight:.2f}/s straight, share {rate / straight:.3f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
