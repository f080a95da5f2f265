"""A run against its baseline: which metrics fell or rose beyond chance, and which gated cases broke."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.baseline import comparable
from evals.outcome import Result, failed_metrics
from evals.summary import bootstrap_interval

# Some thirty comparisons are made in a run; at 99 % chance alone seldom fails one.
CONFIDENCE = 0.99
# Gated cases that may break in a run with a model. The same model, asked the same, writes another word now and then: on
# another processor, with another number of threads, after other questions (what it keeps of their prompts changes how
# the next one is split, and sums of floats depend on that).
WAVERING = 2


@dataclass(frozen=True, slots=True)
class Change:
    """One metric over the `n` cases of a group that both runs measured; `low` to `high` holds the mean difference."""

    metric: str
    group: str
    n: int
    before: float
    now: float
    low: float
    high: float

    @property
    def fell(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high < 0

    @property
    def rose(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0

    def __str__(self) -> str:
        difference = f"{self.now - self.before:+.3f} ({self.low:+.3f} to {self.high:+.3f})"
        return f"{self.metric}, {self.group}: {self.before:.3f} to {self.now:.3f}, {difference}, {self.n} cases"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed. `broken` and `mended` name gated cases with their metric; `worse` and `better` all cases."""

    changes: tuple[Change, ...]
    broken: tuple[str, ...]
    mended: tuple[str, ...]
    worse: tuple[str, ...]
    better: tuple[str, ...]
    new: tuple[str, ...]
    spared: int = 0

    @property
    def reasons(self) -> list[str]:
        """Why the run fails, a line each; nothing when it does not."""
        fell = [f"fell: {change}" for change in self.changes if change.fell]
        broke = [f"broke: {name}" for name in self.broken]
        return fell + broke if len(broke) > self.spared else fell

    @property
    def told(self) -> list[str]:
        """Gated cases that broke, few enough to be the model's wavering: named, no reason to fail."""
        few = self.broken if len(self.broken) <= self.spared else ()
        return [f"broke, one of at most {self.spared} that a model may waver in: {name}" for name in few]


def compare(
    results: Sequence[Result], before: Mapping[str, Mapping[str, float]], *, has_model: bool = False
) -> Comparison:
    """Compare the cases that both have. What a model wrote may waver in a few gated cases: see WAVERING.

    Paired bootstrap (Efron and Tibshirani 1993, ch. 16; for text systems Koehn 2004): of the differences
    d_i = now_i - before_i of one metric, n are drawn with replacement 2,000 times with a fixed seed, and the
    percentiles 0.5 and 99.5 of the means are the interval of the mean difference. A metric that got worse in six cases
    and better in none is outside of it, whatever n is; differences that are all the same have no width.
    """
    pairs: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    known = [result for result in results if result.case.id in before]
    for result in known:
        then = before[result.case.id]
        for metric, now in comparable(result.mean).items():
            if metric in then:
                for group in ("all", result.case.language):
                    pairs[metric, group].append((then[metric], now))
    gates = [
        (f"{result.case.id} ({metric})", before[result.case.id].get(metric), result.best.get(metric, 0.0))
        for result in known
        for metric in gated_metrics(result)
    ]
    failing = [(r.case.id, failed_metrics(before[r.case.id]), failed_metrics(r.mean)) for r in known]
    return Comparison(
        changes=tuple(_change(metric, group, values) for (metric, group), values in pairs.items()),
        broken=tuple(name for name, then_value, now in gates if then_value == 1 and now < 1),
        mended=tuple(name for name, then_value, now in gates if then_value is not None and then_value < 1 and now == 1),
        worse=tuple(f"{name} ({', '.join(now)})" for name, then_failed, now in failing if now and not then_failed),
        better=tuple(name for name, then_failed, now in failing if then_failed and not now),
        new=tuple(result.case.id for result in results if result.case.id not in before),
        spared=WAVERING if has_model else 0,
    )


def gated_metrics(result: Result) -> list[str]:
    """The metrics of a case that may not be lost even once: refusals, figures, and what must never appear.

    A case that is run more than once breaks when it fails each time.
    """
    case = result.case
    refusal = ["status right"] if case.status == "refused" else []
    figures = ["numbers right"] if case.numbers else []
    return [*refusal, *figures, *(["nothing forbidden"] if case.forbidden else [])]


def _change(metric: str, group: str, values: Sequence[tuple[float, float]]) -> Change:
    low, high = bootstrap_interval([now - then for then, now in values], CONFIDENCE)
    count = len(values)
    return Change(metric, group, count, sum(v[0] for v in values) / count, sum(v[1] for v in values) / count, low, high)
