"""One amount of a question: number, unit, and the words around it."""

from __future__ import annotations

from dataclasses import dataclass

# The unit of ¥ where it may be yuan or yen, and of a number that only says per what: 每月 50 万.
UNCLEAR_MONEY, UNSAID = "money", "?"


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
            self.unit in ("month", "year", "hour", "Mtoken", "request") or self.unit.startswith("accelerator")
        )
        return bool(self.unit) and not part_of_wording and not (self.low == 1e6 and self.unit == "token")
