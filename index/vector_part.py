"""The vector half of a generation for one encoder: its chunks, what they are asked as, bridges from other languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.document import Document, Language
from index.bridge import Bridge
from index.chunk import LANGUAGES, Chunk
from index.encoder import Encoder, EncoderSpec, Vectors
from index.errors import CollectionDamagedError
from index.twins import learn_bridge, learnable_twins, twins_fingerprint
from index.vectors import VectorIndex

# Told how many texts are encoded, of how many.
Progress = Callable[[int, int], None]

# A short question is often closer to a heading or question that asks the same than to the text that answers it.
ASKED_WEIGHT = 1.0
# Without questions a section has a heading at best.
HEADING_WEIGHT = 0.3
# The average cosine of a question to the shipped texts, which counts as much as so many texts of a collection.
_USUAL_COSINE, _USUAL_TEXTS = 0.05, 100
_ENCODE_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class VectorSource:
    """What vectors are made of. `foreign` languages are those that no encoder of the collection understands."""

    documents: Sequence[Document]
    chunks: Sequence[Chunk]
    foreign: frozenset[Language]


@dataclass(frozen=True, slots=True)
class Asking:
    """What sections are asked as: their headings and questions, with the language of each.

    Text i belongs to section `sections[i]`; chunk i is a piece of section `of_chunk[i]`, and what that is asked as
    counts `weight[i]` beside what the chunk says.
    """

    texts: tuple[tuple[str, Language], ...]
    sections: npt.NDArray[np.intp]
    of_chunk: npt.NDArray[np.intp]
    weight: npt.NDArray[np.float32]

    @classmethod
    def gather(cls, chunks: Sequence[Chunk]) -> Asking:
        """Sections of the same heading and questions count as one."""
        numbers: dict[tuple[Language, tuple[str, ...]], int] = {}
        ways = [(chunk.language, (chunk.section or chunk.title, *chunk.questions)) for chunk in chunks]
        of_chunk = [numbers.setdefault(way, len(numbers)) for way in ways]
        texts = [(text, language, number) for (language, asked), number in numbers.items() for text in asked]
        return cls(
            tuple((text, language) for text, language, _ in texts),
            np.array([number for *_, number in texts], dtype=np.intp),
            np.array(of_chunk, dtype=np.intp),
            np.array([ASKED_WEIGHT if chunk.questions else HEADING_WEIGHT for chunk in chunks], dtype=np.float32),
        )

    def closest(self, closeness: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """For every chunk the closeness of what is closest among the texts of its section."""
        best = np.zeros(int(self.sections.max(initial=-1)) + 1, dtype=np.float32)
        np.maximum.at(best, self.sections, closeness)
        return np.asarray(best[self.of_chunk], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class VectorPart:
    """Vectors of one encoder; vector i of `index` is chunk `chunks[i]`, vector i of `asked` is text i of `asking`.

    Chunks of a language the encoder does not understand are there too where a bridge leads from it.
    """

    encoder: EncoderSpec
    index: VectorIndex
    asked: VectorIndex
    bridges: Mapping[Language, Bridge]
    chunks: tuple[int, ...]
    asking: Asking

    @classmethod
    def build(
        cls,
        source: VectorSource,
        encoder: Encoder,
        before: tuple[Sequence[Chunk], VectorPart] | None,
        progress: Progress,
    ) -> VectorPart:
        """Encode what `before` (a part and the chunks it is of) does not hold; keep bridges that still fit."""
        languages = encoder.spec.languages
        twins = learnable_twins(source.documents, encoder.spec, source.foreign)
        numbers = _covered(source.chunks, languages | twins.keys())
        chunks = [source.chunks[number] for number in numbers]
        passages = [(chunk.indexed_text, chunk.language) for chunk in chunks]
        asking = Asking.gather(chunks)
        bridges = {
            language: bridge
            for language, bridge in (before[1].bridges if before else {}).items()
            if language in twins and bridge.fingerprint == twins_fingerprint(twins[language])
        }
        new = {language: sections for language, sections in twins.items() if language not in bridges}
        read = [text for text, language in (*passages, *asking.texts) if language in languages]
        read += [block for sections in new.values() for section in sections for block in section.their_blocks]
        vectors = _encode(read, encoder, before[1].known(before[0]) if before else {}, progress)
        bridges |= {language: learn_bridge(sections, vectors) for language, sections in new.items()}
        return cls(
            encoder.spec,
            _index(passages, vectors, bridges, encoder.dimensions),
            _index(asking.texts, vectors, bridges, encoder.dimensions),
            bridges,
            numbers,
            asking,
        )

    def save(self, folder: Path) -> None:
        """Write everything into `folder`."""
        folder.mkdir()
        self.index.save(folder / "chunks.faiss")
        self.asked.save(folder / "asked.faiss")
        for language, bridge in self.bridges.items():
            bridge.save(folder / f"bridge-{language}")

    @classmethod
    def load(cls, folder: Path, chunks: Sequence[Chunk], encoder: EncoderSpec) -> VectorPart:
        """Read what `save` wrote.

        :raises CollectionDamagedError: when the vectors do not fit the chunks.
        """
        bridges = {
            language: Bridge.load(folder / f"bridge-{language}")
            for language in LANGUAGES
            if (folder / f"bridge-{language}.json").exists()
        }
        numbers = _covered(chunks, encoder.languages | bridges.keys())
        asking = Asking.gather([chunks[number] for number in numbers])
        part = cls(
            encoder,
            VectorIndex.load(folder / "chunks.faiss"),
            VectorIndex.load(folder / "asked.faiss"),
            bridges,
            numbers,
            asking,
        )
        if (part.index.size, part.asked.size) != (len(numbers), len(asking.texts)):
            raise CollectionDamagedError(f"{folder}: {part.index.size} vectors for {len(numbers)} chunks")
        return part

    def known(self, chunks: Sequence[Chunk]) -> dict[str, Vectors]:
        """Text -> vector of what the encoder itself read; `chunks` are those of this part's generation."""
        mine = [chunks[number] for number in self.chunks]
        texts = [(chunk.indexed_text, chunk.language) for chunk in mine]
        found = [
            *zip(texts, self.index.vectors(), strict=True),
            *zip(self.asking.texts, self.asked.vectors(), strict=True),
        ]
        return {text: row for (text, language), row in found if language in self.encoder.languages}

    def closeness(self, query: Vectors) -> npt.NDArray[np.float32]:
        """How much closer in meaning each text is than the average one, 0 to 1 (1: the same).

        Encoders differ in what cosine two unrelated texts have; the average text is zero for all of them.
        """
        texts = _above_average(self.index.cosines(query))
        asked = self.asking.closest(_above_average(self.asked.cosines(query)))
        weight = self.asking.weight
        return np.asarray((texts + weight * asked) / (1 + weight), dtype=np.float32)


def _covered(chunks: Sequence[Chunk], languages: Iterable[Language]) -> tuple[int, ...]:
    wanted = set(languages)
    return tuple(number for number, chunk in enumerate(chunks) if chunk.language in wanted)


def _index(
    texts: Sequence[tuple[str, Language]],
    vectors: Mapping[str, Vectors],
    bridges: Mapping[Language, Bridge],
    dimensions: int,
) -> VectorIndex:
    rows = [bridges[lang].encode([text])[0] if lang in bridges else vectors[text] for text, lang in texts]
    return VectorIndex.build(np.array(rows, dtype=np.float32).reshape(len(rows), dimensions))


def _encode(
    texts: Iterable[str], encoder: Encoder, known: Mapping[str, Vectors], progress: Progress
) -> dict[str, Vectors]:
    """The vector of every text of `texts`, each encoded once at most."""
    wanted = list(dict.fromkeys(texts))
    vectors = {text: known[text] for text in wanted if text in known}
    missing = [text for text in wanted if text not in vectors]
    for first in range(0, len(missing), _ENCODE_AT_ONCE):
        progress(first, len(missing))
        batch = missing[first : first + _ENCODE_AT_ONCE]
        vectors.update(zip(batch, encoder.encode(batch), strict=True))
    progress(len(missing), len(missing))
    return vectors


def _above_average(cosines: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How much more each cosine is than the average one; where texts are few, the usual average counts with theirs."""
    average = (float(cosines.sum()) + _USUAL_TEXTS * _USUAL_COSINE) / (cosines.size + _USUAL_TEXTS)
    return np.asarray(np.maximum(0.0, (cosines - average) / max(1e-6, 1.0 - average)), dtype=np.float32)
