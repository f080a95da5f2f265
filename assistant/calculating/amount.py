"""One amount of a question: number, unit, and the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The unit of ¥ where it may be yuan or yen, and of a number that only says per what: 每月 50 万.
UNCLEAR_MONEY, UNSAID = "money", "?"
# One of these is no figure: a customer, one request.
_OF_WORDING = ("customer", "person", "sequence", "request")
# From here on a bare number is one of the question's figures, unless it is a year.
_LEAST_FIGURE = 1000.0
_MULTIPLE = re.compile(r"倍|times\b|x\b|fold\b")
_MARK = re.compile(r"(?:above|over|under|below|than|least|超过?|大于|高于|低于|达到|到)\s?$")
_YEARS = (1900, 2100)


@dataclass(frozen=True, slots=True)
class Amount:
    """`low` (and for a range a larger `high`) in `unit`, read from `text[start:end]`.

    `unit` is empty for a bare number. `before` and `after` are the words of the same clause: what it is an amount of.
    `like` is the unit of an amount beside it in a list, which a bare number may share: 按需 3 美元/时，包年 1.9.
    """

    low: float
    high: float
    unit: str
    approximate: bool
    start: int
    end: int
    text: str
    before: str = ""
    after: str = ""
    like: str = ""

    @property
    def is_range(self) -> bool:
        """Whether two ends were given."""
        return self.low != self.high

    @property
    def says_much(self) -> bool:
        """Whether it is one of the question's figures: bare numbers and one month, one card, a million tokens are part
        of its wording as often as not.
        """
        part_of_wording = self.low == 1 and (
            self.unit in (*_OF_WORDING, "month", "year", "week", "day", "hour", "Mtoken")
            or self.unit.startswith("accelerator")
        )
        return bool(self.unit) and not part_of_wording and not (self.low == 1e6 and self.unit == "token")

    @property
    def is_figure(self) -> bool:
        """Whether it is a figure though it may have no unit: 35,000, 0.7, or a number in a list of prices."""
        is_year = self.low == int(self.low) and _YEARS[0] <= self.low <= _YEARS[1]
        is_large = self.low >= _LEAST_FIGURE and not is_year
        is_told = bool(self.like) or is_large or self.is_multiple or self.low != int(self.low)
        return self.says_much or (not self.unit and is_told)

    @property
    def is_multiple(self) -> bool:
        """Whether it says how many times as much, and is no mark to be held against: above 3x."""
        is_mark = _MARK.search(self.before) is not None
        return not self.unit and not is_mark and _MULTIPLE.match(self.after) is not None
