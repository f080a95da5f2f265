"""Measure a long job of question files: memory, rate, the time to go on after a stop. Linux only.

    python -m tests.batch_scale --rows 1000 --rows 100000

The real command answers extractively from a small collection, so that all time is the program's own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.batch_kills import notes_home, start_job, write_questions

LEFT = 10
POLL_S = 0.05


@dataclass(slots=True)
class Watched:
    """Seconds since the start until the first and the last answer was kept and the job ended; memory in MB."""

    first_s: float = 0.0
    last_s: float = 0.0
    end_s: float = 0.0
    early_mb: float = 0.0
    peak_mb: float = 0.0


def watch(arguments: list[str], journal: Path) -> Watched:
    """Run a job and look at it now and then. Early memory is that a second after the first answer."""
    seen = Watched()
    size = journal.stat().st_size if journal.exists() else 0
    heads = 4096  # a start writes less than that before its first answer
    started = time.monotonic()
    pid = start_job(arguments)
    while not os.waitpid(pid, os.WNOHANG)[0]:
        now = time.monotonic() - started
        grown = journal.stat().st_size if journal.exists() else 0
        if grown > size + (0 if seen.first_s else heads):
            seen.first_s = seen.first_s or now
            seen.last_s, size = now, grown
        resident = resident_mb(pid)
        seen.peak_mb = max(seen.peak_mb, resident)
        if not seen.early_mb and seen.first_s and now > seen.first_s + 1:
            seen.early_mb = resident
        time.sleep(POLL_S)
    seen.end_s = time.monotonic() - started
    return seen


def resident_mb(pid: int) -> float:
    """The memory that a process really has; 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(rows: int, suffix: str, folder: Path) -> str:
    """A line of figures for a job of `rows`."""
    home = notes_home(folder / "home")
    write_questions(folder / "questions.csv", rows)
    command = ["batch", str(folder / "questions.csv"), "-o", str(folder / f"answers{suffix}"), "--home"]
    command += [str(home.folder), "--collection", "notes", "--backend", "extractive", "--quiet"]
    journal = folder / f"answers{suffix}.journal" / "answers.jsonl"
    long = watch([*command, "--limit", str(rows - LEFT)], journal)
    short = watch(command, journal)
    rate = (rows - LEFT) / (long.last_s - long.first_s)
    return (
        f"{rows} rows: {rate:.0f} answers/s, written in {long.end_s - long.last_s:.1f} s; memory {long.early_mb:.0f} "
        f"MB early, {long.peak_mb:.0f} MB at most; goes on after {short.first_s:.1f} s; journal "
        f"{journal.stat().st_size / 1e6:.0f} MB"
    )


def main() -> int:
    """Measure each of the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, action="append", required=True)
    parser.add_argument("--suffix", default=".csv")
    options = parser.parse_args()
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as name:
            os.chdir(name)
            print(measure(rows, options.suffix, Path(name)), flush=True)  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
