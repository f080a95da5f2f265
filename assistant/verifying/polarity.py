"""What a sentence denies: the words behind a negation, and where another sentence affirms them.

NOT covered: double negation, irony, and what is denied by a word's meaning alone (fails to, refuses).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from index.words import content_words

# What denies the words behind it. 不 and 无 stand inside words that deny nothing.
_CUE = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|no longer)\b|n't\b"
    r"|并不是|并非|不是|不用|不需要?|无需|不必|不能|不会|不可|不得|不要|不再|没有|没|从不|未(?!来|必)"
    r"|不(?!仅|但|只|过|同|断|少|足|良|管|论|如|均|齐|妨|到|错|变|稳|然)|无(?!论|疑|线|限|关)"
)
# What denies the next word alone.
_INSTEAD = re.compile(r"\b(?:rather than|instead of)\b|而不是|而非")
# What denies the words before it.
_UNRELATED = re.compile(r"[与和跟同]([^，。；,;]{1,16}?)(?:没有关系|没有关联|无关)")
# What denies more or less, without telling which words.
_SCARCELY = re.compile(
    r"\b(?:hardly|seldom|rarely|few|little|none|nothing|nobody|nowhere|nor|outside|exclu\w+|lack\w*|unable|fail\w*|un\w{4,}|in\w{2,}able)\b"
    r"|很少|难以|缺|除外|以外|拒绝|禁止|避免|不|无|未"
)
_CLAUSE_END = re.compile(r"[,;:()，；：。（）、|]|\bbut\b|但|而是|所以|因此|\.\s")
_REACH = 3  # content words behind a negation that it is taken to deny


@dataclass(frozen=True, slots=True)
class _Read:
    """A text's denials, each the words it denies, and the words affirmed."""

    denials: tuple[frozenset[str], ...]
    affirmed: frozenset[str]

    @property
    def denied(self) -> frozenset[str]:
        return frozenset().union(*self.denials)


def reversed_words(claim: str, passage: str) -> list[str]:
    """Words that one of the two denies and the other affirms, without a denial that the two have in common."""
    mine, theirs = _read(claim), _read(passage)
    return sorted(_reversed(mine, theirs) | _reversed(theirs, mine))


def denies(text: str) -> bool:
    """Whether anything is denied in `text`, in one word or another."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return any(cue.search(folded) for cue in (_CUE, _INSTEAD, _UNRELATED, _SCARCELY))


def _reversed(one: _Read, other: _Read) -> set[str]:
    unmatched = [denial for denial in one.denials if not denial & other.denied]
    return {word for denial in unmatched for word in denial & other.affirmed - one.affirmed}


@lru_cache(maxsize=2_000)
def _read(text: str) -> _Read:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    denials: list[frozenset[str]] = []
    affirmed: list[str] = []
    position = 0
    for start, end, reach in sorted(_scopes(folded)):
        if start < position:
            continue
        affirmed += content_words(folded[position:start])
        denied = content_words(folded[start:end])
        # A figure that is denied ("instead of 56 GB") is a matter of the check of figures.
        if denied and not denied[0][0].isdigit():
            denials.append(frozenset(denied[:reach]))
        affirmed += denied[reach:]
        position = end
    affirmed += content_words(folded[position:])
    return _Read(tuple(denials), frozenset(affirmed))


def _scopes(folded: str) -> list[tuple[int, int, int]]:
    """(start, end, how many words) of what every negation denies: up to the end of its clause, or the next negation."""
    scopes = [(match.start(1), match.end(1), _REACH) for match in _UNRELATED.finditer(folded)]
    cues = [(match, _REACH) for match in _CUE.finditer(folded)] + [(match, 2) for match in _INSTEAD.finditer(folded)]
    starts = [match.start() for match, _ in cues]
    for match, reach in cues:
        end = _CLAUSE_END.search(folded, match.end())
        ends = [start for start in starts if start >= match.end()] + [end.start() if end else len(folded)]
        scopes.append((match.end(), min(ends), reach))
    return scopes
