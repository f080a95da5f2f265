"""What a cell of a table is given: never a formula, never a control character, never more than a spreadsheet holds."""

from __future__ import annotations

import json
import re

LONGEST_CELL = 32_767  # Excel's limit
# Control characters but tab and line break; the first of lone surrogates would break UTF-8.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.,]+ ?%?")
_BULLET = re.compile(r"^(\s*)[-*+] (?=\S)", re.MULTILINE)


def clean(text: str) -> str:
    """`text` without control characters, cut to what a cell holds."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def defused(text: str) -> str:
    """`text` that no spreadsheet takes for a formula: an apostrophe before what begins like one. Numbers stay."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def with_bullets(markdown: str) -> str:
    """`markdown` with list items as a cell shows them; a hyphen at the start would read as a formula."""
    return _BULLET.sub(r"\1• ", markdown)


def cell_text(value: object) -> str:
    """A carried value as text: strings as they are, whatever else JSON held as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
