"""Where things are kept: one folder for models, collections and settings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from assistant.collection_names import DEFAULT_COLLECTION, as_name, check_name, check_unlike

HOME_VARIABLE = "ASSISTANT_HOME"


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

    def collection_folders(self) -> dict[str, Path]:
        """The folders that may be collections, by name. A system that takes letters apart gives other names back."""
        if not self.collections.is_dir():
            return {}
        return {as_name(folder.name): folder for folder in sorted(self.collections.iterdir())}

    def collection(self, name: str) -> Path:
        """The folder of a collection, which needs not be there yet.

        :raises CollectionNameError: when the name could not be a folder's on every system, beside those that are there.
        """
        name = as_name(name)
        check_name(name)
        folders = self.collection_folders()
        if name not in folders and name != DEFAULT_COLLECTION:
            check_unlike(name, [DEFAULT_COLLECTION, *folders])
        return folders.get(name, self.collections / name)
