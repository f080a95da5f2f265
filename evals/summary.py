"""Scores of many cases -> a table: metric by language and tag with mean and interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.case import Case

_RESAMPLES = 2000
_SEED = 11
# Tags with a colon say where a case comes from (`source:<file>:<heading>`); there are hundreds of them.
_NOT_A_GROUP = ":"


@dataclass(frozen=True, slots=True)
class Row:
    """One metric over one group of cases; `low` to `high` holds the mean with 95 % confidence."""

    metric: str
    group: str
    n: int
    mean: float
    low: float
    high: float


def summarise(graded: Iterable[tuple[Case, Mapping[str, float]]]) -> list[Row]:
    """A row for every metric and group: all cases, each language, each tag. Cases not measured are not in `n`."""
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for case, scores in graded:
        groups = ["all", case.language, *(tag for tag in case.tags if _NOT_A_GROUP not in tag)]
        for metric, value in scores.items():
            for group in dict.fromkeys(groups):
                values[metric, group].append(value)
    metrics = list(dict.fromkeys(metric for metric, _ in values))
    order = {"all": 0, "zh": 1, "en": 2}
    keys = sorted(values, key=lambda key: (metrics.index(key[0]), order.get(key[1], 3), key[1]))
    return [_row(metric, group, values[metric, group]) for metric, group in keys]


def bootstrap_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """The percentile interval of the mean (Efron 1979), with a fixed seed; equal values have no width."""
    sample = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(_SEED).integers(0, sample.size, size=(_RESAMPLES, sample.size))
    outside = 100 * (1 - confidence) / 2
    low, high = np.percentile(sample[picks].mean(axis=1), [outside, 100 - outside])
    return float(low), float(high)


def format_table(rows: Sequence[Row]) -> str:
    """`rows` as aligned text."""
    lines = [f"{'metric':<20} {'group':<14} {'n':>5} {'mean':>8}   95 % interval"]
    last = ""
    for row in rows:
        metric = row.metric if row.metric != last else ""
        last = row.metric
        lines.append(f"{metric:<20} {row.group:<14} {row.n:>5} {row.mean:>8.3f}   {row.low:.3f} to {row.high:.3f}")
    return "\n".join(lines)


def _row(metric: str, group: str, values: list[float]) -> Row:
    low, high = bootstrap_interval(values)
    return Row(metric, group, len(values), sum(values) / len(values), low, high)
