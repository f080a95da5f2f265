"""Hits -> Passages: what the model is given to read, within its budget, and nothing it is not shown to have read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.document import Document, Language
from index.chunk import Chunk, Hit
from index.words import word_set

# Tokens of a passage's number and the lines around it.
_MARKS = 10


@dataclass(frozen=True, slots=True)
class Passage:
    """A numbered piece of a document, `document.text[start:end]`, as it stands in the prompt."""

    n: int
    document: Document
    section: str
    start: int
    end: int
    relevance: float
    page: int | None = None

    @property
    def text(self) -> str:
        """The passage itself."""
        return self.document.text[self.start : self.end]

    @property
    def questions(self) -> tuple[str, ...]:
        """How people ask what its section answers; no evidence, and not in the prompt."""
        of = [one for one in self.document.sections if one.start <= self.start < one.end]
        return of[0].questions if of else ()

    @property
    def heading(self) -> str:
        """What it stands under: title and section."""
        return f"{self.document.title} › {self.section}" if self.section else self.document.title


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """How much is read.

    `passage_tokens` bounds all passages together, by the model's own tokenizer: prompt tokens are what a laptop waits
    for. Below `min_relevance` a question for a fact counts as not answerable from the sources; below
    `min_relevance_open` any other one, for advice, reasons and ways, which is answered by what is near.
    """

    passage_tokens: int = 440
    max_passages: int = 6
    min_relevance: float = 0.42
    min_relevance_open: float = 0.39
    # A passage much less relevant than the best one distracts a small model more than it tells it.
    relevance_drop: float = 0.5
    # Of two passages with so many words in common only one is read.
    duplicate_overlap: float = 0.8

    def __post_init__(self) -> None:
        if self.passage_tokens < 50 or self.max_passages < 1:
            raise ValueError("passage_tokens must be at least 50 and max_passages at least 1")
        for name in ("min_relevance", "min_relevance_open"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} lies between 0 and 1, not {getattr(self, name)}")


def is_answered_abroad(passages: Sequence[Passage], language: Language | None) -> bool:
    """Whether the passage that is nearest to a question in `language` is in another one."""
    return bool(passages) and max(passages, key=lambda passage: passage.relevance).document.language != language


def choose_passages(
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
    settings: ReadingSettings,
    count_tokens: Callable[[str], int],
) -> list[Passage]:
    """The best hits that fit: no near-duplicates, no document with more than half, neighbours joined, best first."""
    if not hits or max(hit.relevance for hit in hits) < settings.min_relevance:
        return []
    floor = max(hit.relevance for hit in hits) * settings.relevance_drop
    chosen: list[Hit] = []
    budget = settings.passage_tokens
    for hit in hits:
        if len(chosen) == settings.max_passages:
            break
        if hit.relevance < floor or _takes_too_much(hit, chosen, settings) or _repeats(hit, chosen, settings):
            continue
        tokens = passage_tokens(hit.chunk.section, hit.chunk.text, count_tokens)
        if tokens > budget and chosen:
            continue
        budget -= tokens
        chosen.append(hit)
    return [
        Passage(
            n,
            documents[first.chunk.document_id],
            first.chunk.section,
            first.chunk.start,
            last,
            relevance,
            first.chunk.page,
        )
        for n, (first, last, relevance) in enumerate(_join_neighbours(chosen, documents), start=1)
    ]


def passage_tokens(heading: str, text: str, count_tokens: Callable[[str], int]) -> int:
    """What a passage takes in a prompt, its number and the empty lines around it included."""
    return count_tokens(f"{heading}\n{text}") + _MARKS


def _takes_too_much(hit: Hit, chosen: Sequence[Hit], settings: ReadingSettings) -> bool:
    same = sum(1 for other in chosen if other.chunk.document_id == hit.chunk.document_id)
    return same >= max(1, settings.max_passages // 2)


def _repeats(hit: Hit, chosen: Sequence[Hit], settings: ReadingSettings) -> bool:
    mine = word_set(hit.chunk.text)
    for other in chosen:
        theirs = word_set(other.chunk.text)
        if mine and len(mine & theirs) / min(len(mine), len(theirs) or 1) >= settings.duplicate_overlap:
            return True
    return False


def _join_neighbours(chosen: Sequence[Hit], documents: Mapping[str, Document]) -> list[tuple[Hit, int, float]]:
    """(first hit, end, relevance) of every run of chunks with only space between them, at the place of its best."""
    joined: list[tuple[Hit, int, float]] = []
    for hit in chosen:
        for place, (first, end, relevance) in enumerate(joined):
            best = max(relevance, hit.relevance)
            if _follows(first.chunk, end, hit.chunk, documents):
                joined[place] = (first, hit.chunk.end, best)
                break
            if _follows(hit.chunk, hit.chunk.end, first.chunk, documents):
                joined[place] = (hit, end, best)
                break
        else:
            joined.append((hit, hit.chunk.end, hit.relevance))
    return joined


def _follows(first: Chunk, end: int, second: Chunk, documents: Mapping[str, Document]) -> bool:
    if first.document_id != second.document_id or first.section != second.section or second.start < end:
        return False
    return not documents[first.document_id].text[end : second.start].strip()
