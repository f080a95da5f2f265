"""Rows of a Markdown table in words: every cell with the head of its column, and the unit that the head gives it.

"| Practice | 59 |" below "| plan | US$ per seat |" says "plan Practice; US$ per seat $59": alone a row says neither
what its figures count nor in what they are counted. NOT covered: a table whose head the passage does not hold.
"""

from __future__ import annotations

import re

from assistant.verifying.sentences import split_sentences

_RULE = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|)+\s*")
_NUMBER = re.compile(r"[-+~≈约]?\s?\d[\d,]*(?:\.\d+)?")
_SCALE = r"万亿|[十百千]?[万亿]|千|thousand|million|billion|trillion|bn|mn|[kmb](?![a-z])"
_SIGN = re.compile(rf"(?:us)?(?P<sign>[$€¥£])\s?(?P<scale>{_SCALE})?", re.IGNORECASE)
# Money before anything else: in "US$ per hour" and 每小时（元） it is what the figures are.
_UNITS = (
    re.compile(
        rf"(?P<scale>{_SCALE})?\s?(?P<unit>美元|欧元|英镑|日元|加元|元|usd\b|eur\b|cny\b|rmb\b|yuan\b|dollars?\b|euros?\b)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<scale>)(?P<unit>[%‰])"),
    re.compile(
        rf"(?P<scale>{_SCALE})?\s?(?P<unit>[kmgtp]i?b\b|毫秒|ms\b|(?:milli)?seconds?\b|秒|分钟|minutes?\b|个?小时|hours?\b"
        r"|天|days?\b|个?星期|周|weeks?\b|个月|months?\b)",
        re.IGNORECASE,
    ),
    re.compile(rf"[(（](?P<scale>{_SCALE})(?P<unit>)[)）]", re.IGNORECASE),
)


def rows_in_words(text: str) -> dict[int, str]:
    """The rows of the tables in `text` below their heads, by the place where each begins."""
    found: dict[int, str] = {}
    heads: list[str] = []
    above, place = "", 0
    for line in text.splitlines(keepends=True):
        row = line.strip()
        if not row.startswith("|"):
            heads = []
        elif _RULE.fullmatch(row):
            heads = _cells(above)
        elif heads:
            found[place + len(line) - len(line.lstrip())] = _in_words(heads, _cells(row))
        above, place = row, place + len(line)
    return found


def in_words(text: str, start: int, end: int) -> str:
    """`text[start:end]`, the rows of tables in words."""
    rows = {place: row for place, row in rows_in_words(text).items() if start <= place < end}
    if not rows:
        return text[start:end]
    return "\n".join(rows.get(span.start, span.text) for span in split_sentences(text) if start <= span.start < end)


def _in_words(heads: list[str], cells: list[str]) -> str:
    return "; ".join(f"{head} {_with_unit(cell, head)}" for head, cell in zip(heads, cells, strict=False) if cell)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def _with_unit(cell: str, head: str) -> str:
    """A cell that is a bare number, with the unit and scale of its head."""
    if not _NUMBER.fullmatch(cell):
        return cell
    if sign := _SIGN.search(head):
        return f"{sign['sign']}{cell}{_spaced(sign['scale'])}"
    unit = next((match for pattern in _UNITS if (match := pattern.search(head))), None)
    return f"{cell}{_spaced(unit['scale'])}{_spaced(unit['unit'])}" if unit else cell


def _spaced(word: str | None) -> str:
    """Latin words stand apart from a number, Chinese ones and signs do not."""
    return f" {word}" if word and word[0].isalpha() and word.isascii() else word or ""
