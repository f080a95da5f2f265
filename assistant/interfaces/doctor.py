"""`assistant doctor`: what this machine has, what is ready, what to do next."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.app import Workspace
from assistant.collection_names import DEFAULT_COLLECTION, as_argument
from assistant.interfaces.terminal import Terminal
from assistant.serving_plan import best_fitting
from index.errors import IndexLayerError
from serving.launching.hardware import Machine, this_machine
from serving.launching.running import find_running


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "doctor",
        parents=[common],
        help="what is here, what is ready, what to do next",
        description="Look at machine, models, collection and server; change nothing.",
        epilog="Example: assistant doctor",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Print what is found, and last what to do."""
    machine = this_machine()
    terminal.answer(
        f"machine      {platform.system()} {platform.machine()}, {os.cpu_count()} cores{_memory()}, {_gpus(machine)}"
    )
    terminal.answer(f"python       {platform.python_version()} in {sys.prefix}")
    terminal.answer(f"home         {workspace.home.folder} ({_free_space(workspace.home.folder)})")
    terminal.answer(f"backend      {workspace.settings.serving.backend}{_server(workspace)}")
    terminal.answer(f"to serve     {_servable(machine, workspace)}")
    advice: list[str] = []
    for model in workspace.catalog.models.values():
        here = workspace.models.has(model)
        if here or model.default:
            terminal.answer(f"model        {model.name}: {'ready' if here else 'not here'}")
        if model.default and not here:
            advice.append(f"assistant models pull {model.name}")
    advice.extend(_look_at_collection(options.collection, workspace, terminal))
    terminal.answer("next         " + ("; ".join(advice) if advice else 'assistant chat, or assistant ask "…"'))
    return 0


def _look_at_collection(name: str, workspace: Workspace, terminal: Terminal) -> Iterator[str]:
    collection = workspace.collection(name)
    if not collection.exists:
        terminal.answer(f"collection   {name}: there is none")
        yield f"assistant library add PATH --collection {as_argument(name)}"
        return
    specs = [encoder.spec for encoder in workspace.encoders()]
    try:
        generation = collection.open(specs)
    except IndexLayerError as error:
        first_time = name == DEFAULT_COLLECTION and not collection.current_generation()
        state = "will be indexed on first use" if first_time else f"cannot be used: {error}"
        terminal.answer(f"collection   {name}: {state}")
        if not first_time:
            yield f"assistant library build --collection {as_argument(name)}"
        return
    terminal.answer(f"collection   {name}: {len(generation.documents)} documents, {generation.chunk_count} passages")


def _memory() -> str:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return ""
    return f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB memory"


def _gpus(machine: Machine) -> str:
    names = [f"{gpu.name} ({gpu.memory / 2**30:.0f} GiB, {gpu.free / 2**30:.0f} free)" for gpu in machine.gpus]
    return ", ".join(names) or "no NVIDIA GPU"


def _servable(machine: Machine, workspace: Workspace) -> str:
    """The best model that vLLM could serve to a team from here."""
    if not machine.gpus:
        return "no GPU: the embedded model answers; for a team, name a server elsewhere in base_url"
    best = best_fitting(machine, workspace.tables())
    if best is None:
        return "none of the recommended models fits; see `assistant serve`"
    return f"{best.title} fits ({best.shape.weights / 1e9:.1f} GB): assistant serve {best.name} --download"


def _free_space(folder: Path) -> str:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return f"{shutil.disk_usage(existing).free / 1e9:.0f} GB free"


def _server(workspace: Workspace) -> str:
    base_url = workspace.settings.serving.base_url
    running = find_running(workspace.home.folder)
    started = f", `assistant serve` keeps {running.model} up on {running.base_url}" if running else ""
    return (f", server {base_url}" if base_url else ", no server configured") + started
