"""Text and query for SQLite's full-text search, which knows no Chinese words: each Han character is made one."""

from __future__ import annotations

import re

from corpus.language import HAN

_WORD = re.compile(r"\w+")


def fts_text(text: str) -> str:
    """`text` as it is indexed."""
    return HAN.sub(lambda match: f" {match.group()} ", text)


def fts_query(search: str) -> str:
    """What finds `search` as a run of words, the last of them perhaps not typed to its end; empty without a word.

    Everything is quoted, so nothing typed is taken for an operator.
    """
    words = _WORD.findall(fts_text(search))
    return f'"{" ".join(words)}" *' if words else ""
