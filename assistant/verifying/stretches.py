"""A passage -> stretches: every one to three neighbouring sentences of it, with the words and figures they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.evidence.reading import Passage
from assistant.verifying.quantities import Quantity, read_all_figures, without_figures
from assistant.verifying.sentences import split_sentences
from assistant.verifying.tables import rows_in_words
from corpus.document import Language
from corpus.language import document_language
from index.words import content_words

_LONGEST = 3
_KEPT = 8_000  # some 5 KB each


@dataclass(frozen=True, slots=True)
class Stretch:
    """`start:end` of a passage's document: its text, what that says with rows of tables in words, and what it holds."""

    passage: Passage
    start: int
    end: int
    text: str
    said: str
    words: frozenset[str]
    figures: tuple[Quantity, ...]
    is_sentence: bool = False

    def is_foreign_to(self, language: Language) -> bool:
        """Whether it is in the other language: a document of one may hold paragraphs of the other."""
        return self.passage.document.language != language and document_language(self.text) != language

    def overlaps(self, other: Stretch) -> bool:
        """Whether the two share a place."""
        return self.start < other.end and other.start < self.end

    def joined(self, other: Stretch) -> Stretch:
        """Both as one, in the order of the passage, for what two places say together."""
        first, second = sorted((self, other), key=lambda stretch: stretch.start)
        return Stretch(
            self.passage,
            first.start,
            second.end,
            f"{first.text}\n{second.text}",
            f"{first.said}\n{second.said}",
            self.words | other.words,
            self.figures + other.figures,
        )


def read_stretches(passage: Passage) -> Iterator[Stretch]:
    """The stretches of a passage, the shorter ones first. A row of a table holds the heads of its columns, too."""
    sentences, rows = split_sentences(passage.text), rows_in_words(passage.text)
    for length in range(1, _LONGEST + 1):
        for first in range(len(sentences) - length + 1):
            of = sentences[first : first + length]
            start, end = of[0].start, of[-1].end
            text = passage.text[start:end]
            is_plain = rows.keys().isdisjoint(sentence.start for sentence in of)
            said = text if is_plain else "\n".join(rows.get(one.start, one.text) for one in of)
            words, figures = _read(said, passage.section)
            yield Stretch(passage, passage.start + start, passage.start + end, text, said, words, figures, length == 1)


@lru_cache(maxsize=_KEPT)  # many questions read the same passages
def _read(text: str, heading: str) -> tuple[frozenset[str], tuple[Quantity, ...]]:
    words = frozenset(content_words(without_figures(text))) | frozenset(content_words(heading))
    return words, tuple(read_all_figures(f"{heading}\n{text}"))
