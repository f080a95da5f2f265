"""The words of units, from amounts.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).parent / "amounts.toml"


@cache
def unit_words() -> dict[str, Any]:
    """Everything in amounts.toml; `rate_words` is a pattern of all words that say per what without a `per`."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {**table, "rate_words": "|".join(row["pattern"] for row in table["rate"])}
