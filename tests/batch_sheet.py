"""Answer a real spreadsheet on the embedded model as a user would, and say what it took.

    ASSISTANT_TEST_HOME=DIR python -m tests.batch_sheet --out FOLDER

The questions of evals/questions/founder.csv, thirty in each language, as a workbook with a title, other columns and
follow-ups; answers as .jsonl and a report. Time on the wall depends on who shares the machine, so that of
the processors is told, too. What became of each question beside what was expected is printed to be read.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import sys
import time
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

from assistant.interfaces.cli import main as assistant_main

QUESTIONS = Path(__file__).parent.parent / "evals" / "questions" / "founder.csv"
# What `expected` of a question asks for, by the status that its answer may have.
_FITTING = {"answer": ("answered", "partial"), "compute": ("answered",), "refuse": ("refused",)}


def read_questions() -> list[list[str]]:
    """The heading and the rows."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write_workbook(path: Path) -> None:
    """The questions as somebody keeps them: a title, an empty row, a bold heading."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Questions"
    sheet.append(["Questions before the board meeting · 董事会前的问题"])
    sheet.append([])
    for row in read_questions():
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    book.save(path)


def compare(answers: Path) -> list[str]:
    """A line for each question: expected, what became of it, claims supported, seconds."""
    lines = []
    for line in answers.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        expected = record["columns"]["Expected 预期"]
        fits = record["status"] in _FITTING[expected] and (expected != "compute" or bool(record["calculations"]))
        claims = [s["verdict"] for s in record["sentences"] if s["verdict"] != "no_claim"]
        share = f"{len(claims) - claims.count('unsupported')}/{len(claims)}"
        seconds = record["timing_ms"]["total"] / 1000
        lines.append(
            f"{'' if fits else '!':<2}{record['id']:>3} {expected:<8}{record['status']:<9}{record['reason']:<20}"
            f"{share:>6}{seconds:>6.1f} s  {record['question'][:60]}"
        )
    return lines


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--backend", default="embedded")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if not (options.out / "questions.xlsx").exists():  # the same command goes on where it was stopped
        write_workbook(options.out / "questions.xlsx")
    common = ["batch", str(options.out / "questions.xlsx"), "--backend", options.backend]
    common += ["--home", os.environ["ASSISTANT_TEST_HOME"]]
    started, before = time.monotonic(), _cpu_s()
    report = str(options.out / "report.html")
    code = assistant_main([*common, "-o", str(options.out / "answers.jsonl"), "--report", report])
    wall, cpu = time.monotonic() - started, _cpu_s() - before
    print(*compare(options.out / "answers.jsonl"), sep="\n")  # noqa: T201 - a command
    print(f"{wall / 60:.1f} min, {cpu / 60:.1f} min of processor time, exit code {code}")  # noqa: T201 - a command
    return code


def _cpu_s() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


if __name__ == "__main__":
    sys.exit(main())
