"""Settings: a profile, then assistant.toml (home, then working folder), then ASSISTANT_… variables, then flags."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from assistant.errors import SettingsError
from assistant.evidence.reading import ReadingSettings
from assistant.home import Home
from assistant.verifying.second_opinion import CheckingSettings
from corpus.document import text_fingerprint
from index.settings import IndexSettings
from serving.backend import ServingSettings
from serving.talking.deadlines import Deadlines

_PROFILES = Path(__file__).parent / "profiles"
_FILE = "assistant.toml"
_PREFIX = "ASSISTANT_"
# By the variable's name without the prefix. ASSISTANT_HOME and ASSISTANT_API_KEY are read elsewhere.
_VARIABLES = {
    "BACKEND": ("serving", "backend"),
    "BASE_URL": ("serving", "base_url"),
    "MODEL": ("serving", "model"),
    "MAX_TOKENS": ("serving", "max_tokens"),
}

_TYPES = {
    "index": IndexSettings,
    "serving": ServingSettings,
    "deadlines": Deadlines,
    "reading": ReadingSettings,
    "checking": CheckingSettings,
}

Tables = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, one small table for each layer that has any."""

    index: IndexSettings = field(default_factory=IndexSettings)
    serving: ServingSettings = field(default_factory=ServingSettings)
    deadlines: Deadlines = field(default_factory=Deadlines)
    reading: ReadingSettings = field(default_factory=ReadingSettings)
    checking: CheckingSettings = field(default_factory=CheckingSettings)

    @classmethod
    def load(cls, home: Home, *, flags: Mapping[str, Any] | None = None, folder: Path | None = None) -> Settings:
        """Read everything that applies; `flags` maps names of `[serving]` to values, None for a flag not given.

        :raises SettingsError: for an unknown key or a value out of range, naming where it was found.
        """
        files = [path for path in (home.settings, (folder or Path.cwd()) / _FILE) if path.is_file()]
        read = [(str(path), _read(path)) for path in files]
        profile = "laptop"
        for place, tables in read:
            profile = _take_profile(tables, place) or profile
        layers = [(f"profile {profile}", _read(_PROFILES / f"{profile}.toml")), *read]
        layers.append(("the environment", _from_environment()))
        layers.append(("the command line", {"serving": {k: v for k, v in (flags or {}).items() if v is not None}}))
        merged: Tables = {name: {} for name in _TYPES}
        for place, tables in layers:
            for table, values in tables.items():
                _check_known(table, values, merged, place)
                merged[table].update(values)
        try:
            return cls(**{name: kind(**merged[name]) for name, kind in _TYPES.items()})
        except (ValueError, TypeError) as error:
            raise SettingsError(f"{error} (read from: {', '.join(place for place, _ in layers)})") from error

    @property
    def id(self) -> str:
        """The same settings have the same id, 12 hex digits. How long who waits is no part of them."""
        tables = asdict(self)
        del tables["deadlines"], tables["serving"]["at_once"], tables["serving"]["idle_unload_s"]
        return text_fingerprint(repr(sorted(tables.items())))[:12]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}") from error


def _take_profile(tables: dict[str, Any], place: str) -> str:
    name = tables.pop("profile", "")
    known = sorted(path.stem for path in _PROFILES.glob("*.toml"))
    if name and name not in known:
        raise SettingsError(f"{place}: no profile is called {name!r}; there are: {', '.join(known)}")
    return str(name)


def _from_environment() -> Tables:
    tables: Tables = {}
    for variable, (table, key) in _VARIABLES.items():
        value = os.environ.get(_PREFIX + variable)
        if value:
            tables.setdefault(table, {})[key] = int(value) if key == "max_tokens" and value.isdigit() else value
    return tables


def _check_known(table: str, values: Any, merged: Tables, place: str) -> None:  # noqa: ANN401 - whatever TOML held
    if table not in merged or not isinstance(values, dict):
        raise SettingsError(f"{place}: unknown setting {table!r}; there are: profile, [{'], ['.join(merged)}]")
    known = [name.name for name in fields(_TYPES[table])]
    for key in values:
        if key not in known:
            raise SettingsError(f"{place}: unknown setting {key!r} in [{table}]; there are: {', '.join(known)}")
