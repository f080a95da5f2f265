"""One pytest case for each case: see README.md. Not run by a bare `pytest`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from evals.case import Case
from evals.explain import explain
from evals.gathering import OUTCOME_PROPERTY, SYSTEM_PROPERTY
from evals.outcome import OUTCOME, failed_metrics
from evals.running import Runner

# The first case also waits for the index to be built and the model to be loaded.
pytestmark = pytest.mark.timeout(1800)


def test_case(
    case: Case,
    repeat: int,
    runner: Runner,
    before: Mapping[str, Mapping[str, float]],
    record_property: Callable[[str, object], None],
) -> None:
    """Status, language, sections and forbidden strings are as the case says; the rest is counted in the table.

    What failed in the baseline, too, is an expected failure.
    """
    outcome = runner.run(case, repeat)
    record_property(OUTCOME_PROPERTY, OUTCOME.dump_json(outcome).decode())
    record_property(SYSTEM_PROPERTY, json.dumps(runner.description))
    if outcome.failures and failed_metrics(before.get(case.id, {})):
        pytest.xfail(f"in the baseline, too: {outcome.failures[0][:100]}")
    if outcome.failures:
        pytest.fail(explain(outcome), pytrace=False)
