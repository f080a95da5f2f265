"""Markdown text -> Sections with exact offsets. Knows headings, fences and `Sources:` lines, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.document import Section

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_ANCHOR = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*$")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
SOURCES_LINE = re.compile(r"^(?:Sources:|来源：)\s*(.+?)\s*$")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int
    end: int  # behind the line break


def split_sections(text: str, *, start: int = 0) -> tuple[Section, ...]:
    """Cut `text[start:]` at its headings. Text before the first heading is a section with an empty heading.

    A heading keeps the titles above it (`Cost › Serving`), except the document's own first `#` title. Sections that
    hold no text are left out.
    """
    sections: list[Section] = []
    titles: list[tuple[int, str]] = []
    heading, anchor, body_start, is_first = "", "", start, True
    for line, match in _headings(text, start):
        sections.append(_section(text, heading, anchor, body_start, line.start))
        level, title = len(match.group(1)), match.group(2)
        found = _ANCHOR.search(title)
        anchor = found.group(1) if found else ""
        title = _ANCHOR.sub("", title)
        titles = [(above, name) for above, name in titles if above < level]
        if level == 1 and is_first:
            heading = ""
        else:
            titles.append((level, title))
            heading = " › ".join(name for _, name in titles)
        is_first = False
        body_start = line.end
    sections.append(_section(text, heading, anchor, body_start, len(text)))
    return tuple(section for section in sections if text[section.start : section.end].strip())


def first_title(text: str, *, start: int = 0) -> str:
    """The text of the first heading, or an empty string."""
    for _, match in _headings(text, start):
        return _ANCHOR.sub("", match.group(2))
    return ""


def _lines(text: str, start: int) -> Iterator[_Line]:
    position = start
    for line in text[start:].splitlines(keepends=True):
        yield _Line(line.rstrip("\r\n"), position, position + len(line))
        position += len(line)


def _headings(text: str, start: int) -> Iterator[tuple[_Line, re.Match[str]]]:
    fence = ""
    for line in _lines(text, start):
        mark = _FENCE.match(line.text)
        if fence:
            # A fence is closed by the same character, at least as many: `~~~` inside ``` is text.
            if mark and mark.group(1).startswith(fence):
                fence = ""
            continue
        if mark:
            fence = mark.group(1)
        elif match := _HEADING.match(line.text):
            yield line, match


def _section(text: str, heading: str, anchor: str, start: int, end: int) -> Section:
    keys: tuple[str, ...] = ()
    body = text[start:end].rstrip()
    last_line_start = body.rfind("\n") + 1
    if match := SOURCES_LINE.match(body[last_line_start:]):
        keys = tuple(key.strip() for key in re.split("[,，、]", match.group(1)) if key.strip())
        end = start + last_line_start
    else:
        end = start + len(body)
    return Section(heading, start, end, anchor, keys)
