"""A case: one question and what a right answer to it must hold. Read from JSONL, a case a line, every key checked."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal, TypeGuard

from assistant.understanding.question import Turn
from corpus.document import Language, text_fingerprint
from evals.attached import Attached, section_names

SHIPPED_CASES = Path(__file__).parent / "cases"

# Tag of a case that is asked of an index without the documents of its own language.
ACROSS = "across"
# Tag of a case that nobody looks at while settings are chosen: only its scores are told.
HELD_OUT = "held-out"

Expected = Literal["answered", "refused"]

_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")
_KEYS = set("id question language history documents tags sections parts key_points numbers status forbidden".split())
_NEEDED = ("id", "question", "language")
_TOLERANCE = 0.005


class CaseError(Exception):
    """Cases that cannot be used; every line of the message names a file, its line and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Number:
    """A figure that must be in the answer, in one sentence with the text `unit` where that is given.

    `value` has its scale applied (0.4 for 40%); `tolerance` is a share of it.
    """

    value: float
    unit: str = ""
    tolerance: float = _TOLERANCE


@dataclass(frozen=True, slots=True)
class Case:
    """One question. What is not stated is not measured.

    `sections`: places such as `guide-cost-control#where-money-goes`, any one of which answers it. `parts`: such places
    for each of several things that it asks. `key_points`: each a list of accepted wordings. `status` "answered" takes a
    partial answer too. `forbidden`: must not be in the answer.
    With `documents` it is asked of a collection that holds these and nothing else.
    """

    id: str
    question: str
    language: Language
    history: tuple[Turn, ...] = ()
    documents: tuple[Attached, ...] = ()
    tags: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    key_points: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[Number, ...] = ()
    status: Expected = "answered"
    forbidden: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What is asked for, by the first tag; samples take as many of each."""
        return self.tags[0] if self.tags else ""


def load_cases(paths: Iterable[Path], known_sections: frozenset[str]) -> list[Case]:
    """All cases of the files `paths`, in order.

    :raises CaseError: naming every line with an unknown key, a wrong value, a section not known, or an id used before.
    """
    cases: list[Case] = []
    seen: dict[str, str] = {}
    errors: list[str] = []
    for path in paths:
        for number, line in enumerate(_lines(path), start=1):
            if not line.strip():
                continue
            place = f"{path.name}:{number}"
            try:
                case = parse_case(line, known_sections, path.parent)
            except CaseError as error:
                errors.append(f"{place}: {error}")
                continue
            if case.id in seen:
                errors.append(f"{place}: the id {case.id!r} is that of {seen[case.id]}")
            seen.setdefault(case.id, place)
            cases.append(case)
    if errors:
        raise CaseError("\n".join(errors))
    return cases


def pick_cases(
    cases: Sequence[Case], *, tags: AbstractSet[str], size: int | None, each: int | None = None, seed: int
) -> list[Case]:
    """Those with one of `tags` (all, when none is given), in the order given.

    Of these `each` of every kind and language at random, and of what is left `size`. A `seed` repeats the choice, a
    larger number keeps what a smaller one chose, and a case added elsewhere changes it by one case at most.
    """
    picked = sorted(
        (case for case in cases if not tags or tags & set(case.tags)),
        key=lambda case: text_fingerprint(str(seed), case.id),
    )
    if each is not None:
        strata: dict[tuple[str, str], list[Case]] = defaultdict(list)
        for case in picked:
            strata[case.kind, case.language].append(case)
        few = {case.id for stratum in strata.values() for case in stratum[:each]}
        picked = [case for case in picked if case.id in few]
    chosen = {case.id for case in picked[:size]}
    return [case for case in cases if case.id in chosen]


def parse_case(line: str, known_sections: frozenset[str], folder: Path = Path()) -> Case:
    """One line of a case file; the files that it names are looked for from `folder`.

    :raises CaseError: saying what is wrong with it.
    """
    try:
        record = json.loads(line)
    except ValueError as error:
        raise CaseError(f"is not JSON ({error})") from error
    if not isinstance(record, dict):
        raise CaseError("a case is an object, {…}")
    if unknown := sorted(set(record) - _KEYS):
        raise CaseError(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    if missing := [key for key in _NEEDED if not _is_text(record.get(key))]:
        raise CaseError(f"{missing[0]!r} must be a text")
    if not _ID.fullmatch(record["id"]):
        raise CaseError(f"the id {record['id']!r} may hold lower-case letters, digits, dots and hyphens only")
    case = Case(
        id=record["id"],
        question=record["question"],
        language=_one_of(record["language"], "language", ("zh", "en")),
        history=tuple(_turn(entry) for entry in _list(record, "history")),
        documents=tuple(_attached(entry, folder) for entry in _list(record, "documents")),
        tags=_texts(_list(record, "tags"), "tags"),
        sections=_texts(_list(record, "sections"), "sections"),
        parts=tuple(_several(entry, "parts", "sections") for entry in _list(record, "parts")),
        key_points=tuple(_several(entry, "key_points", "accepted wordings") for entry in _list(record, "key_points")),
        numbers=tuple(_number(entry) for entry in _list(record, "numbers")),
        status=_one_of(record.get("status", "answered"), "status", ("answered", "refused")),
        forbidden=_texts(_list(record, "forbidden"), "forbidden"),
    )
    known = section_names(a.document for a in case.documents) if case.documents else known_sections
    if dead := [section for section in (*case.sections, *chain(*case.parts)) if section not in known]:
        raise CaseError(f"there is no section {dead[0]!r}")
    if case.status == "refused" and (case.sections or case.parts or case.key_points or case.numbers):
        raise CaseError("a question to be refused has no sections, parts, key points or numbers")
    return case


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{path} cannot be read: {error}") from error


def _is_text(value: Any) -> bool:  # noqa: ANN401 - whatever JSON held
    return isinstance(value, str) and bool(value.strip())


def _one_of(value: Any, key: str, allowed: Sequence[str]) -> Any:  # noqa: ANN401 - whatever JSON held; a Literal comes out
    if value not in allowed:
        raise CaseError(f"{key} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def _list(record: dict[str, Any], key: str) -> list[Any]:
    value = record.get(key, [])
    if not isinstance(value, list):
        raise CaseError(f"{key} must be a list, not {value!r}")
    return value


def _texts(values: list[Any], key: str) -> tuple[str, ...]:
    if wrong := [value for value in values if not _is_text(value)]:
        raise CaseError(f"{key} must be a list of texts; found {wrong[0]!r}")
    return tuple(values)


def _several(entry: Any, key: str, of: str) -> tuple[str, ...]:  # noqa: ANN401 - whatever JSON held
    if not isinstance(entry, list) or not entry:
        raise CaseError(f"each of {key} is a list of {of}; found {entry!r}")
    return _texts(entry, key)


def _attached(entry: Any, folder: Path) -> Attached:  # noqa: ANN401 - whatever JSON held
    if _is_text(entry):
        path = folder / entry
        return Attached(path.name, "\n".join(_lines(path)))
    if isinstance(entry, dict) and entry.keys() == {"name", "text"} and all(map(_is_text, entry.values())):
        return Attached(entry["name"], entry["text"])
    raise CaseError(f"each of documents names a file or has name and text; found {entry!r}")


def _turn(entry: Any) -> Turn:  # noqa: ANN401 - whatever JSON held
    if not isinstance(entry, dict) or not _is_text(entry.get("question")) or set(entry) - {"question", "answer"}:
        raise CaseError(f"each of history has a question and, if it was answered, an answer; found {entry!r}")
    return Turn(entry["question"], str(entry.get("answer", "")))


def _number(entry: Any) -> Number:  # noqa: ANN401 - whatever JSON held
    if not isinstance(entry, dict) or set(entry) - {"value", "unit", "tolerance"}:
        raise CaseError(f"each of numbers has value, unit and tolerance; found {entry!r}")
    value, unit, tolerance = entry.get("value"), entry.get("unit", ""), entry.get("tolerance", _TOLERANCE)
    if not _is_figure(value) or not _is_figure(tolerance) or not 0 <= tolerance < 1:
        raise CaseError(f"value is a figure and tolerance a share below 1; found {entry!r}")
    if not isinstance(unit, str):
        raise CaseError(f"the unit of a number is a text; found {entry!r}")
    return Number(float(value), unit, float(tolerance))


def _is_figure(value: Any) -> TypeGuard[float]:  # noqa: ANN401 - whatever JSON held
    return isinstance(value, int | float) and not isinstance(value, bool)
