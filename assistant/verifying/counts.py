"""How many of what: a number with the word behind it, written with digits or in words, compared between two texts.

"Nine agencies" is untrue where a passage counts seven agencies and never nine of them. NOT covered: a number that does
not stand directly before what it counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache

from assistant.verifying.quantities import is_same_value, read_all_figures
from index.words import content_words

_SPELLED = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty".split()
_HAN_NUMBER = r"[二两三四五六七八九十百千]+"
# Up to a few characters of number, a Chinese measure word, and what is counted.
_COUNT = re.compile(
    rf"(?<![\w.,-])(?P<number>\d[\d,]*(?:\.\d+)?|{'|'.join(_SPELLED)})\s(?P<noun>[a-z][a-z-]+(?:\s[a-z][a-z-]+)?)"
    rf"|(?<![\d.,第二两三四五六七八九十百千一])(?P<zh>\d[\d,]*(?:\.\d+)?|{_HAN_NUMBER})\s?"
    rf"(?P<measure>[个种类家名项条层次步位张块台组份场])(?P<thing>[^\W\d_a-z]{{1,4}})"
)


def miscounted(claim: str, passage: str) -> list[str]:
    """The counts of `claim` for which `passage` only has others of the same thing."""
    theirs: dict[str, list[float]] = defaultdict(list)
    for _, value, things in _counts(passage):
        for thing in things:
            theirs[thing].append(value)
    wrong = []
    for text, value, things in _counts(claim):
        known = [thing for thing in things if thing in theirs]
        if known and not any(is_same_value(value, other) for thing in known for other in theirs[thing]):
            wrong.append(text)
    return wrong


@lru_cache(maxsize=500)
def _counts(text: str) -> list[tuple[str, float, list[str]]]:
    """(as written, the number, the first word of what is counted)."""
    found = []
    for match in _COUNT.finditer(unicodedata.normalize("NFKC", text).casefold()):
        figures = read_all_figures(match.group("number") or match.group("zh"))
        things = content_words(match.group("noun") or match.group("thing"))[:1]
        is_year = figures and 1900 <= figures[0].value < 2100
        if figures and things and not is_year:
            found.append((match.group(), figures[0].value, things))
    return found
