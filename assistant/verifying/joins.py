"""A figure joined to words that the passage says of another one.

"A margin of 60% requires a price of $0.08" has every word and figure of a passage that gives $0.08 for the cost and
$0.20 for the price. For each figure of a claim the passage is searched for it and for others of its kind (money, time,
bytes, a share …). Where the claim's words stand closer to another one, the figure is joined wrongly. Closest is the
clause of the figure; what stands before it in its sentence holds for it as well, unless its clause speaks of something
else; the rest of the sentence and of the line before it count half. What a sum is made of ("0.08 / (1 - 0.6) = 0.20")
is no figure of its own, except for a claim that tells the result as well. NOT covered: figures without a unit, and
passages in another language than the claim.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.verifying.quantities import Quantity, read_figures, without_figures
from assistant.verifying.sentences import split_sentences
from assistant.verifying.tables import rows_in_words
from index.words import content_words

_CLAUSES = re.compile(r"[;；，、]|[,:：](?=\s|\D)|\s(?:and|but|while|whereas|against)\s|而(?!且)|并|和")
_NUMBER = r"\d[\d.,]*(?:e\d+)?"
_SIGN = r"[/×÷+*−]"
_FACTOR = re.compile(
    rf"(?:(?<={_SIGN})|(?<={_SIGN}[\s($¥])|(?<={_SIGN}\s[($¥])|(?<= - )){_NUMBER}"
    rf"|(?<![\d.,]){_NUMBER}(?=\s?(?:[%万亿]|[A-Za-z]{{1,2}})?\)?\s?{_SIGN}\s?[($¥\d]| - \d)"
)
_FIGURE_WEIGHT = 3.0  # as in support.py: words weigh 1 to 7
_BEFORE = 0.95
_BESIDE = 0.5
_MOST_FIGURES = 2  # a sentence of more goes through a sum or joins several sentences
_MARGIN = 0.05  # of the weight of all the words, by which another figure must be closer

_Items = frozenset[str | float]


@dataclass(frozen=True, slots=True)
class _Place:
    """A figure of a passage: what its clause says, what stands before that, and what else is near.

    `is_part`: it is what a sum is made of. `results`: of the sums of its sentence.
    """

    figure: Quantity
    clause: _Items
    before: _Items
    beside: _Items
    is_part: bool
    results: tuple[Quantity, ...]

    def closeness(self, weights: dict[str | float, float], claimed: _Items) -> float:
        """The weight of the words near the figure, the less the farther they are."""
        is_apart = not self.clause <= claimed | {self.figure.value}
        before = _BESIDE if is_apart else _BEFORE
        shares = (
            weight * (1 if item in self.clause else before if item in self.before else _BESIDE * (item in self.beside))
            for item, weight in weights.items()
        )
        return sum(shares)


def misjoined(claim: str, passage: str, weight: Callable[[str], float], given: Collection[Quantity] = ()) -> list[str]:
    """The figures of `claim`, but for those `given` with the question, that `passage` has for something else."""
    figures = read_figures(claim)
    if len(figures) > _MOST_FIGURES:
        return []
    clauses, claimed = _split(claim), _items(claim)
    found = []
    for clause in clauses:
        for figure in read_figures(clause):
            if not figure.kind or figure.stands_in(given):
                continue
            items = _said_of(figure, clause, clauses)
            weights = {item: weight(item) if isinstance(item, str) else _FIGURE_WEIGHT for item in items}
            own, others = _places_of(figure, figures, passage)
            closest = max((place.closeness(weights, claimed) for place in own), default=math.inf)
            margin = _MARGIN * sum(weights.values())
            if any(place.closeness(weights, claimed) > closest + margin for place in others):
                found.append(figure.text)
    return found


def _said_of(figure: Quantity, clause: str, clauses: Sequence[str]) -> _Items:
    """What a claim says beside `figure`, but for what its other clauses say of another figure of the kind."""
    free = [other for other in clauses if not any(one.kind == figure.kind for one in read_figures(other))]
    return _items(clause).union(*map(_items, free)) - {figure.value}


def _places_of(figure: Quantity, figures: Sequence[Quantity], passage: str) -> tuple[list[_Place], list[_Place]]:
    """Where `passage` has `figure`, and where it has another one of the kind that is not among the claim's `figures`.

    What a sum is made of is no other than its result.
    """
    places = _places(passage)
    own = [place for place in places if figure.stands_in([place.figure])]
    own = [place for place in own if not place.is_part or any(one.stands_in(place.results) for one in figures)]
    others = [place for place in places if place.figure.kind == figure.kind and not place.is_part]
    others = [place for place in others if not figure.stands_in([place.figure, *place.results])]
    return own, [place for place in others if not any(one.stands_in([place.figure]) for one in figures)]


@lru_cache(maxsize=500)
def _places(passage: str) -> Sequence[_Place]:
    return list(_read_places(passage))


def _read_places(passage: str) -> Iterator[_Place]:
    rows = rows_in_words(passage)
    for span in split_sentences(passage):
        text = rows.get(span.start, span.text)
        line = "" if span.start in rows else passage[passage.rfind("\n", 0, span.start) + 1 : span.start]
        results = tuple(figure for part in text.split("=")[1:] for figure in read_figures(part)[:1])
        clauses = [text] if span.start in rows else _split(text)
        read = [_items(clause) for clause in clauses]
        for n, clause in enumerate(clauses):
            before = frozenset().union(*read[:n])
            beside = _items(line).union(*read[n + 1 :])
            whole = read_figures(_FACTOR.sub(" ", clause))
            for figure in read_figures(clause):
                yield _Place(figure, read[n], before, beside, not figure.stands_in(whole), results)


def _split(text: str) -> list[str]:
    return [clause for clause in _CLAUSES.split(text) if clause.strip()]


@lru_cache(maxsize=5_000)
def _items(text: str) -> _Items:
    """Words, and figures by their value."""
    return frozenset[str | float](content_words(without_figures(text))) | {one.value for one in read_figures(text)}
