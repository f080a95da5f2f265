"""Where things are kept: one folder for models, collections and settings."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from assistant.errors import SettingsError

HOME_VARIABLE = "ASSISTANT_HOME"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Home:
    """The folder and what lies where in it. Nothing is made until something is written."""

    folder: Path

    @classmethod
    def find(cls, given: str = "") -> Home:
        """`given`, else ASSISTANT_HOME, else the platform's folder for user data."""
        named = given or os.environ.get(HOME_VARIABLE, "")
        return cls(Path(named).expanduser().absolute() if named else platformdirs.user_data_path("founder-assistant"))

    @property
    def models(self) -> Path:
        """Weights."""
        return self.folder / "models"

    @property
    def catalog(self) -> Path:
        """The user's own additions to the catalogue of models."""
        return self.folder / "models.toml"

    @property
    def prices(self) -> Path:
        """The user's own rows of the tables: prices, accelerators, benchmarks."""
        return self.folder / "prices.toml"

    @property
    def profile(self) -> Path:
        """What the user said about the company."""
        return self.folder / "company.toml"

    @property
    def settings(self) -> Path:
        """Settings of this home."""
        return self.folder / "assistant.toml"

    @property
    def papers(self) -> Path:
        """Papers fetched from arXiv on demand."""
        return self.folder / "papers"

    @property
    def conversations(self) -> Path:
        """What was asked and answered on the page."""
        return self.folder / "conversations.sqlite3"

    @property
    def requests(self) -> Path:
        """A line for each question that the page or the API was asked, without its words."""
        return self.folder / "requests.log"

    @property
    def users(self) -> Path:
        """Who may use the page where it is not for this machine alone."""
        return self.folder / "users.sqlite3"

    @property
    def collections(self) -> Path:
        """All collections, a folder each."""
        return self.folder / "collections"

    def collection(self, name: str) -> Path:
        """The folder of a collection.

        :raises SettingsError: when the name could not be a folder's on every system.
        """
        if not _NAME.fullmatch(name):
            raise SettingsError(
                f"{name!r} cannot name a collection: use lower-case letters, digits, - and _, at most 64 characters"
            )
        return self.collections / name
