"""The report of a run: what was measured against the baseline and earlier runs, every failed case, what was slow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evals.blocks import Block, Heading, Paragraph, Plot, Table, Verbatim, to_html, to_markdown
from evals.explain import explain
from evals.history import PastRun
from evals.meanings import MEANINGS
from evals.outcome import OUTCOME, UNCOMPARED, Outcome, Result
from evals.plots import course_plot, interval_plot
from evals.regression import Change, Comparison
from evals.summary import Row

REPORT_SUFFIXES = (".html", ".md", ".json")
_SLOWEST = 10
_MAIN_GROUPS = ("all", "zh", "en")


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that is known of a run when it is over. `facts` says what was run, `settings` all settings of it."""

    facts: dict[str, str]
    settings: dict[str, str]
    rows: Sequence[Row]
    outcomes: Sequence[Outcome]
    results: Sequence[Result]
    comparison: Comparison | None
    earlier: Sequence[PastRun]

    @property
    def flaky(self) -> list[str]:
        """Cases that failed in some of their repeats only."""
        return [result.case.id for result in self.results if result.is_flaky]

    @property
    def verdict(self) -> list[str]:
        """What became of it, a line each."""
        failed = sum(bool(outcome.failures) for outcome in self.outcomes)
        lines = [f"{len(self.outcomes)} answers to {len(self.results)} cases, {failed} failed"]
        lines += _refusals(self.outcomes)
        if self.flaky:
            lines.append(f"flaky: {', '.join(self.flaky)}")
        found = self.comparison
        if found is None:
            return [*lines, "not compared: there is no baseline"]
        lines += [f"rose: {change}" for change in found.changes if change.rose]
        lines += [f"mended: {name}" for name in found.mended]
        lines += [f"fails now: {name}" for name in found.worse]
        lines += [f"passes now: {name}" for name in found.better]
        lines += [f"not in the baseline: {len(found.new)} cases"] if found.new else []
        lines += found.told
        held = "nothing fell beyond chance" + ("" if found.broken else ", no gated case broke")
        return [*lines, *(found.reasons or [held])]


def write_report(path: Path, run: Run) -> None:
    """Write `run` as the suffix of `path` says: one page of HTML, Markdown, or JSON with every record and score."""
    title = f"Evaluation: {run.facts['backend']} {run.facts.get('model', '')}".strip()
    texts = {
        ".html": lambda: to_html(title, _blocks(run)),
        ".md": lambda: to_markdown(title, _blocks(run)),
        ".json": lambda: json.dumps(_record(run), ensure_ascii=False, indent=1),
    }
    path.write_text(texts[path.suffix](), encoding="utf-8")


def _refusals(outcomes: Sequence[Outcome]) -> list[str]:
    """Precision: how many of the refusals were right. Recall: how many of those that were due were given."""
    lines = []
    for language in ("zh", "en"):
        asked = [outcome for outcome in outcomes if outcome.answer and outcome.case.language == language]
        given = [outcome for outcome in asked if outcome.answer and outcome.answer.status == "refused"]
        due = sum(outcome.case.status == "refused" for outcome in asked)
        right = sum(outcome.case.status == "refused" for outcome in given)
        if given and due:
            precision, recall = (
                f"{right / len(given):.3f} ({right} of {len(given)})",
                f"{right / due:.3f} ({right} of {due})",
            )
            lines.append(f"refusals, {language}: precision {precision}, recall {recall}")
    return lines


def _blocks(run: Run) -> list[Block]:
    failed = [outcome for outcome in run.outcomes if outcome.failures]
    slowest = sorted(run.outcomes, key=lambda outcome: -outcome.scores["seconds"].value)[:_SLOWEST]
    others = [row for row in run.rows if row.group not in _MAIN_GROUPS]
    return [
        *(Paragraph(line) for line in run.verdict),
        Heading("Metrics by language"),
        Paragraph(
            "n: cases measured. Interval: where the mean lies with 95 % confidence, by resampling the cases. In the "
            "plot from 0 to 1 the dot is this run, the bar its interval, the upright line the baseline. Baseline and "
            "change are over the cases that both runs measured; the interval of the change is one of 99 %."
        ),
        _metrics([row for row in run.rows if row.group in _MAIN_GROUPS], run),
        Heading("What they say"),
        Table(("metric", "what it says"), [(m, MEANINGS[m]) for m in dict.fromkeys(row.metric for row in run.rows)]),
        Heading("Metrics by tag"),
        _metrics(others, run),
        Heading(f"Failed cases ({len(failed)})"),
        *(Verbatim(f"{outcome.case.id}: {'; '.join(outcome.failures)}", explain(outcome)) for outcome in failed),
        Heading("Slowest cases"),
        Table(("case", "seconds"), [(o.case.id, f"{o.scores['seconds'].value:.2f}") for o in slowest]),
        Heading("What was run"),
        Table(("", ""), [(key, value) for key, value in (run.facts | run.settings).items()]),
    ]


def _metrics(rows: Sequence[Row], run: Run) -> Table:
    changes = {(c.metric, c.group): c for c in run.comparison.changes} if run.comparison else {}
    head = ("metric", "group", "n", "mean", "95 % interval", "plot", "baseline", "change", "earlier runs")
    return Table(head, [_metric(row, changes.get((row.metric, row.group)), run.earlier) for row in rows])


def _metric(row: Row, change: Change | None, earlier: Sequence[PastRun]) -> tuple[str | Plot, ...]:
    key = f"{row.metric}, {row.group}"
    course = [past.means[key] for past in earlier if key in past.means]
    is_share = row.metric not in UNCOMPARED
    return (
        row.metric,
        row.group,
        str(row.n),
        f"{row.mean:.3f}",
        f"{row.low:.3f} to {row.high:.3f}",
        Plot(interval_plot(row.mean, row.low, row.high, change.before if change else None) if is_share else ""),
        f"{change.before:.3f}" if change else "",
        f"{change.now - change.before:+.3f} ({change.low:+.3f} to {change.high:+.3f})" if change else "",
        Plot(course_plot(course), " → ".join(f"{mean:.3f}" for mean in course)) if len(course) > 1 else "",
    )


def _record(run: Run) -> dict[str, object]:
    return {
        "run": run.facts,
        "settings": run.settings,
        "verdict": run.verdict,
        "table": [asdict(row) for row in run.rows],
        "cases": [OUTCOME.dump_python(o, mode="json") | {"failures": o.failures} for o in run.outcomes],
    }
