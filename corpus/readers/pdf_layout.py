"""Lines with their places on a page -> paragraphs. Plain geometry and text; knows nothing of PDF.

A PDF has no paragraphs, only characters at places. What is kept is what a reader sees: a blank line where a paragraph
ends, a line break where the author broke the line, and one space where the line was merely full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import dropwhile, pairwise, takewhile
from statistics import median

from corpus.readers.visible import BULLETS, visible

# Stands where a line ended in a hyphen, until the whole document says whether the hyphen belongs to the word.
HYPHEN_MARK = "\ufffe"

LETTER = re.compile(r"[^\W\d_]")

_UNKNOWN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_SPACES = re.compile(r"[^\S\n]+")
_HYPHENATED = re.compile(rf"(\w*)[-\u2010]?{HYPHEN_MARK}(\w*)")
_WORD = re.compile(r"\w+(?:-\w+)*")
_CJK_EDGE = re.compile(r"[\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0002ebef]")
_ITEM = re.compile(r"[•◦▪‣*–-]\s|\(?(?:\d{1,2}|[a-z])[.)]\s|[（(]?[一二三四五六七八九十]{1,3}[、）)]")
_SENTENCE_END = tuple(".!?。！？…:：")

_SAME_ROW = 0.5  # of the character size: a smaller step down is the same row (a superscript, a table cell)
_NEW_SIZE = 0.1  # a relative change of character size begins a paragraph
_GAP = 1.3  # times the usual step between rows begins one, too
_INDENT = 0.8  # of the character size
_WORD_GAP = 0.15  # of the character size, too
_CELL_GAP = 1.5  # of the character size: a wider gap within a row parts the cells of a table
_WINDOW = 8  # rows around a row tell how wide its column is, those that begin at nearly the same place
_SAME_EDGE = 4  # of the character size


@dataclass(frozen=True, slots=True)
class Line:
    """Characters that follow each other along one row, in points from the lower left corner of the page.

    A hyphenated line goes on in the next row, so that a Line may begin (`top`) higher than it ends (`bottom`). In
    right-to-left or turned text the places are mirrored or turned, so that a Line always runs from `left` to `right`.
    `widest_gap` is the widest space between two of its words, `quarter` how often it is turned clockwise.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    first_word_width: float
    widest_gap: float = 0.0
    quarter: int = 0


def clean(text: str) -> str:
    """Characters as people see and type them, with single spaces. Length changes, so this comes before any offset."""
    return _SPACES.sub(" ", visible(text))


def unreadable_share(text: str) -> float:
    """How much of `text` has no known character: 1.0 when its fonts say nothing, 0.0 in ordinary text."""
    bare = BULLETS.sub("•", "".join(text.split()))
    return len(_UNKNOWN.findall(bare)) / len(bare) if bare else 0.0


def join_lines(lines: list[Line]) -> str:
    """Join the lines of one page into paragraphs, separated by blank lines."""
    rows = _rows(line for line in _cleaned(lines) if line.text.strip())
    usual_step = _usual_step(rows)
    parts = [row.text for row in rows[:1]]
    for number, (row, following) in enumerate(pairwise(rows)):
        column = rows[max(0, number - _WINDOW) : number + _WINDOW]
        parts += [_separator(row, following, _right_edge(row, column), usual_step), following.text]
    text = _SPACES.sub(" ", "".join(parts))
    return re.sub(r" *\n *", "\n", text).strip()


def largest_text(lines: list[Line]) -> str:
    """The first text in the largest letters, as a title is; empty where there is none."""
    worded = [line for line in _cleaned(lines) if line.quarter == 0 and len(LETTER.findall(line.text)) > 1]
    largest = max((line.size for line in worded), default=0.0)
    from_there = dropwhile(lambda line: line.size < largest * (1 - _NEW_SIZE), worded)
    return " ".join(
        line.text.strip() for line in takewhile(lambda line: line.size >= largest * (1 - _NEW_SIZE), from_there)
    )


def join_hyphens(pages: Iterable[str]) -> list[str]:
    """Put words together that were cut at line ends, with a hyphen where the document writes them with one."""
    texts = list(pages)
    words = {word.lower() for text in texts for word in _WORD.findall(text)}

    def whole(match: re.Match[str]) -> str:
        before, after = match.groups()
        if after and (before + after).lower() in words:
            return f"{before}{after}"
        is_compound = f"{before}-{after}".lower() in words
        return f"{before}-{after}" if is_compound or not before.isalpha() or not after[:1].islower() else before + after

    return [_HYPHENATED.sub(whole, text) for text in texts]


def _usual_step(lines: list[Line]) -> float:
    """The usual distance of two rows, in character sizes."""
    steps = [
        (line.bottom - following.top) / line.size
        for line, following in pairwise(lines)
        if _is_same_size(line, following) and _SAME_ROW < (line.bottom - following.top) / line.size < 3
    ]
    return median(steps) if steps else 1.2


def _cleaned(lines: Iterable[Line]) -> list[Line]:
    return [replace(line, text=clean(line.text)) for line in lines]


def _rows(lines: Iterable[Line]) -> list[Line]:
    """Lines that stand side by side become one: a word and its note mark, the cells of a table."""
    rows: list[Line] = []
    for line in lines:
        before = rows[-1] if rows else None
        if before is None or not _is_beside(before, line):
            rows.append(line)
            continue
        gap, size = line.left - before.right, max(before.size, line.size)
        rows[-1] = replace(
            before,
            text=before.text + (" " if gap > _WORD_GAP * size else "") + line.text,
            right=line.right,
            bottom=before.bottom - (line.top - line.bottom),
            size=size,
            widest_gap=max(before.widest_gap, line.widest_gap, gap),
        )
    return rows


def _is_beside(line: Line, following: Line) -> bool:
    size = max(line.size, following.size)
    is_level = line.quarter == following.quarter and abs(line.bottom - following.top) < _SAME_ROW * size
    return is_level and following.left > line.right - size


def _right_edge(row: Line, column: list[Line]) -> float:
    """How far right the rows go that begin where `row` begins."""
    return max(
        other.right
        for other in column
        if other is row or (_is_same_size(row, other) and abs(other.left - row.left) < _SAME_EDGE * row.size)
    )


def _is_same_size(row: Line, other: Line) -> bool:
    return abs(row.size - other.size) <= _NEW_SIZE * row.size


def _has_cells(row: Line) -> bool:
    return row.widest_gap > _CELL_GAP * row.size


def _separator(row: Line, following: Line, right_edge: float, usual_step: float) -> str:
    size = row.size
    down = row.bottom - following.top
    if row.quarter != following.quarter or not _is_same_size(row, following):
        return "\n\n"
    is_finished = row.text.rstrip().endswith(_SENTENCE_END)
    # The author broke the line if the next word had found room on it.
    had_room = row.right + 0.25 * size + following.first_word_width < right_edge - 0.5 * size
    is_broken = had_room or _has_cells(row) or _has_cells(following) or bool(_ITEM.match(following.text.lstrip()))
    if down < 0 or following.left > row.right:  # another column: a sentence may go on there
        return "\n\n" if is_finished or is_broken else _soft(row, following)
    is_indented = _INDENT * size < following.left - row.left < 6 * size
    if down > _GAP * usual_step * size or (is_indented and (had_room or is_finished)):
        return "\n\n"
    return "\n" if is_broken else _soft(row, following)


def _soft(row: Line, following: Line) -> str:
    """What stands for the end of a line that was merely full."""
    before, after = row.text.rstrip(), following.text.lstrip()
    if before[-1:] in ("-", "\u2010") and before[-2:-1].isalpha() and after[:1].isalpha():
        return HYPHEN_MARK
    return "" if _CJK_EDGE.match(before[-1:]) or _CJK_EDGE.match(after) else " "
