"""Flip a byte of an index file, or cut the file short, again and again: none may be answered from.

python -m tests.library_damages --trials 1000
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from index.collection import Collection
from index.errors import CollectionDamagedError, CollectionMissingError
from tests.doubles import HashEncoder, make_document


def small_collection(folder: Path) -> Collection:
    """Documents in both languages, in two segments, one with a document that was replaced."""
    collection = Collection(folder)
    texts = [f"Document {n} is about topic{n}. " * 20 for n in range(5)] + ["推理成本是最大的开销。" * 20]
    collection.add(
        [make_document(text, name=f"d{n}", language="zh" if "推" in text else "en") for n, text in enumerate(texts)]
    )
    collection.build([HashEncoder()])
    collection.add([make_document("Document 1 says something else.", name="d1")])
    collection.build([HashEncoder()])
    return collection


def damaged(whole: bytes, *, cut: bool) -> bytes:
    """The bytes with one of them changed, or without the last."""
    place = random.randrange(len(whole))
    if cut:
        return whole[:place]
    return whole[:place] + bytes([whole[place] ^ random.randrange(1, 256)]) + whole[place + 1 :]


def run(trials: int, folder: Path) -> tuple[Counter[str], list[str]]:
    """How many damages of which files were noticed, and those that were not."""
    collection = small_collection(folder)
    encoders = [HashEncoder().spec]
    generation = collection.open(encoders)
    files = [
        path for name in ("segments", "generations", "current") for path in (folder / name, *(folder / name).rglob("*"))
    ]
    files = [path for path in files if path.is_file() and path.stat().st_size]
    current = (folder / "current").read_text(encoding="utf-8")
    files = [path for path in files if path.parent.name != "generations" or path.stem == current]
    noticed: Counter[str] = Counter()
    missed: list[str] = []
    for trial in range(trials):
        path = files[trial % len(files)]
        whole = path.read_bytes()
        path.write_bytes(damaged(whole, cut=trial % 3 == 0))
        try:
            collection.open(encoders)
            missed.append(f"trial {trial}: {path.relative_to(folder)}")
        except (CollectionDamagedError, CollectionMissingError):
            noticed[path.name if path.parent.name != "generations" else "generation"] += 1
        path.write_bytes(whole)
    if collection.open(encoders).id != generation.id:
        missed.append("the undamaged index is not what it was")
    return noticed, missed


def main() -> int:
    """Damage and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as name:
        noticed, missed = run(options.trials, Path(name))
    print(f"{noticed.total()} of {options.trials} noticed, in {len(noticed)} kinds of files", *missed, sep="\n")  # noqa: T201
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
