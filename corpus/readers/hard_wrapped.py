"""Hard-wrapped text -> a line for every paragraph, so that no sentence ends where an editor broke its line.

Editors break lines at a width: a line is *full* when the first word of the next one would not have fitted on it. Where
nearly all lines that run on are full, a text is taken for hard-wrapped. In any text a line that breaks off and goes on
with a small letter is joined. Lines that end for another reason (a poem, an address, a field on each line) stay as they
are. NOT covered: quotations, tables, code, and Chinese texts of which only some paragraphs are hard-wrapped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
# What begins something new, and is never the rest of the line above.
_BEGINS = re.compile(
    r"^\s*(?:[-*+•]\s|\(?\d{1,3}[.)、）]|[（(]?[一二三四五六七八九十]+[)）、]|[#>|<]|[-=*_]{3,}\s*$|```|~~~|[\w-]+:\s)"
)
# What no line goes on from: headings, tables, quotations, code, rules, and breaks that were meant.
_CLOSED = re.compile(r"^\s*(?:[#>|<]|[-=*_]{3,}\s*$|```|~~~)|^(?: {4}|\t)|(?: {2}|\\)$")
_ENDED = re.compile(r"[.!?:;。！？：；][\"”’」』)）]*$")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0002ebef“”‘’—…]")
_FIRST_WORD = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uffef]+|\S")
_HYPHEN = re.compile(r"[A-Za-z]-$")

_NARROWEST = 40  # columns
_MOSTLY_FULL = 0.8
_MOSTLY_OPEN = 0.5  # of full lines end within a sentence
_FEWEST = 2  # breaks of which a width can be told
_SLACK = 2  # columns: a Chinese line does not begin with a comma


def unwrapped(text: str) -> str:
    """`text` with each hard-wrapped paragraph on one line."""
    lines = text.split("\n")
    breaks = list(_breaks(lines))
    full = _full(lines, breaks)
    parts = lines[:1]
    for number, line in enumerate(lines[1:]):
        if number in full:
            rest = line.lstrip()
            parts += [_between(lines[number], rest), rest]
        else:
            parts += ["\n", line]
    return "".join(parts)


def _breaks(lines: Sequence[str]) -> Iterator[int]:
    """The numbers of the lines that run on in the next one, as far as Markdown goes."""
    in_code = False
    for number, line in enumerate(lines[:-1]):
        if _FENCE.match(line):
            in_code = not in_code
        following = lines[number + 1]
        if in_code or not line.strip() or not following.strip():
            continue
        if not _CLOSED.search(line) and not _BEGINS.match(following):
            yield number


def _full(lines: Sequence[str], breaks: Sequence[int]) -> frozenset[int]:
    """Which of `breaks` an editor made: full lines where these are nearly all, and any within an English sentence."""
    columns = {number: _columns(lines[number]) for number in breaks}
    width = _upper_quartile(columns.values())
    full = {number for number in breaks if columns[number] + _needed(lines[number + 1]) > width}
    open_ended = {number for number in breaks if not _ENDED.search(lines[number])}
    goes_on = {n for n in open_ended if columns[n] >= _NARROWEST and lines[n + 1].lstrip()[:1].islower()}
    is_wrapped = width >= _NARROWEST and len(breaks) >= _FEWEST and len(full) >= _MOSTLY_FULL * len(breaks)
    if is_wrapped and len(full & open_ended) >= _MOSTLY_OPEN * len(full):
        return frozenset(full | goes_on)
    return frozenset(goes_on)


def _upper_quartile(widths: Iterable[int]) -> int:
    """The width that a quarter of the lines reach: a few are longer in most texts, for an address or a link."""
    ordered = sorted(widths, reverse=True)
    return ordered[len(ordered) // 4] if ordered else 0


def _needed(line: str) -> int:
    """The columns that the first word of `line` would have taken on the line before."""
    word = _FIRST_WORD.search(line)
    first = word.group() if word else ""
    return _columns(first) + (_SLACK if _WIDE.match(first) else 1)


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def _between(line: str, following: str) -> str:
    """What parts two joined lines: nothing beside Chinese, nor behind the hyphen of a word."""
    return (
        "" if line[-1:].isspace() or _WIDE.search(line[-1:]) or _WIDE.match(following) or _HYPHEN.search(line) else " "
    )
