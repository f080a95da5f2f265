"""What all workers measured, put together when the run is over: table, comparison, baseline, reports, exit status."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Generator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from evals.baseline import Baseline, baseline_name
from evals.history import append_run, past_run
from evals.options import baseline_folder, workspace_of
from evals.outcome import OUTCOME, Outcome, join_repeats
from evals.regression import compare
from evals.report import Run, write_report
from evals.summary import format_table, summarise

# Names of what a test leaves for the report: the graded reply, and what answered.
OUTCOME_PROPERTY, SYSTEM_PROPERTY = "outcome", "system"


class Gathering:
    """A plugin of the process that the user started. Outcomes come with the reports of the tests, from any worker."""

    known: ClassVar = pytest.StashKey[list[str]]()

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._begun, self._clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
        self._outcomes: list[Outcome] = []
        self._system: dict[str, str] = {}
        self._crashed = False
        self._run: Run | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test left; a failure that left nothing is one of the machinery."""
        left = dict(report.user_properties) if report.when == "call" else {}
        if OUTCOME_PROPERTY in left:
            self._outcomes.append(OUTCOME.validate_json(str(left[OUTCOME_PROPERTY])))
            self._system = json.loads(str(left[SYSTEM_PROPERTY]))
        elif report.failed:
            self._crashed = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Compare with the baseline, which then decides instead of the single cases; accept; write the reports."""
        if not self._outcomes:
            return
        path = baseline_folder(self._config) / baseline_name(self._system)
        baseline = Baseline.load(path)
        self._run = run = self._put_together(baseline)
        is_over = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not self._crashed
        if reason := self._config.getoption("--accept"):
            if is_over:
                known = self._config.stash[self.known]
                baseline.accept(run.results, known, reason, self._begun[:10]).save(path)
                session.exitstatus = pytest.ExitCode.OK
        elif is_over and run.comparison is not None:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if run.comparison.reasons else pytest.ExitCode.OK
        for name in self._config.getoption("--report") or ():
            write_report(Path(name), run)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
        """Print the table and the verdict below everything else."""
        yield
        if self._run is None:
            return
        terminalreporter.section("evaluation")
        terminalreporter.write_line(", ".join(f"{key} {value}" for key, value in self._run.facts.items() if value))
        terminalreporter.write_line(format_table(self._run.rows))
        terminalreporter.write_line("\n".join(self._run.verdict))
        for name in self._config.getoption("--report") or ():
            terminalreporter.write_line(f"every case: {name}")

    def _put_together(self, baseline: Baseline) -> Run:
        results = join_repeats(self._outcomes)
        rows = summarise((result.case, result.mean) for result in results)
        workspace = workspace_of(self._config)
        settings = asdict(workspace.settings)
        facts = self._facts()
        past = past_run(facts, [result.case.id for result in results], rows)
        return Run(
            facts=facts,
            settings={
                f"{layer}.{key}": str(value) for layer, table in settings.items() for key, value in table.items()
            },
            rows=rows,
            outcomes=self._outcomes,
            results=results,
            comparison=(
                compare(results, baseline.scores, has_model=bool(facts.get("model")))
                if baseline.scores is not None
                else None
            ),
            earlier=append_run(workspace.home.folder / "evals" / "runs.jsonl", past),
        )

    def _facts(self) -> dict[str, str]:
        options = {
            name: self._config.getoption(f"--{name}") for name in ("sample", "each", "seed", "repeat", "tag", "cases")
        }
        asked = {name: str(value) for name, value in options.items() if value and value != 1}
        machine = (
            f"{platform.machine()} {platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )
        seconds = f"{time.perf_counter() - self._clock:.0f}"
        return {**self._system, **asked, "begun": self._begun, "seconds": seconds, "machine": machine}
