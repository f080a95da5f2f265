"""Asking again: only what may succeed, only while nothing has come, with pauses that keep no step with others'."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from serving.errors import ServerError, ServerRefusedError, ServerSilentError

TRIES = 3
_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 4.0

T = TypeVar("T")


def with_retries(
    attempt: Callable[[], T], *, within_s: float, tries: int = TRIES, on_retry: Callable[[ServerError], None]
) -> T:
    """The result of `attempt`, made up to `tries` times within `within_s`. A server that is silent is not asked twice.

    :raises ServerError: the last one.
    """
    until = time.monotonic() + within_s
    for number in range(1, tries + 1):
        try:
            return attempt()
        except ServerError as error:
            pause = _pause_s(error, number)
            is_last = number == tries or not error.retryable or isinstance(error, ServerSilentError)
            if is_last or time.monotonic() + pause > until:
                raise
            on_retry(error)
            time.sleep(pause)
    raise AssertionError("unreachable")


def may_be_down(error: ServerError) -> bool:
    """Whether a failure can mean that the server is down: not when it refuses for good, or says that it is busy."""
    return error.retryable and not (isinstance(error, ServerRefusedError) and error.status == 429)


def _pause_s(error: ServerError, number: int) -> float:
    """What the server asked for, else full jitter over a doubling bound (Brooker, AWS Architecture Blog, 2015)."""
    asked = error.retry_after_s if isinstance(error, ServerRefusedError) else 0.0
    bound: float = min(_PAUSE_S * 2**number, _LONGEST_PAUSE_S)
    return asked + random.uniform(0.1, 1.0) * bound if asked else random.uniform(0.2, 1.0) * bound
