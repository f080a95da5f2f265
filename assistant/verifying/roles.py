"""Who has which figure, and which of two is the greater: what a sentence says with the right words in the wrong places.

Two figures or names have *changed places* when they come in another order than in the passage while the words beside
them do not, or the other way round. A comparison is *turned round* when what stood before "than" stands behind it. A
name is *misplaced* when the passage says the rest of somebody else. All look at the order of content words alone. NOT
covered: exchanges told in other words, or between plain words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from assistant.verifying.names import lacking_names, names
from assistant.verifying.sentences import split_sentences
from corpus.language import HAN
from index.words import content_words

_TOKEN = re.compile(
    r"\d[\d,]*(?:\.\d+)?\s?(?:%|[KMBTkmbt](?![A-Za-z]))?|[A-Za-z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*|[^\W\da-zA-Z_]+|[,;:。，；：]"
)
_BREAKS = frozenset(",;:。，；：")
_THAN = re.compile(
    r"\bthan\b|\bbeats?\b|\boutperform\w*|胜过|超过|(?<![对相无占])比(?![较例如率特])|高于|低于|多于|少于|大于|小于|优于",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[。；;]|\.\s")
_FIGURE = r"[$€¥£]?(\d[\d.]*%?)"
_FROM_TO = re.compile(rf"(?:\bfrom|从|由)\s?{_FIGURE}.{{0,12}}?(?:\bto|到|至|为)\s?{_FIGURE}")
_CLAUSES = re.compile(r"[,;:，；：|]")
_FEWEST_SHARED = 3  # words of a claim besides its names, below which nothing can be said
_SAME_CLAUSE = 0.75  # of these words, for a clause to be the one that says the rest
_LONGEST_UNIT = 10_000  # characters; of units that hold as many words the shorter is better
_NEAR = 5  # content words on each side of a comparison that are compared
_REACH = 2  # how far the words beside a figure may be from it


@dataclass(frozen=True, slots=True)
class _Token:
    """A content word, figure or name, and the clause of the text that it stands in."""

    text: str
    clause: int
    is_name: bool

    @property
    def is_figure(self) -> bool:
        return self.text[0].isdigit()


def exchanged(claim: str, passage: str) -> list[str]:
    """Two figures or names of `claim` that have changed places with each other against `passage`, or nothing."""
    mine, theirs = _tokens(claim), _tokens(passage)
    places: dict[str, list[int]] = defaultdict(list)
    for place, token in enumerate(theirs):
        places[token.text].append(place)
    counted = Counter(token.text for token in mine)
    movable = [
        n for n, t in enumerate(mine) if (t.is_figure or t.is_name) and t.text in places and counted[t.text] == 1
    ]
    changes = {match.groups() for match in _FROM_TO.finditer(unicodedata.normalize("NFKC", claim).replace(",", ""))}
    for one, other in combinations(movable, 2):
        kept = _same_order(places[mine[one].text], places[mine[other].text])
        if mine[one].is_figure != mine[other].is_figure or kept is None:
            continue
        # From 96% to 17.9% is not from 17.9% to 96%.
        if kept is False and (mine[one].text, mine[other].text) in changes:
            return [mine[one].text, mine[other].text]
        sides = [_companions_keep(mine, one, other, places, step) for step in (-1, 1)]
        known = [side for side in sides if side is not None]
        if known and all(side != kept for side in known):
            return [mine[one].text, mine[other].text]
    return []


def misplaced_names(claim: str, passage: str, heading: str) -> list[str]:
    """Names of `claim` of which `passage` speaks, but not where it says the rest: there it names somebody else.

    Looked for in the sentence or clause of `passage` that holds the rest of the claim. A name of the `heading` may be
    meant anywhere below it.
    """
    asked = set(lacking_names(_distinct(claim), heading))
    rest = set(content_words(claim)) - {word for name in _distinct(claim) for word in content_words(name)}
    if not asked or len(rest) < _FEWEST_SHARED:
        return []
    units = [unit for sentence in split_sentences(passage) for unit in (sentence.text, *_CLAUSES.split(sentence.text))]
    best = max(units, key=lambda unit: len(rest & set(content_words(unit))) - len(unit) / _LONGEST_UNIT, default="")
    if len(rest & set(content_words(best))) < _SAME_CLAUSE * len(rest):
        return []
    others = set(_distinct(best)) - set(_distinct(claim))
    return sorted(lacking_names(asked, best)) if others else []


def _distinct(text: str) -> list[str]:
    """Names by their digits and capitals, folded; plain capitalised words are too often parts of others."""
    return [name.casefold() for name in names(text) if re.search(r"[A-Z0-9]", name[1:]) or HAN.search(text)]


def turned_round(claim: str, passage: str) -> bool:
    """Whether a comparison of `claim` stands in `passage` with its sides exchanged: names, or words where none are."""
    for mine in _comparisons(claim):
        for theirs in _comparisons(passage):
            for (left, right), (their_left, their_right) in zip(mine, theirs, strict=True):
                crossed = (left - right) & (their_right - their_left), (right - left) & (their_left - their_right)
                straight = (left & their_left) - right, (right & their_right) - left
                if all(crossed) and not any(straight):
                    return True
    return False


def _companions_keep(
    tokens: Sequence[_Token], one: int, other: int, places: Mapping[str, list[int]], step: int
) -> bool | None:
    """Whether what stands before (`step` -1) or behind `one` and `other` comes in the same order in the passage.

    None when it is the same for both, or the passage has it in more than one order.
    """
    sides = [_side(tokens, place, places, step) for place in (one, other)]
    skipped = {tokens[one].text, tokens[other].text}
    named = tokens[one].is_name
    sides = [
        [token for token in side if token.text not in skipped and (named or not token.is_figure)] for side in sides
    ]
    for by_name in (True, False):
        beside = [[token.text for token in side if token.is_name or not by_name] for side in sides]
        for first, second in zip(*beside, strict=False):
            if first != second:
                return _same_order(places[first], places[second])
    return None


def _side(tokens: Sequence[_Token], place: int, places: Mapping[str, list[int]], step: int) -> list[_Token]:
    """What stands before or behind `place` in its clause and somewhere in the passage, nearest first."""
    side = tokens[max(0, place - _REACH) : place][::-1] if step < 0 else tokens[place + 1 : place + 1 + _REACH]
    return [token for token in side if token.clause == tokens[place].clause and token.text in places]


def _same_order(one: Sequence[int], other: Sequence[int]) -> bool | None:
    """Whether all of `one` stand before all of `other` (True), behind (False), or neither."""
    if one[-1] < other[0]:
        return True
    return False if other[-1] < one[0] else None


@lru_cache(maxsize=2_000)
def _tokens(text: str) -> list[_Token]:
    text = unicodedata.normalize("NFKC", text)
    # Plain capitalised words are parts of longer names as often as not; their order says little.
    named = {name.casefold() for name in names(text) if re.search(r"[A-Z0-9]", name[1:])}
    found: list[_Token] = []
    clause = 0
    for match in _TOKEN.finditer(text):
        token = match.group().casefold()
        if token in _BREAKS:
            clause += 1
        elif token[0].isdigit():
            found.append(_Token(token.replace(",", "").replace(" ", ""), clause, False))
        elif token in named:
            found.append(_Token(token, clause, True))
        else:
            found.extend(_Token(word, clause, False) for word in content_words(token))
    return found


@lru_cache(maxsize=2_000)
def _comparisons(text: str) -> list[list[tuple[set[str], set[str]]]]:
    """For each comparison what stands before and behind it in its sentence: the names; the nearest content words."""
    text = unicodedata.normalize("NFKC", text)
    found = []
    for match in _THAN.finditer(text):
        before, behind = _SENTENCE_END.split(text[: match.start()])[-1], _SENTENCE_END.split(text[match.end() :])[0]
        words = set(content_words(before)[-_NEAR:]), set(content_words(behind)[:_NEAR])
        of_names = _folded_names(before), _folded_names(behind)
        found.append([of_names, words if not any(of_names) else (set(), set())])
    return found


def _folded_names(text: str) -> set[str]:
    return {name.casefold() for name in names(text)}
