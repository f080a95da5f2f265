"""What goes to a model and what comes back. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, as the server counted them; 0 where it did not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
