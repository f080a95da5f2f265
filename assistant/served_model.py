"""The model that somebody wants to serve: found on the disk, written out of a GGUF, or fetched when asked to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.app import Workspace
from assistant.errors import AssistantError
from serving.weights.catalog import Model
from serving.weights.gguf_export import COMPLETE, export_gguf
from serving.weights.gguf_shape import read_gguf_shape
from serving.weights.recommended import HubModel, find_hub_model, load_recommended
from serving.weights.shape import Shape, read_shape
from serving.weights.snapshot import Snapshots

GGUF = "model.gguf"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was named. `folder` is where its safetensors lie or will lie; `gguf` and `hub` say where they come from."""

    name: str
    folder: Path
    gguf: Model | None = None
    hub: HubModel | None = None

    @property
    def is_here(self) -> bool:
        """Whether it can be served at once."""
        return (self.folder / COMPLETE).is_file() if self.gguf or self.hub else True


def find_wanted(named: str, workspace: Workspace, snapshots: Snapshots) -> Wanted:
    """A folder, a name of the catalogue, a name of the recommended models, or OWNER/NAME@REVISION of a hub.

    :raises AssistantError: when it is none of them; names what there is.
    :raises UnknownModelError: when a repository is named without its commit.
    """
    folder = Path(named).expanduser()
    if folder.is_dir():
        return Wanted(folder.resolve().name.lower(), folder.resolve())
    model = workspace.catalog.models.get(named)
    if model is not None and model.use == "chat":
        return Wanted(named, workspace.home.models / f"{named}-safetensors", gguf=model)
    hub = find_hub_model(named)
    if hub is None:
        chat = [model.name for model in workspace.catalog.models.values() if model.use == "chat"]
        known = ", ".join([*(row.name for row in load_recommended()), *chat])
        raise AssistantError(
            f"{named!r} is neither a folder with a model nor one of: {known}; a repository of a hub is named "
            "OWNER/NAME@REVISION"
        )
    return Wanted(hub.name, snapshots.folder(hub), hub=hub)


def shape_of(wanted: Wanted, workspace: Workspace) -> Shape | None:
    """The shape, before the weights are here as well; None for a repository that nobody described.

    :raises ModelMissingError: when a model of the catalogue is not here, or what is here is none.
    """
    if wanted.is_here:
        return read_shape(wanted.folder)
    if wanted.hub is not None:
        rows = {row.repo: row for row in load_recommended()}
        return rows[wanted.hub.repo].shape if wanted.hub.repo in rows else None
    return read_gguf_shape(workspace.models.path(wanted.gguf) / GGUF) if wanted.gguf else None


def write_out(wanted: Wanted, workspace: Workspace) -> None:
    """Make the safetensors of a GGUF model of the catalogue.

    :raises ModelMissingError: when the model, or what it takes to read it, is not here.
    :raises FetchError: when they cannot be written.
    """
    assert wanted.gguf is not None  # the caller asked for `gguf`
    export_model(wanted.gguf, wanted.folder, workspace)


def export_model(model: Model, target: Path, workspace: Workspace) -> None:
    """Write a GGUF model of the catalogue to `target` as safetensors in bf16.

    :raises AssistantError: when it is not a GGUF model.
    :raises ModelMissingError: when it is not here.
    :raises FetchError: when it cannot be written.
    """
    files = {file.path: file for file in model.files}
    if GGUF not in files:
        names = ", ".join(name for name, known in workspace.catalog.models.items() if known.files[0].path == GGUF)
        raise AssistantError(f"{model.name} is not a GGUF model; these can be written out: {names}")
    source = workspace.models.path(model) / GGUF
    export_gguf(source, target, name=model.name, sha256=files[GGUF].sha256)
