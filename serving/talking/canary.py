"""The smallest question there is: whether a server really writes, and what it counts for a prompt."""

from __future__ import annotations

from typing import Any

from serving.errors import ServerError, ServerUnreachableError
from serving.talking.capabilities import Kind
from serving.talking.wire import Wire


def canary(wire: Wire, model: str, text: str = "1", *, within_s: float) -> dict[str, Any]:
    """The reply to `text`, of one token.

    :raises ServerError: when none comes.
    """
    body = {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 1}
    reply = wire.ask("POST", f"{wire.base_url}/chat/completions", body, within_s=within_s)
    if not isinstance(reply.get("choices"), list) or not reply["choices"]:
        raise ServerUnreachableError(f"{wire.base_url} does not speak the OpenAI protocol")
    return reply


def charged_tokens(wire: Wire, model: str, text: str, *, within_s: float) -> int:
    """The prompt tokens that the server counts for `text` and its template, 0 where it does not say.

    :raises ServerError: when no reply comes.
    """
    usage = canary(wire, model, text, within_s=within_s).get("usage")
    tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return tokens if isinstance(tokens, int) else 0


def seems_well(wire: Wire, model: str, kind: Kind, *, within_s: float) -> bool:
    """Whether the server answers. llama.cpp says so itself: a token would wake a model that sleeps."""
    try:
        if kind == "llama.cpp":
            return "status" in wire.ask("GET", f"{wire.root}/health", within_s=within_s)
        canary(wire, model, within_s=within_s)
    except ServerError:
        return False
    return True
