"""Measure how much slower adding files is than the embedder alone on the same passages, in turns in one run.

    ASSISTANT_HOME=.home python -m tests.library_throughput ../shared/bench/retrieval_en_scifact --documents 1000

The documents of a data set in the layout of BEIR are written as Markdown files and added as `assistant library add`
does, a folder at a time; after each folder the embedder reads alone what it was just given.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from assistant.app import Workspace, switch_telemetry_off
from assistant.home import Home
from assistant.library import Library
from assistant.settings import Settings
from corpus.document import Document
from evals.datasets import read_beir
from index.collection import Collection
from index.preparing import Recording

FOLDER_OF = 250


def write_files(documents: tuple[Document, ...], folder: Path) -> None:
    """One Markdown file for each document."""
    folder.mkdir()
    for number, document in enumerate(documents):
        (folder / f"{number}.md").write_text(f"# {document.title}\n\n{document.text}\n", encoding="utf-8")


def main() -> int:
    """Add and encode in turns; print both rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, metavar="DIR")
    parser.add_argument("--documents", type=int, default=1000)
    options = parser.parse_args()
    switch_telemetry_off()
    home = Home.find()
    recording = Recording(Workspace(home, Settings.load(home)).encoders()[0])
    recording.encode(["load the weights"])
    documents = read_beir(options.data).documents[: options.documents]
    adding = alone = 0.0
    texts = 0
    with tempfile.TemporaryDirectory() as name:
        library = Library(Collection(Path(name) / "c"), [recording])
        for first in range(0, len(documents), FOLDER_OF):
            folder = Path(name) / str(first)
            write_files(documents[first : first + FOLDER_OF], folder)
            recording.read.clear()
            began = time.perf_counter()
            library.add_files([folder], lambda *_: None, lambda *_: None)
            added = time.perf_counter()
            recording.encoder.encode(list(recording.read))
            adding, alone = adding + added - began, alone + time.perf_counter() - added
            texts += len(recording.read)
            sys.stdout.write(
                f"{first + FOLDER_OF:>6} documents, {texts} texts: adding {texts / adding:.1f} texts/s, "
                f"embedder alone {texts / alone:.1f}, ratio {alone / adding:.3f}\n"
            )
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
