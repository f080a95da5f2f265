"""What a report is made of, and the same blocks as one HTML page without outside resources and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --accent: #2563eb; --warn: #d97706 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem } th, td { padding: .2rem .7rem; text-align: left }
tr { border-bottom: 1px solid var(--line) } td { font-variant-numeric: tabular-nums; vertical-align: top }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: .7rem } summary { cursor: pointer }
svg .axis { stroke: var(--line) } svg .bar { stroke: var(--accent); stroke-width: 5; opacity: .45 }
svg circle { fill: var(--accent) } svg .before { stroke: var(--warn); stroke-width: 2 }
svg .course { fill: none; stroke: var(--accent); stroke-width: 1.5 }
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second level."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A cell of a table: an SVG for the page, `text` where there are no pictures."""

    svg: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts and plots."""

    head: Sequence[str]
    rows: Sequence[Sequence[str | Plot]]


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Long text under a title that opens it."""

    title: str
    text: str


Block = Heading | Paragraph | Table | Verbatim


def to_html(title: str, blocks: Iterable[Block]) -> str:
    """One page; nothing in it is fetched from anywhere, and every text is escaped."""
    body = "\n".join(_html(block) for block in blocks)
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    head = f'<meta charset="utf-8">{policy}<title>{escape(title)}</title><style>{_STYLE}</style>'
    top = f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><h1>{escape(title)}</h1>'
    return f"{top}\n{body}\n</body></html>\n"


def to_markdown(title: str, blocks: Iterable[Block]) -> str:
    """The same for a merge request or a terminal."""
    return f"# {title}\n\n" + "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Verbatim(title, text):
            return f"<details><summary>{escape(title)}</summary><pre>{escape(text)}</pre></details>"
        case Table(head, rows):
            cells = "".join(f"<th>{escape(name)}</th>" for name in head)
            lines = "\n".join("<tr>" + "".join(f"<td>{_html_cell(c)}</td>" for c in row) + "</tr>" for row in rows)
            return f"<table><thead><tr>{cells}</tr></thead>\n<tbody>\n{lines}\n</tbody></table>"


def _html_cell(cell: str | Plot) -> str:
    return cell.svg if isinstance(cell, Plot) else escape(cell)


def _markdown(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {text}"
        case Paragraph(text):
            return text
        case Verbatim(title, text):
            indented = "\n".join(f"    {line}".rstrip() for line in text.splitlines())
            return f"### {title}\n\n{indented}"
        case Table(head, rows):
            lines = [_markdown_row(head), "|" + "---|" * len(head), *(_markdown_row(row) for row in rows)]
            return "\n".join(lines)


def _markdown_row(cells: Sequence[str | Plot]) -> str:
    texts = [cell.text if isinstance(cell, Plot) else cell for cell in cells]
    return "| " + " | ".join(" ".join(text.replace("|", "\\|").split()) for text in texts) + " |"
