"""Does a passage say what a sentence says? Alignment by weighted wording, with every figure looked up.

The score of a sentence against a stretch of a passage (one to three neighbouring sentences) is the share of the
sentence's content words, weighted by inverse document frequency, that the stretch holds: the containment of Broder
(1997) with term weights. A sentence is supported when a stretch reaches SUPPORT_THRESHOLD and holds every figure of the
sentence. NOT covered: a negation added or dropped, words that mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.quantities import is_same_value, read_all_figures, read_figures
from assistant.reading import Passage
from assistant.sentences import split_sentences
from index.words import content_words

SUPPORT_THRESHOLD = 0.6
# A second passage is cited beside the best one when it says the sentence nearly as well.
ALSO_CITED_WITHIN = 0.1
_LONGEST_STRETCH = 3


@dataclass(frozen=True, slots=True)
class Support:
    """How well passage `n` says a sentence: a stretch `start:end` of its document, the score, the figures it lacks."""

    n: int
    start: int
    end: int
    score: float
    missing_figures: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether the sentence may be called supported by this."""
        return self.score >= SUPPORT_THRESHOLD and not self.missing_figures


@dataclass(frozen=True, slots=True)
class _Stretch:
    n: int
    start: int
    end: int
    words: frozenset[str]
    figures: tuple[float, ...]


class SupportChecker:
    """Checks sentences against a fixed set of passages.

    `weight` gives a word's inverse document frequency. A figure that the `question` itself gives may be repeated.
    """

    def __init__(self, passages: Sequence[Passage], weight: Callable[[str], float], question: str = "") -> None:
        self._given = [figure.value for figure in read_all_figures(question)]
        self._stretches = [stretch for passage in passages for stretch in _stretches(passage)]
        self._weight = weight

    def check(self, sentence: str) -> list[Support]:
        """The passages that say `sentence`, best first; when none does, the nearest one with what it lacks."""
        wanted = frozenset(content_words(sentence))
        figures = read_figures(sentence)
        best: dict[int, Support] = {}
        for stretch in self._stretches:
            known = (*stretch.figures, *self._given)
            missing = tuple(f.text for f in figures if not any(is_same_value(f.value, value) for value in known))
            support = Support(stretch.n, stretch.start, stretch.end, self._containment(wanted, stretch.words), missing)
            # Of equally good stretches the shortest is the quote; they come shortest first.
            if stretch.n not in best or _order(support) < _order(best[stretch.n]):
                best[stretch.n] = support
        ranked = sorted(best.values(), key=lambda support: (*_order(support), support.n))
        if not ranked or not ranked[0].is_enough:
            return ranked[:1]
        return [s for s in ranked if s.is_enough and s.score >= ranked[0].score - ALSO_CITED_WITHIN][:2]

    def _containment(self, wanted: frozenset[str], held: frozenset[str]) -> float:
        total = sum(self._weight(word) for word in wanted)
        return sum(self._weight(word) for word in wanted & held) / total if total else 0.0


def _order(support: Support) -> tuple[bool, int, float]:
    """Best first: enough, then the fewest figures missing, then the score (rounded, so that equal ones tie)."""
    return not support.is_enough, len(support.missing_figures), -round(support.score, 6)


def _stretches(passage: Passage) -> Iterator[_Stretch]:
    sentences = split_sentences(passage.text)
    heading = frozenset(content_words(passage.section))
    for length in range(1, _LONGEST_STRETCH + 1):
        for first in range(len(sentences) - length + 1):
            start, end = sentences[first].start, sentences[first + length - 1].end
            text = passage.text[start:end]
            words = frozenset(content_words(text)) | heading
            figures = tuple(figure.value for figure in read_all_figures(f"{passage.section}\n{text}"))
            yield _Stretch(passage.n, passage.start + start, passage.start + end, words, figures)
