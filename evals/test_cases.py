"""One pytest case for each case: see README.md. Not run by a bare `pytest`."""

from __future__ import annotations

import pytest

from evals.case import Case
from evals.report import explain
from evals.running import Outcome, System

# The first case also waits for the index to be built and the model to be loaded.
pytestmark = pytest.mark.timeout(1800)


def test_case(case: Case, system: System, outcomes: list[Outcome]) -> None:
    """Status, language, sections and forbidden strings are as the case says; the rest is counted in the table."""
    outcome = system.run(case)
    outcomes.append(outcome)
    if outcome.failures:
        pytest.fail(explain(outcome), pytrace=False)
