"""Names in questions -> rows of the tables: accelerators, known models, models behind an API."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from assistant.calculating.amounts import CHIP_MASK, NAME_MASK
from assistant.calculating.numerals import fold
from corpus.tables import Tables

_TABLE = Path(__file__).parent / "known_names.toml"
_NOT_INSIDE = r"(?:(?<![a-z\d.])|(?<=\dx))"  # 8xH100
# The version of a model family is no number of the question: GPT-5, Qwen 2.5, DeepSeek-V3. A size is: Llama-7B.
_VERSIONED = re.compile(
    r"(?<![a-z])(?:gpt|llama|qwen|deepseek|claude|gemini|gemma|mistral|mixtral|glm|phi|kimi|grok|yi|olmo|falcon|bloom)"
    r"(?:[- ]?[vrk]?\d+(?:\.\d+)*(?![\d.]*\s?[bm](?![a-z]))(?:[- ](?:mini|nano|pro|flash|turbo))?)?"
)


@dataclass(frozen=True, slots=True)
class Name:
    """`text[start:end]` names `row` of a table. `stands_in`: the name of the model that the row stands in for."""

    kind: Literal["accelerator", "model", "api_model"]
    row: str
    start: int
    end: int
    stands_in: str = ""


def find_names(text: str, tables: Tables) -> list[Name]:
    """What `text` names, in order. The same words may name both a known model and a model behind an API."""
    folded = fold(text)
    found = [*_by_pattern(folded, "accelerator"), *_models(folded, tables), *_api_models(folded, tables)]
    return sorted(found, key=lambda name: (name.start, name.kind))


def mask_names(text: str, names: Sequence[Name], *, versions: bool = True) -> str:
    """`text` with the names blotted out, and with them the `versions` of families: their digits are no amounts."""
    masked = text
    for match in _VERSIONED.finditer(fold(text)) if versions else ():
        masked = _blot(masked, match.start(), match.end(), NAME_MASK)
    for name in names:
        masked = _blot(masked, name.start, name.end, CHIP_MASK if name.kind == "accelerator" else NAME_MASK)
    return masked


def _blot(text: str, start: int, end: int, mask: str) -> str:
    return text[:start] + mask * (end - start) + text[end:]


def _by_pattern(folded: str, kind: Literal["accelerator", "model", "api_model"]) -> Iterator[Name]:
    taken: list[tuple[int, int]] = []
    for entry in _patterns()[kind]:
        for match in re.finditer(rf"{_NOT_INSIDE}(?:{entry['pattern']})(?![a-rt-z\d])", folded):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                yield Name(kind, entry["row"], match.start(), match.end(), entry.get("stands_in", ""))


def _models(folded: str, tables: Tables) -> Iterator[Name]:
    """Known runs by their ids, the longest first: llama-3-1-70b is also written Llama 3.1 70B."""
    yield from _by_pattern(folded, "model")
    yield from _by_id(folded, "model", tables.training_runs.rows)


def _api_models(folded: str, tables: Tables) -> Iterator[Name]:
    known = list(_by_pattern(folded, "api_model"))
    yield from known
    for name in _by_id(folded, "api_model", tables.api_prices.rows):
        if not any(other.start < name.end and name.start < other.end for other in known):
            yield name


def _by_id(folded: str, kind: Literal["model", "api_model"], ids: Iterator[str] | Any) -> Iterator[Name]:  # noqa: ANN401
    taken: list[tuple[int, int]] = []
    for row in sorted(ids, key=len, reverse=True):
        if not re.search(r"\d", row):
            continue
        for match in _id_pattern(row).finditer(folded):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                yield Name(kind, row, match.start(), match.end())


@lru_cache(maxsize=2_000)
def _id_pattern(row: str) -> re.Pattern[str]:
    parts = r"[-. ]?".join(re.escape(part) for part in re.split(r"[-.]", row))
    return re.compile(rf"{_NOT_INSIDE}{parts}(?![a-z\d]|\.\d)")


@cache
def _patterns() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))
