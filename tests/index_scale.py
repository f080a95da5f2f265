"""Measure the index at scale, with synthetic texts and vectors: time of a question, memory, adding one document.

    ASSISTANT_HOME=.home python -m tests.index_scale --chunks 100000 [--copies 10]

The real embedder, if the home has it, reads every question besides, so that the times include it. `--copies 10` makes a
collection ten times as large out of ten renamed copies of the documents, each copy with vectors of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np

from assistant.app import Workspace, switch_telemetry_off
from assistant.home import Home
from assistant.settings import Settings
from index.basis import Basis
from index.collection import Collection
from index.encoder import Encoder, Vectors
from index.entry import document_fingerprint
from index.generation_store import GenerationStore
from index.merging import merge
from index.rebuilding import rebuild
from index.scoring import rank
from index.search import Searcher
from index.segment import Segment, SegmentVectors
from index.space import Space
from index.vectors import VectorTable
from tests.doubles import make_document
from tests.synthetic_texts import SECTIONS, SyntheticEncoder, documents, questions

QUESTIONS = 200
COMPARED = 50
COMPARED_WHOLE = 20
BASIS = Basis((Space(SyntheticEncoder.spec, {}),))


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long the body took."""
    start = time.perf_counter()
    yield
    print(f"{what:<60}{time.perf_counter() - start:>9.2f} s", flush=True)  # noqa: T201 - a command


def say(what: str, value: str) -> None:
    """Print a figure."""
    print(f"{what:<60}{value:>11}", flush=True)  # noqa: T201 - a command


def renamed(segment: Segment, copy: int) -> Segment:
    """The segment's documents under other names, with vectors of their own."""
    if copy == 0:
        return segment
    entries = {f"c{copy}-{id}": replace(entry, fingerprint=f"{copy:016}") for id, entry in segment.entries.items()}
    lines = segment.lines.replace(b'{"id": "s', f'{{"id": "c{copy}-s'.encode())
    table = segment.table.copy()
    table["id"] = np.char.add(f"{copy:02}".encode(), table["id"].astype("S22"))
    old = segment.vectors[0]
    rows = _other_vectors(old.chunks.rows, copy)
    vectors = SegmentVectors.of(BASIS.readings[0], table, segment.asking, (rows, old.asked.rows))
    return replace(segment, id=f"{copy:024}", entries=entries, lines=lines, table=table, vectors=(vectors,))


def _other_vectors(rows: Vectors, copy: int) -> Vectors:
    """As near to each other as sums of two random rows are."""
    chance = np.random.default_rng(copy)
    mixed = rows[chance.permutation(len(rows))] + 0.7 * rows[chance.permutation(len(rows))]
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


def build(folder: Path, chunks: int, copies: int) -> None:
    """Write a collection of so many chunks, times `copies`, as one generation."""
    encoder = SyntheticEncoder()
    count, at_once = chunks // SECTIONS, 1000
    with timed(f"cut, count, encode {chunks} chunks"):
        segments = [
            Segment.build(documents(min(at_once, count - first), first), BASIS, [encoder], [{}])
            for first in range(0, count, at_once)
        ]
    whole = [renamed(segment, copy) for copy in range(copies) for segment in segments]
    with timed(f"merge {len(whole)} segments"):
        merged = merge([(segment, segment.entries.keys()) for segment in whole], BASIS)
    del whole, segments
    store = GenerationStore(folder)
    with timed("write it"):
        chosen = store.save_segment(merged, BASIS)
        store.swap_in("0" * 16, BASIS, [chosen], keep_previous=False)


def measure(folder: Path, real: Encoder | None, of_documents: int) -> None:
    """Open, ask, compare."""
    encoder = SyntheticEncoder(real)
    before = _resident_bytes()
    with timed("open it, every byte checked"):
        generation = Collection(folder).open([encoder.spec])
        generation.warm_up()
    table = generation.views[0].segment.vectors[0].chunks
    say("vectors", f"{table.rows.nbytes / 1e6:.0f} MB")
    say("of their size, with what FAISS holds beside them", f"{_held(table) / table.rows.nbytes:.3f}")
    say("memory of the whole index", f"{(_resident_bytes() - before) / 1e6:.0f} MB")
    searcher = Searcher(generation, [encoder])
    asked = questions(QUESTIONS, of_documents)
    for text in asked[:5]:
        searcher.search(text, language="en")
    times_ms, encoding_ms = [], []
    for text in asked:
        start = time.perf_counter()
        encoder.encode([text])
        encoding_ms.append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        searcher.search(text, language="en")
        times_ms.append((time.perf_counter() - start) * 1000)
    p50, p99 = np.percentile(times_ms, [50, 99])
    say(f"a question, embedding included (p50 of it {np.median(encoding_ms):.0f} ms): p50", f"{p50:.1f} ms")
    say("p99", f"{p99:.1f} ms")
    say("vectors: recall@10 of exact search", f"{_recall(table, encoder.encode(asked[:COMPARED])):.4f}")
    say("passages: the same ten as when every chunk is scored", f"{_agreement(searcher, asked[:COMPARED_WHOLE]):.4f}")


def add_one(folder: Path) -> None:
    """Add a document to what `build` wrote, as `Collection.update` does once it knows what is there."""
    encoder = SyntheticEncoder()
    store = GenerationStore(folder)
    wanted = {id: entry.fingerprint for entries in store.segments_on(BASIS).values() for id, entry in entries.items()}
    new = make_document("A document that was added later speaks of marmots.", name="new")
    with timed("add one document"):
        rebuild(store, wanted | {"new": document_fingerprint(new)}, lambda id: new, [], [encoder], lambda *_: None)
    generation = Collection(folder).open([encoder.spec])
    hit = Searcher(generation, [encoder]).search("marmots", language="en", limit=1)[0]
    say("it is found among so many chunks", f"{generation.chunk_count if hit.chunk.document_id == 'new' else 'no'}")


def _held(table: VectorTable) -> int:
    return int(table.rows.nbytes + faiss.serialize_index(table._bits).nbytes)


def _recall(table: VectorTable, queries: Vectors) -> float:
    shares = []
    for query in queries:
        exact = np.argsort(-(table.rows @ query))[:10]
        near = table.nearest(query, 1000)
        best = near[np.argsort(-table.cosines(query, near))[:10]]
        shares.append(len(set(exact.tolist()) & set(best.tolist())) / 10)
    return float(np.mean(shares))


def _agreement(searcher: Searcher, asked: Sequence[str]) -> float:
    shares = []
    for text in asked:
        quick = rank(searcher.generation, searcher.seek(text, "en", 10), "en")
        every = rank(searcher.generation, searcher.seek(text, "en", searcher.generation.chunk_count), "en")[:10]
        found, best = ({number for _, number, _ in ranked} for ranked in (quick, every))
        shares.append(len(found & best) / max(1, len(best)))
    return float(np.mean(shares))


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def main() -> int:
    """Build in one process, measure in another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--copies", type=int, default=1)
    options = parser.parse_args()
    switch_telemetry_off()
    home = Home.find()
    real = next(iter(Workspace(home, Settings.load(home)).encoders()), None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "c"
        pid = os.fork()
        if pid == 0:
            build(folder, options.chunks, options.copies)
            os._exit(0)
        if os.waitpid(pid, 0)[1]:
            return 1
        measure(folder, real, options.chunks // SECTIONS)
        add_one(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
