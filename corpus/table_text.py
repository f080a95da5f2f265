"""Rows of a table -> sentences and Documents in both languages. Knows what every row has, and no single table.

A template is a sentence with placeholders: `{key}` puts a value; `[…]` is left out when a key named in it has no value;
`{?key}` puts nothing and asks for a value, `{!key}` asks that there is none. A figure with a mark (unconfirmed, worked
out) is followed by that mark, behind the bracket it stands in. NOT covered: nested brackets, plurals.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import zip_longest
from typing import Literal

from corpus.document import Document, Language, Source, text_fingerprint
from corpus.language import HAN
from corpus.markdown import split_sections

Value = str | int | float | bool | None

DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_PLACEHOLDER = re.compile(r"\{([?!]?)([a-z0-9_]+)\}")
_BETWEEN_SCRIPTS = re.compile(rf"(?<={HAN.pattern})(?=[A-Za-z0-9$])|(?<=[A-Za-z0-9%])(?={HAN.pattern})")
_INSIDE_HAN = re.compile(rf"(?<={HAN.pattern}) (?={HAN.pattern})")
# From the largest; a figure is written with the first one that leaves few enough decimals.
_SCALES: dict[Language, tuple[tuple[float, str], ...]] = {
    "en": ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")),
    "zh": ((1e12, " 万亿"), (1e8, " 亿"), (1e4, " 万")),
}
_MOST_DECIMALS: dict[Language, int] = {"en": 3, "zh": 2}
# By status: what a row's sentences begin with, and what follows a single figure. English, Chinese.
_LEADS = {"verified": ("", ""), "derived": ("Worked out: ", "推算："), "unconfirmed": ("Unconfirmed: ", "未经核实：")}
_MARKS = {"derived": (" (worked out)", "（推算）"), "unconfirmed": (" (unconfirmed)", "（未经核实）")}


@dataclass(frozen=True, slots=True)
class TableSource:
    """Where rows come from; `name` is English unless there is no `name_zh`."""

    key: str
    name: str
    address: str
    name_zh: str = ""
    date: str = ""

    def in_language(self, language: Language) -> Source:
        """The same source as a Document names it."""
        return Source(self.key, self.name_zh or self.name if language == "zh" else self.name, self.address, self.date)


@dataclass(frozen=True, slots=True)
class TableSection:
    """What is written around the rows of one section: its heading, a first paragraph and perhaps a last one."""

    anchor: str
    heading_en: str
    heading_zh: str
    lead_en: str
    lead_zh: str
    close_en: str = ""
    close_zh: str = ""


@dataclass(frozen=True, slots=True)
class TableHead:
    """A table without its rows. `words` names values in the languages: value -> [English, Chinese]."""

    name: str
    title_en: str
    title_zh: str
    topics: tuple[str, ...]
    sections: tuple[TableSection, ...]
    row_en: str = ""
    row_zh: str = ""
    words: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row has. `derived` and `unconfirmed` name figures of it that its sources do not give.

    `own` rows come from a user's file; the loader says so, no file does.
    """

    id: str
    name: str
    section: str
    status: Literal["verified", "derived", "unconfirmed"]
    sources: tuple[TableSource, ...]
    name_zh: str = ""
    as_of: str = ""
    note_en: str = ""
    note_zh: str = ""
    derived: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    own: bool = False

    def values(self) -> dict[str, Value]:
        """Everything a sentence about this row may put, by key."""
        own = {known.name: getattr(self, known.name) for known in fields(self)}
        return {key: value for key, value in own.items() if isinstance(value, str | int | float | None)}

    def template(self, head: TableHead, language: Language) -> str:
        """The sentence about this row: the one of its table."""
        return str(getattr(head, f"row_{language}"))


def write_document(head: TableHead, rows: Sequence[Row], language: Language) -> Document:
    """One language of a table as a Document; its sections are cut by the same code as those of the guides."""
    name, other = head.name.replace("_", "-"), "en" if language == "zh" else "zh"
    title = getattr(head, f"title_{language}")
    text = f"# {title}\n\n" + "\n".join(_write_section(head, section, rows, language) for section in head.sections)
    sources = {source.key: source.in_language(language) for row in rows for source in row.sources}
    return Document(
        id=f"table-{name}-{language}",
        title=title,
        language=language,
        text=text,
        sections=split_sections(text),
        kind="table",
        topics=head.topics,
        twin=f"table-{name}-{other}",
        sources=tuple(sources.values()),
        address=f"corpus/data/{head.name}.toml",
        licence="Apache-2.0",
        sha256=text_fingerprint(text),
    )


def _write_section(head: TableHead, section: TableSection, rows: Sequence[Row], language: Language) -> str:
    here = [row for row in rows if row.section == section.anchor]
    keys = dict.fromkeys(source.key for row in here for source in row.sources)
    parts = [
        f"## {getattr(section, f'heading_{language}')} {{#{section.anchor}}}",
        getattr(section, f"lead_{language}"),
        "\n".join(f"- {write_row(row, head, language)}" for row in here),
        getattr(section, f"close_{language}"),
        ("来源：" if language == "zh" else "Sources: ") + ", ".join(keys),
    ]
    return "".join(f"{part}\n\n" for part in parts if part).removesuffix("\n")


def write_row(row: Row, head: TableHead, language: Language) -> str:
    """The sentences about one row: its template, then its note.

    :raises ValueError: naming a placeholder that is unknown or lacks its value.
    """
    place = 1 if language == "zh" else 0
    marks = {key: words[place] for status, words in _MARKS.items() for key in getattr(row, status)}
    values = _localise(row.values(), head.words, language)
    templates = [text for text in (row.template(head, language), getattr(row, f"note_{language}")) if text]
    sentences = [_LEADS[row.status][place] + render(text, values, language, marks) for text in templates]
    return ("" if language == "zh" else " ").join(sentences)


def render(template: str, values: Mapping[str, Value], language: Language, marks: Mapping[str, str]) -> str:
    """Fill `template`; `marks` maps a key to what is said behind its figure.

    :raises ValueError: naming a key that is unknown, or has no value and stands outside of any bracket.
    """
    if unknown := [key for _, key in _PLACEHOLDER.findall(template) if key not in values]:
        raise ValueError(f"the text has the unknown placeholder {{{unknown[0]}}}; known are: {', '.join(values)}")
    pieces = _BRACKET.split(template)
    outside = [_fill(piece, values, language, marks) for piece in pieces[::2]]
    inside = [_fill_bracket(piece, values, language, marks) for piece in pieces[1::2]]
    text = "".join(part for pair in zip_longest(outside, inside, fillvalue="") for part in pair)
    if language == "en":
        return text
    return _INSIDE_HAN.sub("", _BETWEEN_SCRIPTS.sub(" ", text.replace("：，", "：")))


def format_value(key: str, value: Value, language: Language) -> str:
    """A value as it is read in a sentence. Keys ending in `as_of` or `_date` are dates, in `_flops` large powers."""
    if isinstance(value, str):
        return format_date(value, language) if key == "as_of" or key.endswith("_date") else value
    if value is None or isinstance(value, bool):
        return ""
    if "_usd_per_" in key and value != round(value) and value == round(value, 2):
        return f"{value:,.2f}"  # a price has cents
    return f"{value:.6g}".replace("e+", "e") if key.endswith("_flops") else format_number(value, language)


def format_number(value: float, language: Language) -> str:
    """2788000 as `2.788 million` or `278.8 万`; a figure that no scale makes shorter keeps its digits: `82,432`."""
    for scale, name in _SCALES[language]:
        scaled = value / scale
        shortened = round(scaled, _MOST_DECIMALS[language])
        if scaled >= 1 and math.isclose(scaled, shortened, rel_tol=1e-12):
            return f"{shortened:,.10g}{name}"
    return f"{value:,.10g}"


def format_date(date: str, language: Language) -> str:
    """`2026-08-05` stays as it is in English, so that both languages hold the same figures; `2026 年 8 月 5 日`."""
    match = DATE.fullmatch(date)
    if language == "en" or match is None:
        return date
    parts = zip(match.groups(), "年月日", strict=True)
    return " ".join(f"{int(digits)} {unit}" for digits, unit in parts if digits)


def _localise(values: Mapping[str, Value], words: Mapping[str, list[str]], language: Language) -> dict[str, Value]:
    # `name_zh` stands for `name`, and the table's own words for what they name.
    place = 1 if language == "zh" else 0
    named = {key: (values.get(f"{key}_zh") if place else "") or value for key, value in values.items()}
    return {
        key: words[value][place] if isinstance(value, str) and value in words else value for key, value in named.items()
    }


def _fill(part: str, values: Mapping[str, Value], language: Language, marks: Mapping[str, str]) -> str:
    def put(match: re.Match[str]) -> str:
        sign, key = match.groups()
        if sign:
            return ""
        if not _holds("", values[key]):
            raise ValueError(f"the text needs a value for {{{key}}}")
        return format_value(key, values[key], language) + marks.get(key, "")

    return _PLACEHOLDER.sub(put, part)


def _fill_bracket(part: str, values: Mapping[str, Value], language: Language, marks: Mapping[str, str]) -> str:
    found = _PLACEHOLDER.findall(part)
    if not all(_holds(sign, values[key]) for sign, key in found):
        return ""
    said = dict.fromkeys(marks[key] for sign, key in found if not sign and key in marks)
    return _fill(part, values, language, {}) + "".join(said)


def _holds(sign: str, value: Value) -> bool:
    is_there = value is not None and value is not False and value != ""
    return is_there != (sign == "!")
