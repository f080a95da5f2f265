"""Does a passage say what a sentence says? Alignment by weighted wording, then a look for what speaks against it.

The score of a sentence against a stretch of a passage (one to three neighbouring sentences) is the share of the
sentence's content words, weighted by inverse document frequency, that the stretch holds: the containment of Broder
(1997) with term weights. A sentence is supported when a stretch reaches SUPPORT_THRESHOLD, holds every figure of the
sentence, and nothing of what `objections` looks for stands against it. How often that is right: evals/grounding.md.
NOT covered: words that mean the same, contradictions by the meaning of words alone; for these see second_opinion.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache

from assistant.evidence.reading import Passage
from assistant.verifying.clauses import added_limits, clause_differences
from assistant.verifying.contrasts import contradicted
from assistant.verifying.counts import miscounted
from assistant.verifying.deciding import only_from_question
from assistant.verifying.inert import foreign_addresses
from assistant.verifying.joins import misjoined
from assistant.verifying.names import missing_names, replaced_names
from assistant.verifying.owners import figures_of_others
from assistant.verifying.picking import picked
from assistant.verifying.polarity import denies, reversed_words
from assistant.verifying.quantities import Quantity, read_all_figures, read_figures, without_figures
from assistant.verifying.roles import exchanged, misplaced_names, turned_round
from assistant.verifying.second_opinion import Opinions
from assistant.verifying.source_words import source_words
from assistant.verifying.stretches import Stretch, read_stretches
from assistant.verifying.tables import in_words
from corpus.document import Language
from corpus.language import document_language
from index.words import content_words

SUPPORT_THRESHOLD = 0.65
# A second passage is cited beside the best one when it says the sentence nearly as well.
ALSO_CITED_WITHIN = 0.1
# What a figure counts beside words, whose weights lie between 1 and 7.
FIGURE_WEIGHT = 3.0
# A stretch that says less than this of a sentence is not half of what the sentence joins.
_WORTH_JOINING = 0.35

NOBODY = Opinions()
Counterparts = Callable[[str, frozenset[str]], Set[str]]


@dataclass(frozen=True, slots=True)
class Support:
    """How well passage `n` says a sentence: a stretch `start:end` of its document, the score, the figures it lacks.

    `objections`: what in the sentence the passage speaks against, or never speaks of, such as a name. `least`: the
    score from which on it is enough. `is_across`: the passage is in another language.
    """

    n: int
    start: int
    end: int
    score: float
    missing_figures: tuple[str, ...]
    objections: tuple[str, ...] = ()
    least: float = SUPPORT_THRESHOLD
    is_across: bool = False

    @property
    def is_enough(self) -> bool:
        """Whether the sentence may be called supported by this."""
        return self.score >= self.least and not self.missing_figures and not self.objections


class SupportChecker:
    """Checks sentences against a fixed set of passages.

    `weight` gives a word's inverse document frequency. A figure that the `question` itself gives may be repeated.
    `counterparts` tells which of some words may stand for a word in another language than that of the passages.
    `opinions` are asked about what the wording may support, unless the very sentence stands there. `copied`: a model
    wrote the sentences that keeps to the passages' words; see picking.py and source_words.py.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        weight: Callable[[str], float],
        question: str = "",
        counterparts: Counterparts | None = None,
        opinions: Opinions = NOBODY,
        *,
        copied: bool = False,
    ) -> None:
        self.passages = passages
        self._question = question
        self._given = read_all_figures(question)
        self._stretches = [stretch for passage in passages for stretch in read_stretches(passage)]
        self._weight = cache(weight)  # asked for every word of a sentence at every stretch
        self._counterparts = counterparts
        self._vocabulary = frozenset[str]().union(*(stretch.words for stretch in self._stretches))
        self._opinions = opinions
        self._copied = copied

    def check(self, sentence: str) -> list[Support]:
        """The passages that say `sentence`, best first; when none does, the nearest one with what it lacks."""
        if verbatim := self._verbatim(sentence):
            return verbatim
        words = frozenset(content_words(without_figures(sentence)))
        figures = read_figures(sentence)
        language = document_language(sentence)
        best: dict[int, tuple[Support, Stretch]] = {}
        for stretch in self._stretches:
            support = self._compare(words, figures, stretch, language)
            n = support.n
            # Of equally good stretches the shortest is the quote; they come shortest first.
            if n not in best or _order(support) < _order(best[n][0]):
                best[n] = support, stretch
        for n, (support, stretch) in best.items():
            is_whole = support.score >= SUPPORT_THRESHOLD and not support.missing_figures
            if not is_whole and support.score >= _WORTH_JOINING:
                best[n] = self._joined(words, figures, support, stretch, language)
        judged = [self._judge(sentence, support, stretch) for support, stretch in best.values()]
        ranked = sorted(judged, key=lambda support: (*_order(support), support.n))
        if not ranked or not ranked[0].is_enough:
            return ranked[:1]
        enough = [s for s in ranked if s.is_enough and s.score >= ranked[0].score - ALSO_CITED_WITHIN][:2]
        return self._confirmed(sentence, enough)

    def in_source_words(self, sentence: str, supports: Sequence[Support]) -> str | None:
        """The words of the passage that says a copied `sentence` best, where they can take its place."""
        best = supports[0] if supports and self._copied else None
        if best is None or not best.is_enough or best.is_across or self._verbatim(sentence):
            return None
        passage = next(passage for passage in self.passages if passage.n == best.n)
        return source_words(sentence, passage, best.start, best.end, self._weight)

    def _confirmed(self, sentence: str, supports: list[Support]) -> list[Support]:
        """Those of `supports` that whoever is asked agrees with; where there is none, the first with its objection."""
        shared = [support for support in supports if self._is_shared(sentence, support)]
        return shared or [replace(supports[0], objections=("second opinion",))]

    def _is_shared(self, sentence: str, support: Support) -> bool:
        opinion = self._opinions.across if support.is_across else self._opinions.within
        if opinion is None:
            return True
        passage = next(passage for passage in self.passages if passage.n == support.n)
        said = in_words(passage.text, support.start - passage.start, support.end - passage.start)
        agrees = opinion.agrees(sentence, passage.heading, said)
        return support.score >= SUPPORT_THRESHOLD if agrees is None else agrees

    def _verbatim(self, sentence: str) -> list[Support]:
        """The passages that hold the very sentence: nothing in it can speak against them."""
        text = sentence.strip()
        found = []
        for passage in self.passages:
            place = passage.text.find(text)
            if place >= 0:
                start = passage.start + place
                found.append(Support(passage.n, start, start + len(text), 1.0, ()))
        return found[:2]

    def _compare(
        self, words: frozenset[str], figures: Sequence[Quantity], stretch: Stretch, language: Language
    ) -> Support:
        known = (*stretch.figures, *self._given)
        missing = tuple(f.text for f in figures if not f.stands_in(known))
        is_across = stretch.is_foreign_to(language)
        score = self._score(words, stretch.words, is_across, len(figures), len(missing))
        least = self._opinions.across_least if is_across and self._opinions.across else SUPPORT_THRESHOLD
        return Support(stretch.passage.n, stretch.start, stretch.end, score, missing, least=least, is_across=is_across)

    def _joined(
        self,
        words: frozenset[str],
        figures: Sequence[Quantity],
        support: Support,
        stretch: Stretch,
        language: Language,
    ) -> tuple[Support, Stretch]:
        """The stretch with the sentence of the same passage that adds most to it, for a claim that joins two places."""
        best = support, stretch
        for other in self._stretches:
            if other.passage is stretch.passage and other.is_sentence and not other.overlaps(stretch):
                joined = stretch.joined(other)
                compared = self._compare(words, figures, joined, language)
                if _order(compared) < _order(best[0]):
                    best = compared, joined
        return best

    def _judge(self, sentence: str, support: Support, stretch: Stretch) -> Support:
        """`support` with what speaks against it, looked for only where it would be enough without."""
        if not support.is_enough:
            return support
        passage = stretch.passage
        around = f"{passage.heading}\n{passage.text}\n{self._question}"
        is_foreign = support.is_across
        if is_foreign:
            found = foreign_objections(sentence, stretch.text, around)
        else:
            found = objections(sentence, stretch.text, around, passage.heading)
            found += misjoined(sentence, passage.text, self._weight, self._given)
            found += picked(sentence, stretch.said, self._weight) if self._copied else []
        found += replaced_names(sentence, stretch.text, f"{passage.heading}\n{passage.text}")
        found += foreign_addresses(sentence, passage.text)
        found += only_from_question(sentence, None if is_foreign else stretch, self._question, self._weight)
        return replace(support, objections=tuple(found))

    def _score(
        self, words: frozenset[str], held: frozenset[str], is_foreign: bool, figures: int, missing: int
    ) -> float:
        """The weight of what is held of a sentence, as a share of the whole; a figure weighs as much as a rare word."""
        total = FIGURE_WEIGHT * figures + sum(self._weight(word) for word in words)
        found = FIGURE_WEIGHT * (figures - missing) + sum(
            self._weight(word) for word in words if word in held or (is_foreign and self._is_held_abroad(word, held))
        )
        return found / total if total else 0.0

    def _is_held_abroad(self, word: str, held: frozenset[str]) -> bool:
        return self._counterparts is not None and not held.isdisjoint(self._counterparts(word, self._vocabulary))


def objections(sentence: str, said: str, around: str, heading: str = "") -> list[str]:
    """What of `sentence` speaks against its support by `said`, the stretch that it resembles within `around`."""
    found = [*missing_names(sentence, around), *miscounted(sentence, around), *reversed_words(sentence, said)]
    found += [*contradicted(sentence, said), *exchanged(sentence, said), *misplaced_names(sentence, said, heading)]
    found += [*figures_of_others(sentence, said, heading), *clause_differences(sentence, said)]
    found += added_limits(sentence, said)
    return [*found, "comparison"] if turned_round(sentence, said) else found


def foreign_objections(sentence: str, said: str, around: str) -> list[str]:
    """The same across languages, where words cannot be compared one by one."""
    found = [*missing_names(sentence, around), *contradicted(sentence, said)]
    return [*found, "denial"] if denies(sentence) and not denies(said) else found


def _order(support: Support) -> tuple[bool, int, float]:
    """Best first: enough, then the fewest figures missing, then the score (rounded, so that equal ones tie)."""
    return not support.is_enough, len(support.missing_figures), -round(support.score, 6)
