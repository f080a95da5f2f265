"""A passage as HTML: its tables as tables, its links as text, the quote marked. Nothing in it is live or fetched.

What Markdown it understands is what people read past as signs: tables, headings, bullets, bold, code, links, images.
Everything else stays as it was written. Only the tags made here are tags: every character of the passage is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# Where a quote lies in a passage: from here up to there.
Quote = tuple[int, int]

_LINE = re.compile(r"[^\n]*\n?")
_DELIMITERS = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|)+\s*")
_CELL = re.compile(r"\|((?:[^|\\\n]|\\.?)*)(?=\||$)")
_LEAD = re.compile(r"(?P<indent>\s*)(?:(?P<heading>#{1,6})|[-*+])\s+")
_INLINE = re.compile(
    r"(?P<image>!)?\[(?P<label>[^\[\]\n]*)\]\(\s*(?P<address>[^()\s]*)[^()\n]*\)"
    r"|\*\*(?P<bold>[^*\n]+)\*\*"
    r"|`(?P<code>[^`\n]+)`"
)
_FULL_ADDRESS = re.compile(r"(?i)https?://")


def passage_html(text: str, quote: Quote | None = None) -> str:
    """`text` with `quote` highlighted."""
    return "".join(_Passage(text, quote or (0, 0)).blocks())


def links_as_text(text: str) -> str:
    """Markdown with its links and images as the text that `passage_html` makes of them; the rest as it was."""
    return _INLINE.sub(lambda found: _told(found) if found["label"] is not None else found.group(), text)


def _told(found: re.Match[str]) -> str:
    return f"{found['label']} ({found['address']})" if _tells_address(found) else found["label"]


def _tells_address(found: re.Match[str]) -> bool:
    """A full address is told, so that nobody takes the label for it; one within the corpus says nothing to people."""
    is_full = not found["image"] and bool(_FULL_ADDRESS.match(found["address"]))
    return is_full and found["address"] not in found["label"]


class _Passage:
    """One passage while it is written out. Positions count characters of its text, so the quote stays exact."""

    def __init__(self, text: str, quote: Quote) -> None:
        self._text = text
        self._quote = quote

    def blocks(self) -> Iterator[str]:
        """Tables, and the lines between them."""
        rows: list[tuple[int, int]] = []
        for match in _LINE.finditer(self._text):
            start, end = match.start(), match.start() + len(match.group().rstrip("\n"))
            if self._text[start:end].lstrip().startswith("|"):
                rows.append((start, end))
                continue
            if rows:
                yield self._table(rows)
                rows = []
            if match.group():
                yield self._line(start, end) + self._text[end : match.end()]
        if rows:
            yield self._table(rows)

    def _table(self, rows: list[tuple[int, int]]) -> str:
        is_headed = len(rows) > 1 and bool(_DELIMITERS.fullmatch(self._text, *rows[1]))
        head = f"<thead>{self._row(rows[0], 'th')}</thead>" if is_headed else ""
        body = [row for row in rows[2 * is_headed :] if not _DELIMITERS.fullmatch(self._text, *row)]
        rows_html = "".join(self._row(row, "td") for row in body)
        # Wider than a narrow screen, it is scrolled, with the keyboard too.
        return f'<div class="rows" tabindex="0"><table>{head}<tbody>{rows_html}</tbody></table></div>'

    def _row(self, row: tuple[int, int], tag: str) -> str:
        cells = [self._trimmed(*cell.span(1)) for cell in _CELL.finditer(self._text, *row)]
        if len(cells) > 1 and cells[-1][0] == cells[-1][1]:  # nothing stands behind the last line of the row
            cells.pop()
        return "<tr>" + "".join(f"<{tag}>{self._inline(*cell)}</{tag}>" for cell in cells) + "</tr>"

    def _line(self, start: int, end: int) -> str:
        lead = _LEAD.match(self._text, start, end)
        if lead is None:
            return self._inline(start, end)
        if lead["heading"]:
            return f"<strong>{self._inline(lead.end(), end)}</strong>"
        return f"{lead['indent']}• {self._inline(lead.end(), end)}"

    def _inline(self, start: int, end: int) -> str:
        parts, position = [], start
        for found in _INLINE.finditer(self._text, start, end):
            parts += [self._plain(position, found.start()), self._piece(found)]
            position = found.end()
        return "".join([*parts, self._plain(position, end)])

    def _piece(self, found: re.Match[str]) -> str:
        if found["bold"]:
            return f"<strong>{self._inline(*found.span('bold'))}</strong>"
        if found["code"]:
            return f"<code>{self._plain(*found.span('code'))}</code>"
        label = self._plain(*found.span("label"))
        return f"{label} ({self._plain(*found.span('address'))})" if _tells_address(found) else label

    def _plain(self, start: int, end: int) -> str:
        """Characters as they are, what of them belongs to the quote marked."""
        first, last = max(start, self._quote[0]), min(end, self._quote[1])
        if not self._text[first:last].strip():
            return self._escaped(start, end)
        return f"{self._escaped(start, first)}<mark>{self._escaped(first, last)}</mark>{self._escaped(last, end)}"

    def _escaped(self, start: int, end: int) -> str:
        return html.escape(self._text[start:end])

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        cell = self._text[start:end]
        return start + len(cell) - len(cell.lstrip()), start + len(cell.rstrip()) if cell.strip() else start
