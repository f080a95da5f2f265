"""One complete, read-only index of a set of documents: built, written, opened.

On disk, in a folder of its own:

    documents.jsonl        every document with its text
    chunks.jsonl           where each chunk lies in its document
    keywords-<language>/   BM25 of that language's chunks
    vectors-<n>/           vectors of the n-th encoder, and bridges from languages that no encoder understands
    manifest.json          versions, encoders, counts and the sha256 of every file; written last, so that its being
                           there means that the rest is complete
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.document import Document, Language, document_from_record, text_fingerprint
from index.bridge import BRIDGE_VERSION
from index.chunk import LANGUAGES as LANGUAGES
from index.chunk import Chunk, make_chunk
from index.encoder import Encoder, EncoderSpec
from index.errors import CollectionDamagedError, CollectionStaleError
from index.keywords import KEYWORDS_VERSION, KeywordIndex
from index.splitter import SPLITTER_VERSION, split_documents
from index.vector_part import Progress as Progress
from index.vector_part import VectorPart, VectorSource
from index.words import WORDS_VERSION

MANIFEST = "manifest.json"
FORMAT = 4


@dataclass(frozen=True, slots=True)
class KeywordPart:
    """BM25 of one language; text i of `index` is chunk `chunks[i]` of the generation."""

    index: KeywordIndex
    chunks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """An index in memory. Never changed after it is made, so any number of threads may read it."""

    id: str
    documents: dict[str, Document]
    chunks: tuple[Chunk, ...]
    keywords: dict[Language, KeywordPart]
    vectors: tuple[VectorPart, ...]

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        encoders: Sequence[Encoder],
        *,
        reuse: Generation | None = None,
        progress: Progress = lambda done, total: None,
    ) -> Generation:
        """Cut, count and encode `documents`. Chunks that `reuse` already holds are not encoded again."""
        by_id = {document.id: document for document in sorted(documents, key=lambda document: document.id)}
        chunks = tuple(split_documents(by_id.values()))
        keywords: dict[Language, KeywordPart] = {}
        for language in LANGUAGES:
            numbers = _in_language(chunks, language)
            keywords[language] = KeywordPart(KeywordIndex.build([chunks[n].counted_text for n in numbers]), numbers)
        specs = [encoder.spec for encoder in encoders]
        foreign = frozenset(LANGUAGES).difference(*(spec.languages for spec in specs))
        source = VectorSource(tuple(by_id.values()), chunks, foreign)
        vectors = tuple(
            VectorPart.build(source, encoder, reuse.part_of(encoder.spec) if reuse else None, progress)
            for encoder in encoders
        )
        return cls(generation_id(by_id.values(), specs), by_id, chunks, keywords, vectors)

    def part_of(self, encoder: EncoderSpec) -> tuple[Sequence[Chunk], VectorPart] | None:
        """The chunks and the vectors of `encoder`, where there are any."""
        return next(((self.chunks, part) for part in self.vectors if part.encoder == encoder), None)

    def save(self, folder: Path) -> None:
        """Write everything into the new folder `folder`, durable before this returns."""
        folder.mkdir(parents=True)
        _write_lines(folder / "documents.jsonl", (asdict(document) for document in self.documents.values()))
        _write_lines(folder / "chunks.jsonl", self._chunk_records())
        for language, keyword_part in self.keywords.items():
            keyword_part.index.save(folder / f"keywords-{language}")
        for number, vector_part in enumerate(self.vectors):
            vector_part.save(folder / f"vectors-{number}")
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        manifest = {
            **_versions([part.encoder for part in self.vectors]),
            "id": self.id,
            "documents": len(self.documents),
            "chunks": len(self.chunks),
            "files": {str(path.relative_to(folder)): _sha256_durably(path) for path in files},
        }
        write_durably(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path, encoders: Sequence[EncoderSpec]) -> Generation:
        """Read what `save` wrote, after checking every file against the manifest.

        :raises CollectionDamagedError: when a file is missing or changed.
        :raises CollectionStaleError: when it was built with other versions or encoders than now.
        """
        manifest = read_manifest(folder)
        for field, value in _versions(encoders).items():
            if manifest.get(field) != value:
                was, now = manifest.get(field), value
                raise CollectionStaleError(f"the index was built with {field} {was}, now it is {now}", field)
        for name, expected in manifest["files"].items():
            path = folder / name
            if not path.is_file() or _sha256(path) != expected:
                raise CollectionDamagedError(f"{path} is missing or not what was written")
        documents = {record["id"]: document_from_record(record) for record in _read_lines(folder / "documents.jsonl")}
        chunks = tuple(_chunk(record, documents) for record in _read_lines(folder / "chunks.jsonl"))
        keywords = {}
        for language in LANGUAGES:
            numbers = _in_language(chunks, language)
            keywords[language] = KeywordPart(KeywordIndex.load(folder / f"keywords-{language}", len(numbers)), numbers)
        vectors = tuple(
            VectorPart.load(folder / f"vectors-{number}", chunks, encoder) for number, encoder in enumerate(encoders)
        )
        return cls(manifest["id"], documents, chunks, keywords, vectors)

    def _chunk_records(self) -> Iterable[dict[str, Any]]:
        for chunk in self.chunks:
            document = self.documents[chunk.document_id]
            number = next(n for n, s in enumerate(document.sections) if s.start <= chunk.start and chunk.end <= s.end)
            yield {"document": chunk.document_id, "section": number, "start": chunk.start, "end": chunk.end}


def generation_id(documents: Iterable[Document], encoders: Sequence[EncoderSpec]) -> str:
    """The id of a generation: the same documents, encoders and versions give the same one, 16 hex digits."""
    versions = json.dumps(_versions(encoders), sort_keys=True)
    ids = (f"{d.id} {d.sha256} {d.title} {d.address}" for d in sorted(documents, key=lambda document: document.id))
    return text_fingerprint(versions, *ids)[:16]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the generation in `folder`.

    :raises CollectionDamagedError: when there is none or it is not readable.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CollectionDamagedError(f"{folder} holds no readable manifest ({error})") from error
    if not isinstance(manifest, dict):
        raise CollectionDamagedError(f"{folder} holds no readable manifest")
    return manifest


def _versions(encoders: Sequence[EncoderSpec]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "splitter": SPLITTER_VERSION,
        "words": WORDS_VERSION,
        "keywords": KEYWORDS_VERSION,
        "bridge": BRIDGE_VERSION,
        "encoders": {encoder.name: sorted(encoder.languages) for encoder in encoders},
    }


def _in_language(chunks: Sequence[Chunk], language: Language) -> tuple[int, ...]:
    return tuple(number for number, chunk in enumerate(chunks) if chunk.language == language)


def _chunk(record: dict[str, Any], documents: dict[str, Document]) -> Chunk:
    document = documents[record["document"]]
    return make_chunk(document, document.sections[record["section"]], record["start"], record["end"])


def _write_lines(path: Path, records: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=True) + "\n")


def _read_lines(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256_durably(path: Path) -> str:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_durably(path: Path, text: str) -> None:
    """Write `text`; it is on the disk when this returns."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
