"""Measure the table of Chinese words alone: `python -m evals.embedding [--pairs TSV] [--table DIR] [DIR…]`.

With --pairs, a file with a Chinese sentence, a tab and an English one on each line: the share whose nearest one in
the other language is its pair. A folder in the layout of BEIR: how often the right document is the nearest, and among
the nearest five, without a word being matched. Always: how long loading takes, and how many passages of 500 characters
are encoded in a second of processor time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.app import Workspace, switch_telemetry_off
from assistant.home import Home
from assistant.settings import Settings
from corpus.shipped import shipped_documents
from evals.datasets import read_beir
from index.encoder import Encoder, Vectors
from index.static_table import SHIPPED_TABLE, StaticTable

_PASSAGE = 500  # characters
_PASSAGES = 2000


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each measure."""
    parser = argparse.ArgumentParser(prog="python -m evals.embedding", description="Measure the table of words alone.")
    parser.add_argument("folders", metavar="DIR", nargs="*", type=Path, help="a data set in the layout of BEIR")
    parser.add_argument("--pairs", metavar="TSV", type=Path, help="Chinese sentence, tab, English sentence")
    parser.add_argument("--table", metavar="DIR", type=Path, default=SHIPPED_TABLE, help="default: the shipped one")
    options = parser.parse_args(arguments)
    start = time.process_time()
    table = StaticTable.load(options.table)
    table.encode(["载入"])
    print(f"loading: {time.process_time() - start:.2f} s of processor time, {len(table.words)} words")
    print(f"encoding: {_passages_a_second(table):.0f} passages of {_PASSAGE} characters a second")
    if options.pairs:
        there, back = neighbours(table, _english(), options.pairs)
        print(f"{options.pairs.name}: right neighbour zh-en {there:.3f}, en-zh {back:.3f}")
    for folder in options.folders:
        first, five = nearest_documents(table, folder)
        print(f"{folder.name}: R@1 {first:.3f}, R@5 {five:.3f}")
    return 0


def neighbours(table: StaticTable, english: Encoder, path: Path) -> tuple[float, float]:
    """The share of sentences whose nearest neighbour is their pair: of the Chinese ones, of the English ones."""
    pairs = [line.split("\t")[:2] for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line]
    closeness = table.encode([pair[0] for pair in pairs]) @ english.encode([pair[1] for pair in pairs]).T
    own = np.arange(len(pairs))
    return float((closeness.argmax(axis=1) == own).mean()), float((closeness.argmax(axis=0) == own).mean())


def nearest_documents(table: StaticTable, folder: Path) -> tuple[float, float]:
    """The share of questions with a right document first, and among the first five, by the vectors alone."""
    data = read_beir(folder)
    names = [document.id for document in data.documents]
    documents = table.encode([document.text for document in data.documents])
    closeness = table.encode([query.text for query in data.queries]) @ documents.T
    ranks = [_rank(row, names, query.gains) for row, query in zip(closeness, data.queries, strict=True)]
    return float(np.mean([rank == 0 for rank in ranks])), float(np.mean([rank < 5 for rank in ranks]))


def _rank(closeness: Vectors, names: Sequence[str], gains: dict[str, float]) -> int:
    right = max(closeness[n] for n, name in enumerate(names) if name in gains)
    return int((closeness > right).sum())


def _passages_a_second(table: StaticTable) -> float:
    text = "\n".join(document.text for document in shipped_documents() if document.language == "zh")
    passages = [text[start : start + _PASSAGE] for start in range(0, len(text) - _PASSAGE, _PASSAGE)][:_PASSAGES]
    start = time.process_time()
    table.encode(passages)
    return len(passages) / (time.process_time() - start)


def _english() -> Encoder:
    switch_telemetry_off()
    home = Home.find()
    return next(e for e in Workspace(home, Settings.load(home)).encoders() if "en" in e.spec.languages)


if __name__ == "__main__":
    sys.exit(main())
