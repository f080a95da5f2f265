"""Answer <-> the JSON record that scripts read: the keys of design and README, in a fixed order."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any, TypeVar

from assistant.answer import Answer, Calculation, Citation, Sentence, Timing, TokenUsage

_Part = TypeVar("_Part", Sentence, Citation, Calculation, TokenUsage, Timing)


def to_record(answer: Answer) -> dict[str, Any]:
    """The record of `answer`, ready for JSON."""
    return asdict(answer)


def to_json_line(answer: Answer) -> str:
    """The record on one line, exact: nothing escaped that JSON does not demand, no line break inside."""
    return json.dumps(to_record(answer), ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def answer_from_record(record: dict[str, Any]) -> Answer:
    """The answer that `record` was made of. Keys of a later version are left out."""
    kept = {field.name: record[field.name] for field in fields(Answer) if field.name in record}
    kept["sentences"] = tuple(_made(Sentence, one) for one in record.get("sentences", ()))
    kept["citations"] = tuple(_made(Citation, one) for one in record.get("citations", ()))
    kept["calculations"] = tuple(_made(Calculation, one) for one in record.get("calculations", ()))
    kept["invented_citations"] = tuple(record.get("invented_citations", ()))
    kept["usage"] = _made(TokenUsage, record.get("usage", {}))
    kept["timing_ms"] = _made(Timing, record.get("timing_ms", {}))
    return Answer(**kept)


def _made(kind: type[_Part], record: dict[str, Any]) -> _Part:
    """JSON has lists where the dataclasses have tuples."""
    known = {field.name for field in fields(kind)}
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items() if k in known}
    return kind(**given)
