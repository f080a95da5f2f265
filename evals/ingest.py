"""Measure the readers: `python -m evals.ingest DIR`, a folder of files with a `MANIFEST.tsv` (evals/README.md).

A line for each file: what became of it, against what another reader found. Then a table by kind. A file is wrong when
it was refused for another reason than expected, opened though nothing can be read of it, held no text, took too long,
or gave less of its characters than it must. Figures hide nonsense: `--text` prints what was read.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UnreadableFileError
from corpus.reader import DocumentReader

_MANIFEST = "MANIFEST.tsv"
_MAX_SECONDS = 30.0
_MIN_SHARE = 0.95
_SPACES = 10  # characters: two readers put other spaces and line ends between the same words
# What the manifest says -> the reasons that are right.
_RIGHT_REASONS = {
    "encrypted-needs-password": {"encrypted"},
    "zero-pages": {"no_text", "corrupt", "encrypted"},
    "open-error": {"corrupt", "no_text", "encrypted"},
}


@dataclass(frozen=True, slots=True)
class Expected:
    """A line of the manifest. `characters` include spaces and line ends; None where nobody counted."""

    file: str
    opened_as: str
    characters: int | None
    tags: str


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one file: its `reason` where it was refused, else its `characters` and `sections`."""

    expected: Expected
    reason: str
    characters: int
    sections: int
    seconds: float
    text: str = ""

    @property
    def share(self) -> float | None:
        """Characters read of those that another reader read."""
        return self.characters / self.expected.characters if self.expected.characters else None

    @property
    def fault(self) -> str:
        """Why this is wrong, or empty."""
        kind = self.expected.opened_as.split(":")[0]
        if self.seconds > _MAX_SECONDS:
            return "too slow"
        if not self.reason:
            return "no text" if not self.text.strip() or not self.sections else self._too_little()
        if kind in _RIGHT_REASONS:
            return "" if self.reason in _RIGHT_REASONS[kind] else "wrong reason"
        # Characters that another reader found may stand for nothing that can be read (fonts without meaning).
        is_empty = self.expected.characters is not None and self.expected.characters < 20
        return "" if is_empty and self.reason in ("no_text", "encoding") else "refused"

    def _too_little(self) -> str:
        short = (self.expected.characters or 0) - self.characters
        return "too little" if self.share is not None and self.share < _MIN_SHARE and short > _SPACES else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a file and the table."""
    parser = argparse.ArgumentParser(prog="python -m evals.ingest", description="Measure the readers.")
    parser.add_argument("folder", metavar="DIR", type=Path, help=f"files and a {_MANIFEST}")
    parser.add_argument("--text", action="store_true", help="print what was read, too")
    options = parser.parse_args(arguments)
    results = []
    with DocumentReader() as reader:
        for expected in load_manifest(options.folder / _MANIFEST):
            result = read(options.folder / expected.file, expected, reader)
            results.append(result)
            print(format_line(result), flush=True)
            if options.text and result.text:
                print("\n".join(f"    {line}" for line in result.text.splitlines()))
    print(format_table(results))
    return 1 if any(result.fault for result in results) else 0


def load_manifest(path: Path) -> list[Expected]:
    """Read the tab-separated manifest."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Expected(
                row["file"],
                row["opened_as"],
                int(row["chars_read_by_another_reader"]) if row["chars_read_by_another_reader"] else None,
                row["tags"] or "",
            )
            for row in csv.DictReader(file, delimiter="\t")
        ]


def read(path: Path, expected: Expected, reader: DocumentReader) -> Read:
    """Read one file as `assistant library add` does."""
    began = time.perf_counter()
    try:
        document = reader.read(path)
    except UnreadableFileError as error:
        return Read(expected, error.reason, 0, 0, time.perf_counter() - began)
    seconds = time.perf_counter() - began
    return Read(expected, "", len(document.text), len(document.sections), seconds, document.text)


def format_line(result: Read) -> str:
    """One file: what was expected, what came, and the fault if there is one."""
    share = f"{result.share:6.2f}" if result.share is not None and not result.reason else f"{'':6}"
    came = result.reason or "read"
    expected = result.expected
    return (
        f"{expected.file:<12}{expected.opened_as[:26]:<28}{came:<12}{result.characters:>7} characters {share}"
        f"{result.seconds:6.1f} s  {expected.tags:<28}{result.fault}"
    ).rstrip()


def format_table(results: Iterable[Read]) -> str:
    """By suffix: how many were read, refused, wrong; the characters read of those that were counted."""
    groups: dict[str, list[Read]] = defaultdict(list)
    for result in results:
        groups[Path(result.expected.file).suffix].append(result)
        groups["all"].append(result)
    lines = [f"{'kind':<8}{'files':>6}{'read':>6}{'refused':>9}{'wrong':>7}{'characters':>12}{'slowest':>9}"]
    for kind, group in sorted(groups.items(), key=lambda item: (item[0] == "all", item[0])):
        counted = [one for one in group if not one.reason and one.expected.characters]
        total = sum(one.expected.characters or 0 for one in counted)
        share = f"{sum(one.characters for one in counted) / total:.3f}" if total else "-"
        refused = sum(1 for one in group if one.reason)
        wrong = sum(1 for one in group if one.fault)
        slowest = max(one.seconds for one in group)
        lines.append(
            f"{kind:<8}{len(group):>6}{len(group) - refused:>6}{refused:>9}{wrong:>7}{share:>12}{slowest:>7.1f} s"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
