r"""Patterns of words in text that mixes two languages: `\b`, `\w` and `\d` know ASCII only.

To Unicode a Chinese character is part of a word, so that `\bltv\b` is not found in LTV是多少.
"""

from __future__ import annotations

import re
from functools import cache


@cache
def words_pattern(pattern: str) -> re.Pattern[str]:
    """`pattern`, compiled once."""
    return re.compile(pattern, re.ASCII)


def says(pattern: str, folded: str) -> bool:
    """Whether `pattern` stands anywhere in the folded text."""
    return words_pattern(pattern).search(folded) is not None
