"""`pytest evals`: the options, the cases and the system under test. What is counted at the end: gathering.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest

from assistant.app import switch_telemetry_off
from assistant.collection_names import DEFAULT_COLLECTION, as_choice
from assistant.errors import AssistantError
from evals.attached import section_names
from evals.baseline import Baseline, baseline_name
from evals.cache import ReplyCache
from evals.case import SHIPPED_CASES, Case, CaseError, load_cases, pick_cases
from evals.gathering import Gathering
from evals.options import baseline_folder, is_search_only, workspace_of
from evals.report import REPORT_SUFFIXES
from evals.running import SEARCH_ONLY, Runner, open_runner
from index.errors import IndexLayerError

_BACKENDS = (SEARCH_ONLY, "extractive", "embedded", "vllm", "auto")
_CASES = pytest.StashKey[list[Case]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of an evaluation."""
    group = parser.getgroup("evals", "evaluation of the assistant (home: ASSISTANT_HOME)")
    group.addoption("--backend", default="extractive", choices=_BACKENDS, help="what answers; retrieval only searches")
    group.addoption("--cases", metavar="FILE", action="append", help="a case file instead of the shipped ones")
    group.addoption(
        "--collection", type=as_choice, default=DEFAULT_COLLECTION, metavar="NAME", help="the collection to ask"
    )
    group.addoption("--sample", type=int, metavar="N", help="only N of the cases, chosen by --seed")
    group.addoption("--each", type=int, metavar="N", help="only N cases of each kind and language, chosen by --seed")
    group.addoption("--seed", type=int, default=0, help="chooses the sample (default 0)")
    group.addoption("--tag", action="append", metavar="TAG", help="only cases with this tag; may be given again")
    group.addoption("--repeat", type=int, default=1, metavar="N", help="ask each case N times and name the flaky ones")
    group.addoption("--fresh", action="store_true", help="ask again what was answered before")
    group.addoption("--baselines", metavar="DIR", help="compare with the baselines in this folder")
    group.addoption("--accept", metavar="REASON", help="make this run the baseline, and say why")
    group.addoption("--report", metavar="FILE", action="append", help="write a report: .html, .md or .json")


def pytest_configure(config: pytest.Config) -> None:
    """Gather what the workers measure; workers of pytest-xdist only measure."""
    switch_telemetry_off()
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Gathering(config), "evals-gathering")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Read the cases before anything is started: what is wrong with them is told as wrong use, not as a traceback."""
    config = session.config
    config.stash[_CASES] = _choose_cases(config)
    if wrong := [name for name in config.getoption("--report") or () if Path(name).suffix not in REPORT_SUFFIXES]:
        raise pytest.UsageError(f"{wrong[0]}: a report's name ends in one of {', '.join(REPORT_SUFFIXES)}")
    if not hasattr(config, "workerinput") and config.getoption("numprocesses", None):
        try:  # here, so that several workers do not all build the index
            workspace_of(config).generation(
                config.getoption("--collection"), notice=lambda line: None, progress=lambda done, total: None
            )
        except (AssistantError, IndexLayerError) as error:
            raise pytest.UsageError(str(error)) from error


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each chosen case, or several with --repeat."""
    if "case" in metafunc.fixturenames:
        repeats = range(metafunc.config.getoption("--repeat"))
        asked = [(case, repeat) for case in metafunc.config.stash[_CASES] for repeat in repeats]
        ids = [f"{case.id}@{repeat}" if repeat else case.id for case, repeat in asked]
        metafunc.parametrize(("case", "repeat"), asked, ids=ids)


@pytest.fixture(scope="session")
def runner(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Iterator[Runner]:
    """What answers, opened once in each worker."""
    workspace = workspace_of(pytestconfig)
    cache = ReplyCache(workspace.home.folder / "evals" / "replies", fresh=pytestconfig.getoption("--fresh"))
    collection, search_only = pytestconfig.getoption("--collection"), is_search_only(pytestconfig)
    with ExitStack() as stack:
        try:
            opened = open_runner(workspace, collection=collection, search_only=search_only, cache=cache)
            opened_runner = stack.enter_context(opened)
        except Exception as error:  # of any layer; without a system there is nothing to measure
            _give_up(request.session, f"{type(error).__name__}: {error}")
        yield opened_runner


@pytest.fixture(scope="session")
def before(
    runner: Runner, request: pytest.FixtureRequest, pytestconfig: pytest.Config
) -> Mapping[str, Mapping[str, float]]:
    """The scores of the baseline."""
    try:
        return Baseline.load(baseline_folder(pytestconfig) / baseline_name(runner.description)).scores or {}
    except CaseError as error:
        _give_up(request.session, str(error))


def _give_up(session: pytest.Session, message: str) -> NoReturn:
    """End the run, telling why. A worker of pytest-xdist may not exit: it asks for the end and fails its case."""
    if not hasattr(session.config, "workerinput"):
        pytest.exit(message, returncode=pytest.ExitCode.USAGE_ERROR)
    session.shouldstop = message
    pytest.fail(message, pytrace=False)


def _choose_cases(config: pytest.Config) -> list[Case]:
    """The cases that the options ask for, in the order of their files."""
    files = [Path(name) for name in config.getoption("--cases") or ()]
    collection = config.getoption("--collection")
    if not files and collection != DEFAULT_COLLECTION:
        raise pytest.UsageError("the shipped cases are about the default collection; give --cases FILE for another one")
    try:
        documents = workspace_of(config).collection(collection).documents()
        cases = load_cases(files or sorted(SHIPPED_CASES.glob("*.jsonl")), section_names(documents))
    except (CaseError, AssistantError, IndexLayerError) as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[Gathering.known] = [case.id for case in cases]
    if is_search_only(config):
        cases = [case for case in cases if case.sections]
    return pick_cases(
        cases,
        tags=set(config.getoption("--tag") or ()),
        size=config.getoption("--sample"),
        each=config.getoption("--each"),
        seed=config.getoption("--seed"),
    )
