"""Kill a collection's writer again and again, at random moments and at named points, and look what is left each time.

    python -m tests.library_kills --kills 200

A life adds, changes and removes documents and indexes them, in a process forked from one that has imported everything;
every fourth life reads files. It tells what was done only after that is durable. After each kill the index must open,
with every hash right, and be that of a told step or of the step after it; every document that was told must be there;
and what is there must be found. At named points the kill strikes at the named call, before it is done.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from assistant.library import Library
from corpus.document import Document
from index.collection import Collection
from index.search import Searcher
from tests.doubles import HashEncoder, make_document

# (event of Python's audit hooks, part of the path that it is about)
POINTS = (
    ("open", "documents/"),
    ("os.rename", "documents/"),
    ("os.mkdir", "segments/.building-"),
    ("open", "segments/.building-"),
    ("os.rename", "segments/.building-"),
    ("os.rename", "generations/"),
    ("os.rename", "current"),
    ("shutil.rmtree", "segments/"),
    ("os.remove", "generations/"),
    ("os.remove", "documents/"),
)
LONGEST_LIFE_S = 30.0
LONGEST_MOMENT_S = 0.15


def document(round_: int, name: str) -> Document:
    """What a document says in a round."""
    return make_document(f"Round {round_} of {name}. " + f"{name}{round_} is the word of it. " * 8, name=name)


def live(folder: Path, round_: int, told: int, *, reads_files: bool) -> None:
    """Add, change, remove and index, round after round; tell each round when it is durable."""
    collection = Collection(folder)
    encoder = HashEncoder()
    for n in range(round_, round_ + 1000):
        collection.add([document(n, "moving"), document(n, f"n{n % 7}")])
        os.write(told, f"kept {n}\n".encode())
        if collection.remove(f"n{(n + 3) % 7}"):
            os.write(told, f"removed {n}\n".encode())
        if reads_files:
            (folder.parent / "files" / f"f{n % 3}.txt").write_text(f"File {n} is about word{n}.", encoding="utf-8")
            Library(collection, [encoder]).add_files([folder.parent / "files"], _quiet, _quiet)
        else:
            collection.update([encoder])
        os.write(told, f"built {collection.current_generation()}\n".encode())


def start(folder: Path, round_: int, point: tuple[str, str] | None, *, reads_files: bool) -> tuple[int, int]:
    """A life in a process of its own: its pid, and where it tells."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            if point:
                sys.addaudithook(_killer(point, random.randint(1, 4)))
            live(folder, round_, writing, reads_files=reads_files)
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
        os._exit(1)
    os.close(writing)
    return pid, reading


def kill(pid: int, point: tuple[str, str] | None) -> bool:
    """Wait for the kill at a named point, or kill after a random moment. Whether the named point was reached."""
    if point is None:
        time.sleep(random.uniform(0, LONGEST_MOMENT_S))
        os.kill(pid, signal.SIGKILL)
        return os.waitpid(pid, 0)[1] == signal.SIGKILL
    until = time.monotonic() + LONGEST_LIFE_S
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status == signal.SIGKILL
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False


def look(folder: Path, told: list[str], first: int) -> list[str]:
    """What is wrong with what a life that began with round `first` left behind."""
    wrong = []
    collection = Collection(folder)
    encoder = HashEncoder()
    kept = [int(line.split()[1]) for line in told if line.startswith("kept")]
    built = sum(line.startswith("built") for line in told)
    there = {found.id: found for found in collection.user_documents()}
    if kept and _round(there["moving"]) not in (kept[-1], kept[-1] + 1):
        wrong.append(f"round {kept[-1]} was kept, and the document says {there['moving'].text[:20]!r}")
    if told and told[-1].startswith("removed") and f"n{(kept[-1] + 3) % 7}" in there:
        wrong.append(f"what round {kept[-1]} removed is there")
    generation = collection.open([encoder.spec])
    if built and _round(generation.documents["moving"]) not in (first + built - 1, first + built):
        wrong.append(f"{built} rounds were indexed, and {generation.documents['moving'].text[:20]!r} answers")
    for found in generation.documents.values():
        word = found.text.split()[-1].strip(".") if found.text.startswith("File") else found.text.split()[4]
        hits = Searcher(generation, [encoder]).search(word, language="en", limit=50)
        if found.id not in {hit.chunk.document_id for hit in hits}:
            wrong.append(f"{found.id} is not found by {word!r}")
    return wrong


def run(kills: int, folder: Path) -> tuple[Counter[str], list[str]]:
    """Kill so many lives: how many kills struck where, and what was wrong."""
    (folder / "files").mkdir()
    collection = Collection(folder / "c")
    collection.add([document(0, "moving")])
    collection.build([HashEncoder()])
    struck: Counter[str] = Counter()
    wrong: list[str] = []
    round_ = 1
    for number in range(kills):
        point = POINTS[number // 2 % len(POINTS)] if number % 2 else None
        pid, telling = start(folder / "c", round_, point, reads_files=number % 4 == 2)
        hit = kill(pid, point)
        with os.fdopen(telling) as pipe:
            told = pipe.read().splitlines()
        struck[" ".join(point) if point else "at a random moment"] += hit
        wrong += [f"kill {number}: {line}" for line in look(folder / "c", told, round_)]
        round_ += sum(line.startswith("kept") for line in told) + 1
    generation = collection.build([HashEncoder()])
    fresh = Collection(folder / "fresh")
    fresh.add(collection.user_documents())
    if generation.id != fresh.build([HashEncoder()]).id:
        wrong.append("in the end the index is not that of the documents")
    left = [path.name for path in folder.rglob(".*")]
    return struck, wrong + [f"{name} was left behind" for name in left]


def _round(document: Document) -> int:
    return int(document.text.split()[1])


def _quiet(done: int, total: int) -> None:
    """Tell nobody."""


def _killer(point: tuple[str, str], times: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - as sys.addaudithook wants it
    event, where = point
    left = times

    def hook(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if name == event and any(where in str(argument) for argument in arguments[:2]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


def main() -> int:
    """Kill and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as name:
        struck, wrong = run(options.kills, Path(name))
    lines = [f"{struck.total()} of {options.kills} kills struck", *(f"{n:5} {where}" for where, n in struck.items())]
    print(*lines, sep="\n")  # noqa: T201 - a command
    print(*(wrong or ["nothing was lost"]), sep="\n")  # noqa: T201 - a command
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
