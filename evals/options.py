"""What the options of `pytest evals` mean, for those who need more than one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.app import Workspace
from assistant.collection_names import DEFAULT_COLLECTION
from assistant.home import Home
from assistant.settings import Settings
from evals.baseline import SHIPPED_BASELINES
from evals.running import SEARCH_ONLY


def is_search_only(config: pytest.Config) -> bool:
    """Whether nothing is answered."""
    return bool(config.getoption("--backend") == SEARCH_ONLY)


def workspace_of(config: pytest.Config) -> Workspace:
    """The home with its settings, and the backend that was asked for."""
    backend = "extractive" if is_search_only(config) else config.getoption("--backend")
    home = Home.find()
    return Workspace(home, Settings.load(home, flags={"backend": backend}))


def baseline_folder(config: pytest.Config) -> Path:
    """Where the baselines lie: in the repository for the shipped cases, in the home for a user's own."""
    if given := config.getoption("--baselines"):
        return Path(str(given))
    collection = str(config.getoption("--collection"))
    if config.getoption("--cases") or collection != DEFAULT_COLLECTION:
        return Home.find().folder / "evals" / "baselines" / collection
    return SHIPPED_BASELINES
