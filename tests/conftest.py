"""What every test shares: a clean environment, and the real models, pulled once into `.home` beside the code."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.app import Workspace, open_assistant, switch_telemetry_off
from assistant.assistant import Assistant
from assistant.home import Home
from assistant.settings import Settings
from index.encoder import Encoder
from index.generation import Generation
from serving.weights.catalog import Catalog
from serving.weights.store import ModelStore

ROOT = Path(__file__).parent.parent
SHARED_HOME = Path(os.environ.get("ASSISTANT_TEST_HOME", ROOT / ".home"))
SOURCES = ROOT.parent / "shared" / "sources"

switch_telemetry_off()
# A job in a shell's background is started deaf to Ctrl-C, and so would be all that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the developer's settings or home, or writes to them."""
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def shared_home() -> Home:
    """A home with the English embedder and, once built, the shipped collection."""
    home = Home(SHARED_HOME)
    ModelStore(home.models).pull(Catalog.load().find("all-minilm-l6-v2"))
    return home


@pytest.fixture(scope="session")
def shared_llm_home(shared_home: Home) -> Home:
    """The shared home with the embedded language model as well."""
    ModelStore(shared_home.models).pull(Catalog.load().find("qwen2.5-coder-1.5b"))
    return shared_home


@pytest.fixture(scope="session")
def shared_workspace(shared_home: Home) -> Workspace:
    """The shared home, answering without a language model."""
    return Workspace(shared_home, Settings.load(shared_home, flags={"backend": "extractive"}))


@pytest.fixture(scope="session")
def embedder(shared_workspace: Workspace) -> Encoder:
    """The real English embedder."""
    return shared_workspace.encoders()[0]


@pytest.fixture(scope="session")
def generation(shared_workspace: Workspace) -> Generation:
    """The index of the shipped corpus."""
    return shared_workspace.generation("default", notice=lambda line: None, progress=lambda done, total: None)


@pytest.fixture(scope="session")
def extractive(shared_workspace: Workspace, generation: Generation) -> Iterator[Assistant]:
    """The assistant on the shipped corpus without a language model."""
    with open_assistant(shared_workspace) as assistant:
        yield assistant


@pytest.fixture(scope="session")
def embedded(shared_llm_home: Home, generation: Generation) -> Iterator[Assistant]:
    """The assistant on the shipped corpus with the real embedded model."""
    workspace = Workspace(shared_llm_home, Settings.load(shared_llm_home, flags={"backend": "embedded"}))
    with open_assistant(workspace) as assistant:
        yield assistant


@pytest.fixture
def home_with_embedder(shared_home: Home, tmp_path: Path) -> Home:
    """A home of the test's own in which the embedder is already there (as links to the shared files)."""
    home = Home(tmp_path / "home")
    shutil.copytree(shared_home.models / "all-minilm-l6-v2", home.models / "all-minilm-l6-v2", copy_function=os.symlink)
    return home
