"""The head of a shipped document: YAML between two `---` lines, every key checked. The one adapter of PyYAML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from corpus.document import Language, Source
from corpus.errors import FrontMatterError

_HEAD = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_KEYS = {"id", "title", "language", "kind", "topics", "twin", "licence", "sources"}
_KINDS = {"guide", "paper"}
_SOURCE_KEYS = {"key", "name", "address", "file", "date"}
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The checked head, and where the body begins (a character offset into the file's text)."""

    id: str
    title: str
    language: Language
    kind: str
    topics: tuple[str, ...]
    twin: str
    licence: str
    sources: tuple[Source, ...]
    body_start: int


def parse_front_matter(text: str, name: str) -> FrontMatter:
    """Read the head of `text`; `name` is the file's name, for messages.

    :raises FrontMatterError: when a key is unknown, missing or of the wrong form.
    """
    match = _HEAD.match(text)
    if match is None:
        raise FrontMatterError(f"{name}:1: begins without front matter; write it between two lines `---`")
    try:
        head = yaml.safe_load(match.group(1))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise FrontMatterError(f"{name}:{line}: front matter is not valid YAML: {error}") from error
    if not isinstance(head, dict):
        raise FrontMatterError(f"{name}:2: front matter must be `key: value` lines")
    _check_keys(set(head), _KEYS, name)
    if head["language"] not in ("zh", "en"):
        raise FrontMatterError(f"{name}: language must be zh or en, not {head['language']!r}")
    if head["kind"] not in _KINDS:
        raise FrontMatterError(f"{name}: kind must be one of {sorted(_KINDS)}, not {head['kind']!r}")
    if not isinstance(head["topics"], list) or not head["topics"]:
        raise FrontMatterError(f"{name}: topics must be a list of words")
    return FrontMatter(
        id=str(head["id"]),
        title=str(head["title"]),
        language=head["language"],
        kind=head["kind"],
        topics=tuple(str(topic) for topic in head["topics"]),
        twin=str(head["twin"]),
        licence=str(head["licence"]),
        sources=_sources(head["sources"], name),
        body_start=match.end(),
    )


def _check_keys(found: set[str], expected: set[str], name: str) -> None:
    if unknown := found - expected:
        raise FrontMatterError(f"{name}: unknown front-matter key {sorted(unknown)[0]!r}; known are {sorted(expected)}")
    if missing := expected - found:
        raise FrontMatterError(f"{name}: front matter lacks {sorted(missing)}")


def _sources(entries: Any, name: str) -> tuple[Source, ...]:  # noqa: ANN401 - whatever YAML held
    if not isinstance(entries, list) or not entries:
        raise FrontMatterError(f"{name}: sources must be a list with at least one source")
    sources = [_source(entry, name) for entry in entries]
    keys = [source.key for source in sources]
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise FrontMatterError(f"{name}: the source key {twice!r} is used twice")
    return tuple(sources)


def _source(entry: Any, name: str) -> Source:  # noqa: ANN401 - whatever YAML held
    if not isinstance(entry, dict) or not {"key", "name"} <= set(entry) or set(entry) - _SOURCE_KEYS:
        raise FrontMatterError(f"{name}: a source has key, name, address or file, and date; found {entry!r}")
    if ("address" in entry) == ("file" in entry):
        raise FrontMatterError(f"{name}: source {entry['key']!r} needs either an address or a file")
    date = str(entry.get("date", ""))
    if date and not _DATE.fullmatch(date):
        raise FrontMatterError(f"{name}: source {entry['key']!r}: date {date!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    return Source(str(entry["key"]), str(entry["name"]), str(entry.get("address") or entry["file"]), date)
