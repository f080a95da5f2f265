"""`assistant check`: does a text say what its sources say? Sentence by sentence, for any text and any files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from assistant.app import Workspace
from assistant.checking import check_record, check_text
from assistant.interfaces.terminal import Terminal
from assistant.verifying.verification import Verified
from corpus.document import Document
from corpus.errors import UnreadableFileError
from corpus.reader import DocumentReader, find_files
from corpus.shipped import shipped_documents

EXIT_UNSUPPORTED, EXIT_USAGE = 1, 2

_LONGEST_QUOTE = 160


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "check",
        parents=[common],
        help="check any text against any sources",
        description="Check a text sentence by sentence: whether a source says it, every figure too. Exit code 1 when a "
        "sentence is not supported.",
        epilog='Examples: assistant check "DeepSeek-V3 took 2.788 million GPU hours." --shipped   '
        "assistant check --source contract.pdf --source notes/ < summary.md",
    )
    parser.add_argument("text", nargs="?", help="the text; without it, or with -, what comes on stdin is checked")
    parser.add_argument("--source", type=Path, action="append", default=[], metavar="FILE", help="a file or folder")
    parser.add_argument("--shipped", action="store_true", help="check against the shipped documents too")
    parser.add_argument("--json", action="store_true", help="for programs: one line of JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Check and print."""
    text = sys.stdin.read() if options.text in (None, "-") else options.text
    if not text.strip():
        terminal.error("assistant: there is no text to check; give it in quotes or on stdin")
        return EXIT_USAGE
    documents, failed = _read(options.source, terminal)
    if options.shipped:
        documents += shipped_documents()
    if failed or not documents:
        terminal.error("assistant: name readable sources with --source FILE, or --shipped for the shipped documents")
        return EXIT_USAGE
    verified = check_text(text, documents)
    if options.json:
        terminal.answer(json.dumps(check_record(verified), ensure_ascii=False))
    else:
        _print(verified, terminal)
    return EXIT_UNSUPPORTED if any(s.verdict == "unsupported" for s in verified.sentences) else 0


def _read(paths: list[Path], terminal: Terminal) -> tuple[list[Document], int]:
    """The documents of files and folders, and how many failed: a check against half the sources misleads."""
    documents, failed = [], 0
    with DocumentReader() as reader:
        for file in (file for path in paths for file in find_files(path)):
            try:
                documents.append(reader.read(file))
            except UnreadableFileError as error:
                failed += 1
                terminal.error(f"assistant: {error} [{error.reason}]")
    return documents, failed


def _print(verified: Verified, terminal: Terminal) -> None:
    by_number = {citation.n: citation for citation in verified.citations}
    for sentence in verified.sentences:
        terminal.answer(f"{sentence.verdict:<12} {sentence.score:.2f}  {sentence.text}")
        for n in sentence.citations:
            citation = by_number[n]
            quote = " ".join(citation.quote.split())
            shown = quote if len(quote) <= _LONGEST_QUOTE else quote[:_LONGEST_QUOTE] + "…"
            page = f", p. {citation.page}" if citation.page else ""
            terminal.answer(f"{'':<18}“{shown}” ({citation.address}{page})")
    claims = verified.claims
    supported = sum(claim.verdict != "unsupported" for claim in claims)
    terminal.notice(f"{supported} of {len(claims)} claims are supported")
