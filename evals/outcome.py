"""What became of a case. Goes as JSON from the worker that asked to the one who counts, and into the report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from assistant.answer import Answer
from evals.case import Case
from evals.graders import RECALL, Score

# A case fails when one of these is zero; the other metrics are reported.
MUST_HOLD = ("status right", "language right", "nothing forbidden", RECALL)
# Differ from machine to machine: reported, never compared.
UNCOMPARED = ("seconds", "tokens")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system gave: sections found, best first, when it only searched, else the answer."""

    found: tuple[str, ...] = ()
    answer: Answer | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A graded reply: the sections retrieved, best first, the answer unless only searched, and the scores."""

    case: Case
    retrieved: tuple[str, ...]
    answer: Answer | None
    scores: dict[str, Score]

    @property
    def failures(self) -> list[str]:
        """What makes the case fail, a line each."""
        return [f"{name}: {self.scores[name].reason}" for name in failed_metrics(self.values)]

    @property
    def values(self) -> dict[str, float]:
        """The scores without their reasons."""
        return {name: score.value for name, score in self.scores.items()}


OUTCOME = TypeAdapter(Outcome)
REPLY = TypeAdapter(Reply)


@dataclass(frozen=True, slots=True)
class Result:
    """A case over all its repeats: mean and best of each score; `is_flaky` when only some of the repeats failed."""

    case: Case
    mean: dict[str, float]
    best: dict[str, float]
    is_flaky: bool


def failed_metrics(values: Mapping[str, float]) -> list[str]:
    """Those of the metrics that must hold which do not."""
    return [name for name in MUST_HOLD if values.get(name) == 0]


def join_repeats(outcomes: Iterable[Outcome]) -> list[Result]:
    """One Result for each case, in the order in which the cases came first."""
    by_id: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_id[outcome.case.id].append(outcome)
    return [_join(repeats) for repeats in by_id.values()]


def _join(repeats: list[Outcome]) -> Result:
    values: dict[str, list[float]] = defaultdict(list)
    for outcome in repeats:
        for name, value in outcome.values.items():
            values[name].append(value)
    return Result(
        case=repeats[0].case,
        mean={name: sum(found) / len(found) for name, found in values.items()},
        best={name: max(found) for name, found in values.items()},
        is_flaky=len({bool(outcome.failures) for outcome in repeats}) > 1,
    )
