"""Answer <-> the JSON record that scripts read: the keys of design and README, in a fixed order."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from assistant.answer import Answer, Calculation, Citation, Sentence, Timing, TokenUsage


def to_record(answer: Answer) -> dict[str, Any]:
    """The record of `answer`, ready for JSON."""
    return asdict(answer)


def to_json_line(answer: Answer) -> str:
    """The record on one line, exact: nothing escaped that JSON does not demand, no line break inside."""
    return json.dumps(to_record(answer), ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def answer_from_record(record: dict[str, Any]) -> Answer:
    """The answer that `to_record` made `record` of."""
    values = _with_tuples(record)
    values["sentences"] = tuple(Sentence(**_with_tuples(sentence)) for sentence in record["sentences"])
    values["citations"] = tuple(Citation(**citation) for citation in record["citations"])
    values["calculations"] = tuple(Calculation(**_with_tuples(calculation)) for calculation in record["calculations"])
    values["usage"], values["timing_ms"] = TokenUsage(**record["usage"]), Timing(**record["timing_ms"])
    return Answer(**values)


def _with_tuples(record: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
