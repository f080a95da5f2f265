"""An Outcome told to people (why a case failed) and to programs (the JSON report)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.record import to_record
from evals.case import Case
from evals.running import Outcome
from evals.summary import Row


def explain(outcome: Outcome) -> str:
    """Question, answer, what was expected, sources and verdicts."""
    case, answer = outcome.case, outcome.answer
    lines = [*outcome.failures, "", f"question ({case.language}): {case.question}"]
    lines += [f"  after: {turn.question}" for turn in case.history]
    lines += ["expected:", *(f"  {line}" for line in _expected(case))]
    if answer is None:
        lines += ["found:", *(f"  {place}. {name}" for place, name in enumerate(outcome.retrieved[:10], start=1))]
        return "\n".join(lines)
    lines += [f"answer ({answer.status}{', ' + answer.reason if answer.reason else ''}):"]
    lines += [f"  {line}" for line in answer.answer.splitlines()]
    lines += ["sources:", *(f"  {line}" for line in _sources(answer))]
    lines += ["verdicts:", *(f"  {s.verdict:<11} {s.score:.2f} {list(s.citations)} {s.text}" for s in answer.sentences)]
    lines += ["scores:", *(f"  {name}: {score.value:.2f} {score.reason}" for name, score in outcome.scores.items())]
    return "\n".join(lines)


def write_report(path: Path, run: dict[str, Any], rows: Sequence[Row], outcomes: Sequence[Outcome]) -> None:
    """Everything of a run in one JSON file: what was run, the table, every case with its record and scores."""
    report = {"run": run, "table": [asdict(row) for row in rows], "cases": [_record(outcome) for outcome in outcomes]}
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")


def _record(outcome: Outcome) -> dict[str, Any]:
    return {
        "case": asdict(outcome.case),
        "failures": outcome.failures,
        "scores": {name: asdict(score) for name, score in outcome.scores.items()},
        "retrieved": list(outcome.retrieved),
        "answer": to_record(outcome.answer) if outcome.answer else None,
    }


def _expected(case: Case) -> list[str]:
    lines = [f"status {case.status}"]
    lines += [f"section {section}" for section in case.sections]
    lines += [f"key point {' / '.join(wordings)}" for wordings in case.key_points]
    lines += [f"number {number.value:g} {number.unit}".rstrip() for number in case.numbers]
    lines += [f"not {string}" for string in case.forbidden]
    return lines


def _sources(answer: Answer) -> list[str]:
    return [
        f"[{citation.n}]{'' if citation.used else ' (not cited)'} {citation.document_id} › {citation.section}: "
        + " ".join(citation.quote.split())[:200]
        for citation in answer.citations
    ]
