"""What this layer makes: Chunks of documents, and Hits of a search. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from corpus.document import Document, Language, Section, text_fingerprint

LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: `document.text[start:end]`, small enough to be read by a small model; `questions` are its section's.

    The id is a hash of what was indexed, so the same passage keeps its id over rebuilds. `evidence` is the same for a
    section and its twin in the other language: both count as one piece of evidence.
    """

    id: str
    document_id: str
    title: str
    section: str
    language: Language
    text: str
    start: int
    end: int
    evidence: str
    page: int | None = None
    questions: tuple[str, ...] = ()

    @property
    def indexed_text(self) -> str:
        """What is embedded: the passage with the titles it stands under."""
        titles = [self.title, self.section] if self.section else [self.title]
        return "\n".join([*titles, self.text])

    @property
    def counted_text(self) -> str:
        """What keywords are counted in: a heading says what its section answers, so its words count twice."""
        return "\n".join([self.title, self.section, self.section, self.text, *self.questions])


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search found.

    `score`, 0 to 1, orders the hits of one search: how much of what was asked the chunk speaks of, in words and in
    meaning. `relevance`, 0 to 1, tells whether to answer at all: the geometric mean of `score` and of how
    much of what was asked the whole collection has words for. Both mean the same for every question.
    """

    chunk: Chunk
    score: float
    relevance: float


def make_chunk(document: Document, section: Section, start: int, end: int) -> Chunk:
    """Cut `document.text[start:end]` out as a chunk of `section`."""
    text = document.text[start:end]
    place = section.anchor or (f"page-{section.page}" if section.page else section.heading)
    return Chunk(
        id=text_fingerprint(document.id, section.heading, document.title, text)[:24],
        document_id=document.id,
        title=document.title,
        section=section.heading,
        language=document.language,
        text=text,
        start=start,
        end=end,
        evidence=f"{document.base_id}#{place}",
        page=section.page,
        questions=section.questions,
    )
