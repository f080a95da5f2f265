"""What single clauses say differently: another direction, or a limit that the passage does not set.

A passage often names both poles of a contrast, one clause each, so that a sentence looks right beside the whole of it.
Here each clause of a claim is held against the one clause of the passage that says most of it. NOT covered: clauses
that the passage says in other words, and what two clauses say only together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from assistant.verifying.contrasts import contradicted
from index.words import content_words

_ENDS = re.compile(
    r"[;:,。！？；：，、|()（）]|[.!?](?=\s|$)|\b(?:but|while|whereas|although|because)\b|但是?|而(?!且)|因为|所以"
)
_SAME = 0.6  # of a clause's words, for a clause of the passage to be the one that says it
_FEWEST = 2

# What narrows or widens a claim, and what of this kind a passage may say instead, in more ways than are objected to.
_LIMITS: tuple[tuple[str, str], ...] = (
    (
        # Before a figure "only" says how little that is.
        r"(?:只有|只能|只在|只向|只对|只看|仅|唯有|唯一)(?!\s?[\d一二两三四五六七八九十])"
        r"|\b(?:only|solely|exclusively|nothing but)\b(?! (?:about |around )?(?:[$€¥£\d]|an? |one|two|three|half))",
        r"只|仅|唯|单独|才|除非|除了|\b(?:only|solely|exclusively|alone|just|nothing|unless|except|no|not|without)\b",
    ),
    (
        r"所有|全部|一切|任何|总是|总能|永远|一律|无一"
        r"|\b(?:all|always|everyone|everything|everybody|never|none)\b",
        r"所有|全部|一切|任何|总|永远|一律|每|各|都|全|无|不"
        r"|\b(?:all|every\w*|always|any\w*|each|entire|whole|never|none|no|not)\b|100%",
    ),
    (
        r"至少|不少于|不低于|起码|以上|\b(?:at least|or more|no fewer|no less|minimum)\b",
        r"至少|不少于|不低于|起码|以上|超过|起|多"
        r"|\b(?:at least|or more|no fewer|no less|minimum|above|over|more|exceed\w*|from)\b|≥|>",
    ),
    (
        r"至多|最多|不超过|以内|\b(?:at most|or less|or fewer|up to|no more than|maximum)\b",
        r"至多|最多|最高|不超过|以下|不到|内|上限"
        r"|\b(?:at most|or less|or fewer|up to|no more|maximum|under|below|within|less|fewer|highest|limit\w*)\b|≤|<",
    ),
)


def clause_differences(claim: str, said: str) -> list[str]:
    """What a clause of `claim` says against the clause of `said` that says most of it."""
    found: list[str] = []
    theirs = clauses_of(said)
    for clause in clauses_of(claim):
        if unit := _nearest(clause, theirs):
            found += contradicted(clause, unit)
    return list(dict.fromkeys(found))


def added_limits(claim: str, said: str) -> list[str]:
    """The words with which `claim` narrows or widens what it says, of a kind that `said` has none of."""
    mine, theirs = _fold(claim), _fold(said)
    return [
        match.group()
        for limit, known in _limits()
        if (match := limit.search(mine)) is not None and not known.search(theirs)
    ]


@lru_cache(maxsize=2_000)
def clauses_of(text: str) -> Sequence[str]:
    """The clauses of a text, as its marks and joining words part them."""
    return [clause for clause in (part.strip() for part in _ENDS.split(text)) if clause]


def _nearest(clause: str, theirs: Sequence[str]) -> str:
    """The clause that has most of the words of `clause`, the shortest of equals; empty when none has enough."""
    mine = set(content_words(clause))
    if len(mine) < _FEWEST:
        return ""
    shares = [(len(mine & set(content_words(other))) / len(mine), -len(other), other) for other in theirs]
    share, _, unit = max(shares, default=(0.0, 0, ""))
    return unit if share >= _SAME else ""


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=1)
def _limits() -> Sequence[tuple[re.Pattern[str], re.Pattern[str]]]:
    return [(re.compile(limit), re.compile(known)) for limit, known in _LIMITS]
