"""What this layer makes: Chunks of documents, and Hits of a search. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.document import Document, Language, Section, text_fingerprint


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: `document.text[start:end]`, small enough to be read by a small model.

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

    @property
    def indexed_text(self) -> str:
        """What is embedded and searched: the passage with the titles it stands under."""
        titles = [self.title, self.section] if self.section else [self.title]
        return "\n".join([*titles, self.text])


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search found.

    `score` orders the hits of one search (reciprocal rank fusion). `relevance`, 0 to 1, is the share of the question's
    meaning-bearing words that the chunk holds, or its closeness in meaning where that is higher; it means the same for
    every question.
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
    )
