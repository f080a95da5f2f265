"""Answer -> the JSON record that scripts read: the keys of design and README, in a fixed order."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from assistant.answer import Answer


def to_record(answer: Answer) -> dict[str, Any]:
    """The record of `answer`, ready for JSON."""
    return asdict(answer)


def to_json_line(answer: Answer) -> str:
    """The record on one line, exact: nothing escaped that JSON does not demand, no line break inside."""
    return json.dumps(to_record(answer), ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
