"""Markdown text -> sentences with exact offsets, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What stands before the text of a list item, heading or quotation.
_LINE_MARK = re.compile(r"\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+|\(?\d{1,2}[.)、）]\s*|（\d{1,2}）\s*)*")
# A sentence ends at 。！？； with closing quotes, or at .!? before a space or the end.
_END = re.compile(r"[。！？；]+[”’」』）)]*|[.!?]+(?!\"\s[a-z])[\"')\]]*(?=\s|$|\[\d|【)")
# Marks that cite stay with the sentence before them: "…成本。[1][2]"
_CITATION_MARKS = re.compile(r"(?:\s*(?:\[\d+(?:\s*[,，]\s*\d+)*\]|【\d+】|［\d+］))+")
# A number that begins an item within a line: "三点：1. 清洗；2. 去重"
_NUMBERS = re.compile(r"(?:^|[:：;；])\s*\d{1,2}\.$")
_LAST_WORD = re.compile(r"(?:[A-Za-z]+\.)+\Z")
_INITIALS = re.compile(r"(?:[a-z]\.)+")
_ABBREVIATIONS = frozenset(
    """
    etc. vs. al. fig. no. eq. dr. mr. ms. mrs. prof. inc. ltd. co. corp. approx. st. pp.
    ca.
    """.split()
)
# A sentence that is not understood without the one before it.
_LEANS = re.compile(
    r"^(?:那|这|它|其[他它]?|此|该|因此|所以|但|而|同样|另外|也|还)"
    r"|^(?:it|its|this|that|these|those|they|their|he|she|both|such|but|and|so|then|see|thus|therefore|hence)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]`: a sentence without list marks and outer whitespace."""

    text: str
    start: int
    end: int


def split_sentences(text: str) -> list[Span]:
    """The sentences of `text` in order. A line is never joined with the next; a table row is one sentence."""
    return list(_sentences(text))


def leans(sentence: str) -> bool:
    """Whether a sentence begins as one that goes on from the sentence before it."""
    return _LEANS.search(sentence) is not None


def _sentences(text: str) -> Iterator[Span]:
    position = 0
    for line in text.splitlines(keepends=True):
        body = line.rstrip()
        mark = _LINE_MARK.match(body)
        start = mark.end() if mark else 0
        if body.lstrip().startswith("|"):
            yield from _span(text, position, position + len(body))
        else:
            for begin, end in _ends(body, start):
                yield from _span(text, position + begin, position + end)
        position += len(line)


def _ends(line: str, start: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _END.finditer(line, start):
        if match.end() <= begin or _is_inside_word(line, match) or _NUMBERS.search(line[begin : match.end()]):
            continue
        end = match.end()
        if marks := _CITATION_MARKS.match(line, end):
            end = marks.end()
        yield begin, end
        begin = end
    yield begin, len(line)


def _is_inside_word(line: str, match: re.Match[str]) -> bool:
    """Whether a full stop belongs to an abbreviation or an initial, so that the sentence goes on."""
    if not match.group().startswith("."):
        return False
    found = _LAST_WORD.search(line, 0, match.start() + 1)
    word = found.group().lower() if found else ""
    return word in _ABBREVIATIONS or _INITIALS.fullmatch(word) is not None


def _span(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()
    if re.search(r"\w", piece):
        yield Span(piece, start, start + len(piece))
