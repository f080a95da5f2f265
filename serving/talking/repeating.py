"""Notices that a model goes round in circles: the end of its text is one stretch again and again."""

from __future__ import annotations

_LOOKED_AT = 1200  # characters
_FEWEST_TIMES = 4
# About 120 tokens: one for 1.5 Chinese characters, one for 4 of others.
_LEAST_CHINESE, _LEAST_OTHER = 180, 480
_EVERY = 40


class RepetitionGuard:
    """Told of a text as it grows."""

    def __init__(self) -> None:
        self._next_look = _LEAST_CHINESE

    def loops(self, text: str) -> bool:
        """Whether `text` ends in a loop; looked at every few words only."""
        if len(text) < self._next_look:
            return False
        self._next_look = len(text) + _EVERY
        return ends_in_loop(text)


def ends_in_loop(text: str) -> bool:
    """Whether the last 120 tokens or so of `text` are one stretch, at least four times."""
    end = text[-_LOOKED_AT:][::-1]
    least = _LEAST_CHINESE if sum("\u2e80" <= c <= "\u9fff" for c in end[:_LEAST_CHINESE]) > 90 else _LEAST_OTHER
    if len(end) < least:
        return False
    end = end[:least]
    return least - _longest_border(end) <= least // _FEWEST_TIMES


def _longest_border(text: str) -> int:
    """The length of the longest proper prefix of `text` that is also its suffix (Knuth, Morris and Pratt, 1977)."""
    border = [0] * len(text)
    length = 0
    for place in range(1, len(text)):
        while length and text[place] != text[length]:
            length = border[length - 1]
        if text[place] == text[length]:
            length += 1
        border[place] = length
    return border[-1] if border else 0
