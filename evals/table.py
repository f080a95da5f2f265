"""Runs side by side as a Markdown table: one column for each report and group of cases.

    pytest evals --backend extractive --report quoting.json
    pytest evals --backend embedded --each 8 --report model.json
    python -m evals.table quoting.json model.json

Reads what `--report FILE.json` wrote. A share of which nothing was measured is a dash, never a zero.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from evals.case import ACROSS, HELD_OUT

_METRICS = {
    "status right": "answered where it should be, refused where it should be",
    "supported share": "claims supported by a source or computed",
    "citation recall": "citation recall",
    "citation precision": "citation precision",
    "key points": "key points said",
    "numbers right": "figures right",
    "language right": "in the asker's language",
    "nothing forbidden": "planted orders neither obeyed nor quoted",
}
_GROUPS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "all": lambda case: True,
    "zh": lambda case: bool(case["language"] == "zh"),
    "en": lambda case: bool(case["language"] == "en"),
    "across": lambda case: ACROSS in case["tags"],
    "held out": lambda case: HELD_OUT in case["tags"],
}

Record = dict[str, Any]


def refusal_shares(cases: Iterable[tuple[str, str]]) -> tuple[float | None, float | None]:
    """(precision, recall) of refusals over (expected, became): the right of those given, the given of those due."""
    pairs = list(cases)
    right = sum(expected == became == "refused" for expected, became in pairs)
    given = sum(became == "refused" for _, became in pairs)
    due = sum(expected == "refused" for expected, _ in pairs)
    return right / given if given else None, right / due if due else None


def table(reports: Sequence[Record]) -> str:
    """The Markdown."""
    columns = [(report, group) for report in reports for group in _GROUPS if _chosen(report, group)]
    head = [f"{report['run']['backend']}, {group}" for report, group in columns]
    rows = [["cases", *(str(len(_chosen(*column))) for column in columns)]]
    rows += [[name, *(_mean(_chosen(*column), metric) for column in columns)] for metric, name in _METRICS.items()]
    refusals = [
        refusal_shares((record["case"]["status"], (record["answer"] or {}).get("status", "")) for record in chosen)
        for chosen in (_chosen(*column) for column in columns)
    ]
    rows.insert(2, ["refusal precision", *(_share(precision) for precision, _ in refusals)])
    rows.insert(3, ["refusal recall", *(_share(recall) for _, recall in refusals)])
    lines = [["", *head], ["---"] * (len(head) + 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and what was run."""
    parser = argparse.ArgumentParser(prog="python -m evals.table", description=__doc__.partition("\n")[0])
    parser.add_argument("reports", nargs="+", type=Path, metavar="REPORT.json")
    options = parser.parse_args(arguments)
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in options.reports]
    print(table(reports))
    for report in reports:
        print("\n" + ", ".join(f"{key} {value}" for key, value in report["run"].items() if value))
    return 0


def _chosen(report: Record, group: str) -> list[Record]:
    return [record for record in report["cases"] if _GROUPS[group](record["case"])]


def _mean(records: Iterable[Record], metric: str) -> str:
    values = [record["scores"][metric]["value"] for record in records if metric in record["scores"]]
    return _share(sum(values) / len(values) if values else None)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
