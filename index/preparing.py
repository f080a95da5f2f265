"""Make the vectors that are shipped: `python -m index.preparing --embedder DIR`, when documents or embedder changed."""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus.shipped import shipped_documents
from index.collection import Collection
from index.encoder import Encoder, EncoderAround, EncoderSpec, SentenceEncoder, Vectors
from index.prepared import SHIPPED_VECTORS, PreparedVectors


@dataclass(frozen=True)
class Recording(EncoderAround):
    """An encoder that keeps what it read."""

    read: dict[str, Vectors] = field(default_factory=dict)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        vectors = self.encoder.encode(texts)
        self.read.update(zip(texts, vectors, strict=True))
        return vectors


def prepare(encoder: Encoder) -> PreparedVectors:
    """The vectors of all that an index of the shipped documents has `encoder` read."""
    recording = Recording(encoder)
    with tempfile.TemporaryDirectory() as folder:
        Collection(Path(folder), shipped=shipped_documents()).update([recording])
    return PreparedVectors.of(encoder.spec.name, recording.read)


def main(arguments: Sequence[str] | None = None) -> int:
    """Encode the shipped documents and write what was read."""
    parser = argparse.ArgumentParser(prog="python -m index.preparing", description=__doc__)
    parser.add_argument("--embedder", type=Path, required=True, metavar="DIR", help="all-minilm-l6-v2, as pulled")
    options = parser.parse_args(arguments)
    with (options.embedder / "model.safetensors").open("rb") as weights:
        version = hashlib.file_digest(weights, "sha256").hexdigest()
    spec = EncoderSpec(f"{options.embedder.name}@{version[:12]}", frozenset({"en"}))
    vectors = prepare(SentenceEncoder.load(options.embedder, spec))
    vectors.save(SHIPPED_VECTORS)
    sys.stdout.write(f"{len(vectors.keys)} texts as {spec.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
