"""`assistant library`: the user's own documents in a collection."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.app import Workspace
from assistant.collection_names import as_argument
from assistant.interfaces.terminal import Terminal
from assistant.library import Library
from corpus.arxiv import fetch_papers, listed_papers
from index.errors import CollectionMissingError

EXIT_SOME_FAILED, EXIT_USAGE, EXIT_DAMAGED = 1, 2, 4


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "library",
        help="add, list and remove your own documents",
        description="Your own documents, cited like the shipped.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = actions.add_parser(
        "add",
        parents=[common],
        help="add files or folders (PDF, Word, PowerPoint, Excel, CSV, HTML, EPUB, Markdown, text)",
        epilog="Example: assistant library add notes.md board-decks/ --collection board",
    )
    adding.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    adding.set_defaults(run=add)
    listing = actions.add_parser(
        "list", parents=[common], help="your documents with their ids", epilog="Example: assistant library list"
    )
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(run=list_documents)
    removing = actions.add_parser(
        "remove",
        parents=[common],
        help="remove a document",
        epilog="Example: assistant library remove user-0123456789abcdef",
    )
    removing.add_argument("id")
    removing.set_defaults(run=remove)
    building = actions.add_parser(
        "build",
        parents=[common],
        help="index again, after a change of embedder or a damage; your documents are kept",
        epilog="Example: assistant library build --collection board",
    )
    building.set_defaults(run=build)
    verifying = actions.add_parser(
        "verify",
        parents=[common],
        help="check every file of a collection against its hash",
        epilog="Example: assistant library verify --collection board",
    )
    verifying.set_defaults(run=verify)
    status = actions.add_parser(
        "status", parents=[common], help="what a collection holds", epilog="Example: assistant library status"
    )
    status.set_defaults(run=print_status)
    fetching = actions.add_parser(
        "fetch-papers",
        parents=[common],
        help=f"download the full texts of the {len(listed_papers())} papers that the digests rest on, and add them",
        description="Downloads from arxiv.org, one paper at a time with a pause between two; goes on where it stopped. "
        "The papers keep their own licences: they are for you. Nothing else here contacts arxiv.org.",
        epilog="Example: assistant library fetch-papers 1706.03762 2309.06180 --collection papers",
    )
    fetching.add_argument("ids", nargs="*", metavar="ID", help="arXiv ids of listed papers (default: all)")
    fetching.add_argument("--to", type=Path, metavar="DIR", help="where the files are kept (default: HOME/papers)")
    fetching.add_argument(
        "--mirror", default="https://arxiv.org", metavar="URL", help="another server of the same paths"
    )
    fetching.set_defaults(run=fetch_and_add)


def add(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Add the files and those of the folders that are named."""
    return _add_files(options.paths, options, workspace, terminal)


def fetch_and_add(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Fetch listed papers and add those that are there."""
    folder = options.to or workspace.home.papers
    terminal.notice(f"fetching from {options.mirror} into {folder}")
    with terminal.progress("fetching", "papers") as progress:
        report = fetch_papers(
            folder,
            ids=options.ids or None,
            base_url=options.mirror,
            progress=lambda done, total, _: progress(done, total),
        )
    for failure in report.failures:
        terminal.error(f"assistant: {failure.paper.id} ({failure.paper.title}): {failure.advice}")
    terminal.notice(f"{report.fetched} papers fetched, {len(report.files)} are there")
    added = _add_files(report.files, options, workspace, terminal) if report.files else 0
    return EXIT_SOME_FAILED if report.failures else added


def _add_files(paths: Sequence[Path], options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Read files, keep their text, index what is new; failed files are named and the rest goes on."""
    with terminal.progress("reading", "files") as reading, terminal.progress("indexing", "documents") as indexing:
        added = _library(options, workspace).add_files(paths, reading, indexing)
    for failure in added.failures:
        terminal.error(f"assistant: {failure.file}: {failure.advice} [{failure.reason}]")
    for same in added.same:
        terminal.notice(f"{same.file} says what {same.address} says: they are one document")
    if not added.files:
        terminal.error("assistant: no file that can be read was found there")
        return EXIT_USAGE
    unchanged = f", {added.unchanged} are there already" if added.unchanged else ""
    terminal.notice(f"added {added.added} of {added.files} files to {options.collection}{unchanged}")
    return EXIT_SOME_FAILED if added.failures else 0


def list_documents(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Print the user's documents."""
    kept = workspace.collection(options.collection).store.kept()
    if options.json:
        keys = ("title", "language", "address")
        records = [{"id": k.id, **{key: getattr(k.entry, key) for key in keys}} for k in kept]
        terminal.answer(json.dumps(records, ensure_ascii=False))
        return 0
    for document in kept:
        entry = document.entry
        terminal.answer(f"{document.id}  {entry.language}  {entry.title}  ({entry.address})")
    if not kept:
        terminal.notice("none of your own yet; add some with `assistant library add PATH`")
    return 0


def remove(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Forget a document and index again without it."""
    with terminal.progress("indexing", "documents") as progress:
        generation = _library(options, workspace).remove(options.id, progress)
    if generation is None:
        terminal.error(
            f"assistant: {options.collection} holds no document {options.id!r}; see `assistant library list`"
        )
        return EXIT_USAGE
    terminal.notice(f"removed {options.id}")
    return 0


def build(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Index everything again."""
    with terminal.progress("indexing", "documents") as progress:
        _library(options, workspace).build(progress)
    terminal.notice(f"{options.collection} is indexed")
    return 0


def verify(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Read every file of the collection and say which are damaged."""
    collection = workspace.collection(options.collection)
    if not collection.exists or not collection.current_generation():
        raise CollectionMissingError(
            f"nothing is indexed yet; run `assistant library build --collection {as_argument(options.collection)}`"
        )
    damages = list(_library(options, workspace).damages())
    for damage in damages:
        terminal.error(f"assistant: {damage}")
    if damages:
        terminal.error(f"assistant: run `assistant library build --collection {as_argument(options.collection)}`")
        return EXIT_DAMAGED
    terminal.notice(f"{options.collection}: every file is what was written")
    return 0


def print_status(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Print counts and the index in use."""
    collection = workspace.collection(options.collection)
    with terminal.progress("indexing", "documents") as progress:
        generation = workspace.generation(options.collection, notice=terminal.notice, progress=progress)
    encoders = ", ".join(encoder.name for encoder in generation.basis.encoders) or "none (keywords only)"
    terminal.answer(f"collection   {options.collection}")
    terminal.answer(f"documents    {len(generation.documents)}, {len(collection.store.kept())} of them yours")
    terminal.answer(f"passages     {generation.chunk_count}")
    terminal.answer(f"embedders    {encoders}")
    terminal.answer(f"index        {generation.id}")
    return 0


def _library(options: argparse.Namespace, workspace: Workspace) -> Library:
    return Library(workspace.collection(options.collection), workspace.encoders())
