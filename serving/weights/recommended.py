"""Open models that are worth serving, best first: where they lie, and the shape that says whether they fit."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from serving.errors import ModelError, UnknownModelError
from serving.weights.shape import Shape

SHIPPED_RECOMMENDED = Path(__file__).parent / "recommended.toml"
BYTES_PER_PARAMETER = 2  # bf16, as they are published

_REVISION = re.compile(r"[0-9a-f]{40}")
_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True)
class HubModel:
    """A repository of a hub at a commit; `name` is what it is called here."""

    name: str
    repo: str
    revision: str


@dataclass(frozen=True, slots=True)
class Recommended:
    """One row of recommended.toml; parameters in billions."""

    name: str
    title: str
    repo: str
    licence: str
    languages: tuple[str, ...]
    parameters: float
    cache_layers: int
    kv_heads: int
    head_dim: int
    heads: int
    context: int
    revision: str = ""
    can_think: bool = False
    sees_pictures: bool = False

    @property
    def shape(self) -> Shape:
        """What its memory is computed from before it is here."""
        weights = int(self.parameters * 1e9) * BYTES_PER_PARAMETER
        return Shape(
            weights,
            self.cache_layers,
            self.kv_heads,
            self.head_dim,
            self.heads,
            self.context,
            self.can_think,
            self.sees_pictures,
        )


def load_recommended(path: Path = SHIPPED_RECOMMENDED) -> tuple[Recommended, ...]:
    """The table, best model first.

    :raises ModelError: when it breaks its form.
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["model"]
        models = tuple(Recommended(**{**row, "languages": tuple(row["languages"])}) for row in rows)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{path} is not a table of models ({error})") from error
    for model in models:
        if not _REPO.fullmatch(model.repo) or (model.revision and not _REVISION.fullmatch(model.revision)):
            raise ModelError(f"{path}: {model.name}: repo must be OWNER/NAME and revision 40 hex digits")
    return models


def find_hub_model(named: str) -> HubModel | None:
    """`named` as a name of the table, OWNER/NAME of it, or OWNER/NAME@REVISION; None when it is none of them.

    :raises UnknownModelError: when a repository is named without the commit that pins it.
    """
    repo, _, revision = named.partition("@")
    for model in load_recommended():
        if named == model.name or repo.lower() == model.repo.lower():
            return HubModel(model.name, model.repo, _pinned(model.repo, revision or model.revision))
    if not _REPO.fullmatch(repo):
        return None
    return HubModel(repo.replace("/", "--").lower(), repo, _pinned(repo, revision))


def _pinned(repo: str, revision: str) -> str:
    if not _REVISION.fullmatch(revision):
        raise UnknownModelError(
            f"{repo} must be pinned, so that what runs tomorrow is what runs today: name a commit of it, "
            f"{repo}@REVISION, with the 40 hex digits that its page shows under Files"
        )
    return revision
