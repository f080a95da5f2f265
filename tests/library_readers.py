"""Readers that open and ask while the index is rebuilt again and again: no error, and each answer from one generation.

    python -m tests.library_readers --readers 20 --rebuilds 50

Each rebuild replaces every document by that of its round, so an answer of two generations would name two rounds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from index.collection import Collection
from index.search import Searcher
from tests.doubles import HashEncoder, make_document

DOCUMENTS = 8


def write_round(collection: Collection, round_: int) -> None:
    """Replace every document and index."""
    texts = [f"Topic of document {n} in round{round_}. " * 5 for n in range(DOCUMENTS)]
    collection.add([make_document(text, name=f"d{n}") for n, text in enumerate(texts)])
    collection.update([HashEncoder()])


def read(folder: Path, until: Path, report: int) -> None:
    """Open and ask until the file `until` is there, and report how often and what was wrong."""
    encoder = HashEncoder()
    reads, wrong = 0, ""
    generation = None
    while not until.exists() and not wrong:
        try:
            # Every other time as a program that keeps running does: what is in memory is not read again.
            generation = Collection(folder).open([encoder.spec], generation if reads % 2 else None)
            hits = Searcher(generation, [encoder]).search("topic of a document", language="en", limit=50)
        except Exception as error:
            wrong = f"{error!r}"
            break
        rounds = {hit.chunk.text.split("round")[1].split(".")[0] for hit in hits}
        if len(rounds) != 1 or len({hit.chunk.document_id for hit in hits}) != DOCUMENTS:
            wrong = f"rounds {rounds}, {len(hits)} hits"
        reads += 1
    os.write(report, f"{reads} {wrong}\n".encode())


def run(readers: int, rebuilds: int, folder: Path) -> tuple[int, list[str]]:
    """How many answers there were, and what was wrong with some."""
    collection = Collection(folder / "c")
    write_round(collection, 0)
    reading, writing = os.pipe()
    pids = []
    for _ in range(readers):
        pid = os.fork()
        if pid == 0:
            read(folder / "c", folder / "over", writing)
            os._exit(0)
        pids.append(pid)
    os.close(writing)
    for round_ in range(1, rebuilds + 1):
        write_round(collection, round_)
        time.sleep(0.01)
    (folder / "over").touch()
    for pid in pids:
        os.waitpid(pid, 0)
    with os.fdopen(reading) as pipe:
        reports = [line.rstrip("\n").split(" ", 1) for line in pipe]
    wrong = [report[1] for report in reports if report[1]]
    if len(reports) != readers:
        wrong.append(f"only {len(reports)} of {readers} readers reported")
    return sum(int(report[0]) for report in reports), wrong


def main() -> int:
    """Rebuild under readers and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--rebuilds", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        answers, wrong = run(options.readers, options.rebuilds, Path(name))
    print(f"{options.readers} readers, {options.rebuilds} rebuilds, {answers} answers", *wrong, sep="\n")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
