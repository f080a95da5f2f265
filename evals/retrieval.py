"""Measure the search alone: `python -m evals.retrieval [DIR…]`.

Without a folder: the shipped questions, asked of the default collection of ASSISTANT_HOME; a find is a section. With
`--across` the documents of the asker's language are hidden, so that what is asked must be found in the other one. With
`--own` the documents that cases bring along are added to the collection, and their questions asked. A folder in the
layout of BEIR is indexed in memory with the embedders of that home; a find is a document. With `--mixed N` each folder
is measured once more, with N documents of the other language beside its own.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from assistant.app import Workspace, switch_telemetry_off
from assistant.collection_names import DEFAULT_COLLECTION
from assistant.home import Home
from assistant.settings import Settings
from corpus.shipped import shipped_documents
from evals.attached import section_names
from evals.case import SHIPPED_CASES, Case, load_cases
from evals.datasets import Query, own_queries, read_beir, shipped_queries
from evals.ranking import ndcg, once, recall, reciprocal_rank
from index.chunk import LANGUAGES, Hit
from index.generation import Generation
from index.search import Searcher

# Enough passages for a hundred different documents.
_HITS = 400
_COLUMNS = ("nDCG@10", "R@1", "R@5", "R@100", "MRR", "p50 ms", "p99 ms")


@dataclass(frozen=True, slots=True)
class Judged:
    """How good one ranking is."""

    ndcg_10: float
    recall_1: float
    recall_5: float
    recall_100: float
    reciprocal_rank: float


@dataclass(frozen=True, slots=True)
class Line:
    """Means over `n` queries of one set and language. Latencies include the embedding of the query."""

    name: str
    language: str
    n: int
    means: Judged
    p50_ms: float
    p99_ms: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table, a line for each set and language."""
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description="Measure the search alone.")
    parser.add_argument("folders", metavar="DIR", nargs="*", type=Path, help="a data set in the layout of BEIR")
    parser.add_argument("--across", action="store_true", help="hide the documents of the asker's own language")
    parser.add_argument("--own", action="store_true", help="add the cases' own documents and ask about these")
    parser.add_argument("--mixed", metavar="N", type=int, help="add N documents of the other language to each folder's")
    options = parser.parse_args(arguments)
    switch_telemetry_off()
    home = Home.find()
    workspace = Workspace(home, Settings.load(home))
    print(f"{'set':<28}{'language':<9}{'n':>6}" + "".join(f"{column:>9}" for column in _COLUMNS))
    if options.folders:
        lines = _measure_folders(options.folders, workspace, options.mixed or 0)
    elif options.own:
        lines = _measure_own(workspace)
    else:
        lines = _measure_across(workspace) if options.across else _measure_shipped(workspace)
    for line in lines:
        shares = "".join(f"{share:>9.3f}" for share in astuple(line.means))
        print(f"{line.name:<28}{line.language:<9}{line.n:>6}{shares}{line.p50_ms:>9.0f}{line.p99_ms:>9.0f}", flush=True)
    return 0


def measure(name: str, queries: Sequence[Query], searcher: Searcher, find: Callable[[Hit], str]) -> list[Line]:
    """One line for each language of `queries`; `find` says what a hit is a find of."""
    lines = []
    for language in dict.fromkeys(query.language for query in queries):
        chosen = [query for query in queries if query.language == language]
        searcher.search(chosen[0].text, language=language, limit=1)  # loads the embedder, outside the clock
        judged, latencies_ms = [], []
        for query in chosen:
            start = time.perf_counter()
            hits = searcher.search(query.text, language=language, limit=_HITS)
            latencies_ms.append((time.perf_counter() - start) * 1000)
            judged.append(judge(query, once(map(find, hits))))
        p50, p99 = (float(value) for value in np.percentile(latencies_ms, [50, 99]))
        lines.append(Line(name, language, len(chosen), _means(judged), p50, p99))
    return lines


def judge(query: Query, ranked: Sequence[str]) -> Judged:
    """The measures of one ranking."""
    gains = query.gains
    if query.any_counts:
        first = next((name for name in ranked if name in gains), next(iter(gains)))
        gains = {first: 1.0}
    relevant = gains.keys()
    return Judged(
        ndcg(ranked, gains, 10),
        recall(ranked, relevant, 1),
        recall(ranked, relevant, 5),
        recall(ranked, relevant, 100),
        reciprocal_rank(ranked, relevant),
    )


def _means(judged: Sequence[Judged]) -> Judged:
    return Judged(*(float(mean) for mean in np.mean([astuple(one) for one in judged], axis=0)))


def _measure_shipped(workspace: Workspace) -> Iterator[Line]:
    generation, cases = _shipped(workspace)
    searcher = workspace.searcher(generation)
    for name, queries in shipped_queries(cases).items():
        yield from measure(f"shipped: {name}", queries, searcher, lambda hit: hit.chunk.evidence)


def _measure_across(workspace: Workspace) -> Iterator[Line]:
    """The same questions, each asked of an index without the documents of its own language."""
    generation, cases = _shipped(workspace)
    encoders = workspace.encoders()
    for language in LANGUAGES:
        others = [document for document in generation.documents.values() if document.language != language]
        searcher = workspace.searcher(Generation.build(others, encoders, reuse=generation))
        for name, queries in shipped_queries(cases).items():
            chosen = [query for query in queries if query.language == language]
            yield from measure(f"across: {name}", chosen, searcher, lambda hit: hit.chunk.evidence)


def _measure_own(workspace: Workspace) -> Iterator[Line]:
    """Questions of people's own documents, which lie among the shipped ones, and those of the shipped ones beside."""
    generation, cases = _shipped(workspace)
    own = {attached.name: attached.document for case in cases if case.sections for attached in case.documents}
    every = [*generation.documents.values(), *own.values()]
    searcher = workspace.searcher(Generation.build(every, workspace.encoders(), reuse=generation))
    for name, queries in own_queries(cases).items():
        yield from measure(f"own: {name}", queries, searcher, lambda hit: hit.chunk.evidence)
    for name, queries in shipped_queries(cases).items():
        yield from measure(f"beside own: {name}", queries, searcher, lambda hit: hit.chunk.evidence)


def _shipped(workspace: Workspace) -> tuple[Generation, list[Case]]:
    generation = workspace.generation(DEFAULT_COLLECTION, notice=lambda line: None, progress=lambda done, total: None)
    cases = load_cases(sorted(SHIPPED_CASES.glob("*.jsonl")), section_names(generation.documents.values()))
    return generation, cases


def _measure_folders(folders: Sequence[Path], workspace: Workspace, mixed: int) -> Iterator[Line]:
    """Each set alone; then with `mixed` documents of the other language: the other sets', then shipped ones."""
    sets, encoders = [read_beir(folder) for folder in folders], workspace.encoders()
    every = [*(document for data in sets for document in data.documents), *(shipped_documents() if mixed else ())]
    for data in sets:
        alone = Generation.build(data.documents, encoders)
        yield from measure(data.name, data.queries, workspace.searcher(alone), _document_of)
        added = [document for document in every if document.language != data.language][:mixed]
        if added:
            together = Generation.build([*data.documents, *added], encoders, reuse=alone)
            name = f"{data.name} +{len(added)}"
            yield from measure(name, data.queries, workspace.searcher(together), _document_of)


def _document_of(hit: Hit) -> str:
    return hit.chunk.document_id


if __name__ == "__main__":
    sys.exit(main())
