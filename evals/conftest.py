"""`pytest evals`: the options, the cases, the system under test, and the table at the end."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.app import DEFAULT_COLLECTION, Workspace, switch_telemetry_off
from assistant.errors import AssistantError
from assistant.home import Home
from assistant.settings import Settings
from evals.case import SHIPPED_CASES, Case, CaseError, load_cases, pick_cases
from evals.library import section_names
from evals.report import write_report
from evals.running import SEARCH_ONLY, Outcome, System, open_system
from evals.summary import format_table, summarise
from index.errors import IndexLayerError

_BACKENDS = (SEARCH_ONLY, "extractive", "embedded", "vllm", "auto")
_OUTCOMES = pytest.StashKey[list[Outcome]]()
_RUN = pytest.StashKey[dict[str, str]]()
_CASES = pytest.StashKey[list[Case]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of an evaluation."""
    group = parser.getgroup("evals", "evaluation of the assistant (home: ASSISTANT_HOME)")
    group.addoption("--backend", default="extractive", choices=_BACKENDS, help="what answers; retrieval only searches")
    group.addoption("--cases", metavar="FILE", action="append", help="a case file instead of the shipped ones")
    group.addoption("--collection", default=DEFAULT_COLLECTION, metavar="NAME", help="the collection to ask")
    group.addoption("--sample", type=int, metavar="N", help="only N of the cases, chosen by --seed")
    group.addoption("--seed", type=int, default=0, help="chooses the sample (default 0)")
    group.addoption("--tag", action="append", metavar="TAG", help="only cases with this tag; may be given again")
    group.addoption("--report", metavar="FILE", help="write the table and every case as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing measured."""
    switch_telemetry_off()
    config.stash[_OUTCOMES] = []
    config.stash[_RUN] = {}


def pytest_sessionstart(session: pytest.Session) -> None:
    """Read the cases before anything is started: what is wrong with them is told as wrong use, not as a traceback."""
    session.config.stash[_CASES] = _choose_cases(session.config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each chosen case."""
    if "case" in metafunc.fixturenames:
        cases = metafunc.config.stash[_CASES]
        metafunc.parametrize("case", cases, ids=[case.id for case in cases])


@pytest.fixture(scope="session")
def system(pytestconfig: pytest.Config) -> Iterator[System]:
    """What answers, opened once."""
    search_only = pytestconfig.getoption("--backend") == SEARCH_ONLY
    collection = pytestconfig.getoption("--collection")
    workspace = _workspace(pytestconfig)
    begun, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(open_system(workspace, collection=collection, search_only=search_only))
        except Exception as error:  # of any layer; without a system there is nothing to measure
            pytest.exit(f"{type(error).__name__}: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
        yield opened
        run = pytestconfig.stash[_RUN]
        run.update(opened.describe(), begun=begun, seconds=f"{time.perf_counter() - clock:.0f}")
        if size := pytestconfig.getoption("--sample"):
            run.update(sample=str(size), seed=str(pytestconfig.getoption("--seed")))


@pytest.fixture
def outcomes(pytestconfig: pytest.Config) -> list[Outcome]:
    """Where every outcome is left for the table."""
    return pytestconfig.stash[_OUTCOMES]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    """Print the table below everything else, and write the report."""
    yield
    outcomes = config.stash[_OUTCOMES]
    if not outcomes:
        return
    rows = summarise((outcome.case, outcome.scores) for outcome in outcomes)
    terminalreporter.section("evaluation")
    terminalreporter.write_line(", ".join(f"{key} {value}" for key, value in config.stash[_RUN].items() if value))
    terminalreporter.write_line(format_table(rows))
    if report := config.getoption("--report"):
        write_report(Path(report), config.stash[_RUN], rows, outcomes)
        terminalreporter.write_line(f"every case: {report}")


def _workspace(config: pytest.Config) -> Workspace:
    backend = config.getoption("--backend")
    home = Home.find()
    return Workspace(home, Settings.load(home, flags={"backend": "extractive" if backend == SEARCH_ONLY else backend}))


def _choose_cases(config: pytest.Config) -> list[Case]:
    """The cases that the options ask for, in the order of their files."""
    files = [Path(name) for name in config.getoption("--cases") or ()]
    collection = config.getoption("--collection")
    if not files and collection != DEFAULT_COLLECTION:
        raise pytest.UsageError("the shipped cases are about the default collection; give --cases FILE for another one")
    try:
        documents = _workspace(config).collection(collection).documents()
        cases = load_cases(files or sorted(SHIPPED_CASES.glob("*.jsonl")), section_names(documents))
    except (CaseError, AssistantError, IndexLayerError) as error:
        raise pytest.UsageError(str(error)) from error
    if config.getoption("--backend") == SEARCH_ONLY:
        cases = [case for case in cases if case.sections]
    return pick_cases(
        cases,
        tags=set(config.getoption("--tag") or ()),
        size=config.getoption("--sample"),
        seed=config.getoption("--seed"),
    )
