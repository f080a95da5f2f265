"""One complete, read-only index of a set of documents: segments, which of their documents live, and sums over both.

What a word weighs and what an average text is close to are sums over all living chunks, so what a search finds does not
depend on how documents are spread over segments, or on the order in which they came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corpus.document import Document, Language, text_fingerprint
from index.basis import Basis, versions
from index.chunk import LANGUAGES as LANGUAGES
from index.chunk import Chunk
from index.encoder import Encoder, EncoderSpec, Vectors
from index.entry import Entry, document_fingerprint
from index.keywords import inverse_frequency
from index.segment import Segment
from index.space import Known, learn_space
from index.space import Progress as Progress

Mask = npt.NDArray[np.bool_]

# The average cosine of a question to the shipped texts, which counts as much as so many texts of a collection.
_USUAL_COSINE, _USUAL_TEXTS = 0.05, 100


@dataclass(frozen=True)
class Average:
    """The sum of vectors and their number."""

    total: npt.NDArray[np.float64] | float = 0.0
    count: int = 0

    def __add__(self, other: Average) -> Average:
        return Average(self.total + other.total, self.count + other.count)

    def cosine(self, query: Vectors) -> float:
        """The average cosine with `query`; where texts are few, the usual average counts with theirs."""
        own = float(np.dot(self.total, query)) if self.count else 0.0
        return (own + _USUAL_TEXTS * _USUAL_COSINE) / (self.count + _USUAL_TEXTS)


@dataclass(frozen=True)
class View:
    """A segment as a generation sees it: `documents` of it live; `living` tells which chunks, None for all."""

    segment: Segment
    documents: frozenset[str]
    living: Mask | None

    @classmethod
    def of(cls, segment: Segment, documents: Set[str]) -> View:
        """`documents` of `segment`."""
        living = frozenset(documents & segment.entries.keys())
        if len(living) == len(segment.entries):
            return cls(segment, living, None)
        lives = np.array([id in living for id in segment.ids], dtype=bool)
        return cls(segment, living, lives[segment.table["document"]])

    @cached_property
    def language_counts(self) -> list[int]:
        """How many living chunks there are in each of LANGUAGES."""
        languages = self.segment.table["language"]
        found = languages if self.living is None else languages[self.living]
        return [int(n) for n in np.bincount(found, minlength=len(LANGUAGES))]

    @cached_property
    def averages(self) -> list[tuple[Average, Average]]:
        """Of the living chunks' vectors and of what their sections are asked as, for each reading."""
        uses = self.segment.asking.uses(self.living)
        found = []
        for vectors in self.segment.vectors:
            total, count = vectors.chunks.total, vectors.chunks.size
            if self.living is not None:
                dead = np.flatnonzero(~self.living[vectors.chunk_of])
                total, count = total - vectors.chunks.rows[dead].sum(axis=0, dtype=np.float64), count - len(dead)
            of_text = uses[vectors.text_of]
            asked = Average(np.asarray(of_text @ vectors.asked.rows, dtype=np.float64), int(of_text.sum()))
            found.append((Average(total, count), asked))
        return found


class Documents(Mapping[str, Document]):
    """The living documents by id, each parsed when it is asked for."""

    def __init__(self, views: Sequence[View]) -> None:
        self._places = {
            id: (view.segment, place)
            for view in views
            for place, id in enumerate(view.segment.ids)
            if id in view.documents
        }

    def __getitem__(self, id: str) -> Document:
        segment, place = self._places[id]
        return segment.document(place)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._places))

    def __len__(self) -> int:
        return len(self._places)

    def chunks_of(self, id: str) -> list[Chunk]:
        """The chunks of a document, in order; none when there is no such document."""
        if id not in self._places:
            return []
        segment, place = self._places[id]
        return [segment.chunk(number) for number in segment.chunks_of(place)]


class Generation:
    """An index in memory. Never changed after it is made, so any number of threads may read it."""

    def __init__(self, id: str, basis: Basis, views: Sequence[View]) -> None:
        self.id = id
        self.basis = basis
        self.views = tuple(views)
        self.documents = Documents(views)
        self.sizes = {
            language: sum(view.language_counts[place] for view in views) for place, language in enumerate(LANGUAGES)
        }
        self.averages = [_sum_of_averages(views, number) for number in range(len(basis.readings))]
        self.shown = _shown(views)
        self._counts: dict[tuple[str, Language], int] = {}

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        encoders: Sequence[Encoder],
        *,
        reuse: Generation | None = None,
        progress: Progress = lambda done, total: None,
    ) -> Generation:
        """An index in memory alone. What `reuse` has vectors of is not encoded again."""
        by_id = {document.id: document for document in documents}
        basis, known = learn_basis(by_id.values(), encoders, reuse.basis if reuse else None, progress)
        if reuse is not None:
            known = [{**new, **reuse.known(number, by_id)} for number, new in enumerate(known)]
        segment = Segment.build(by_id.values(), basis, encoders, known, progress)
        id = generation_id({id: document_fingerprint(document) for id, document in by_id.items()}, basis.encoders)
        return cls(id, basis, [View.of(segment, by_id.keys())])

    @property
    def chunk_count(self) -> int:
        """How many living chunks there are."""
        return sum(self.sizes.values())

    def entries(self) -> dict[str, Entry]:
        """What is known of the living documents without reading them, sorted by id."""
        return dict(sorted((id, view.segment.entries[id]) for view in self.views for id in view.documents))

    def count(self, word: str, language: Language) -> int:
        """How many chunks in `language` hold `word`."""
        key = (word, language)
        if key not in self._counts:
            self._counts[key] = sum(view.segment.keywords[language].count(word, view.living) for view in self.views)
        return self._counts[key]

    def weight(self, word: str, language: Language) -> float:
        """The inverse document frequency of `word` among the chunks in `language`."""
        return inverse_frequency(self.count(word, language), self.sizes[language])

    def known(self, space: int, documents: Iterable[str]) -> dict[str, Vectors]:
        """Text -> vector of what the encoder of a space read for these documents."""
        wanted = set(documents)
        found: dict[str, Vectors] = {}
        for view in self.views:
            found |= view.segment.known(space, view.documents & wanted)
        return found

    def warm_up(self) -> None:
        """Do ahead what the first search would do."""
        for view in self.views:
            for vectors in view.segment.vectors:
                vectors.chunks.warm_up()
                vectors.asked.warm_up()


def learn_basis(
    documents: Iterable[Document], encoders: Sequence[Encoder], before: Basis | None, progress: Progress
) -> tuple[Basis, list[Known]]:
    """The basis of an index of `documents`, and for each space what its encoder read to learn it."""
    every = list(documents)
    hosts = [encoder for encoder in encoders if not encoder.spec.into]
    foreign = frozenset(LANGUAGES).difference(*(host.spec.languages for host in hosts))
    earlier = {space.encoder: space for space in before.spaces} if before else {}
    learned = [
        learn_space(every, host, _tables_into(host.spec, encoders), foreign, earlier.get(host.spec), progress)
        for host in hosts
    ]
    return Basis(tuple(space for space, _ in learned)), [known for _, known in learned]


def generation_id(fingerprints: Mapping[str, str], encoders: Sequence[EncoderSpec]) -> str:
    """The same for the same documents (id -> fingerprint), encoders and versions: 16 hex digits."""
    named = (f"{id} {fingerprint}" for id, fingerprint in sorted(fingerprints.items()))
    return text_fingerprint(json.dumps(versions(encoders), sort_keys=True), *named)[:16]


def _tables_into(host: EncoderSpec, encoders: Iterable[Encoder]) -> dict[Language, EncoderSpec]:
    specs = [encoder.spec for encoder in encoders if encoder.spec.into == host.name]
    return {language: spec for spec in specs for language in sorted(spec.languages)}


def _sum_of_averages(views: Sequence[View], reading: int) -> tuple[Average, Average]:
    chunks, asked = Average(), Average()
    for view in views:
        of_view = view.averages[reading]
        if of_view[0].count:
            chunks, asked = chunks + of_view[0], asked + of_view[1]
    return chunks, asked


def _shown(views: Sequence[View]) -> dict[Language, list[Mask]]:
    """Which chunks of each view may be shown to askers in each language.

    Not the dead, and not those of which the same evidence is there in the asked language: a section and its twin are
    one piece of evidence.
    """
    have: dict[Language, set[str]] = {language: set() for language in LANGUAGES}
    for view in views:
        for number, language, evidence in view.segment.evidences:
            if view.living is None or view.living[number]:
                have[language].add(evidence)
    shown: dict[Language, list[Mask]] = {}
    for language in LANGUAGES:
        shown[language] = []
        for view in views:
            mask = np.ones(view.segment.size, dtype=bool) if view.living is None else view.living.copy()
            hidden = [n for n, other, e in view.segment.evidences if other != language and e in have[language]]
            mask[hidden] = False
            shown[language].append(mask)
    return shown
