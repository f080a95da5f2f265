"""What a request to a model took and how it ended, without a word of it. For counts and logs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from serving.talking.message import Usage


@dataclass(frozen=True, slots=True)
class Observation:
    """One request. Seconds; `first_token_s` is 0 when none came, `error` is empty when it ended as it should.

    `queue_s` is the wait for a place; the other times begin after it. `retries` counts how often it was sent again.
    """

    purpose: Literal["answer", "choice"]
    queue_s: float
    first_token_s: float
    total_s: float
    usage: Usage
    retries: int
    error: str = ""


Observer = Callable[[Observation], None]
