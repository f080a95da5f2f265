"""Messages -> the body of a chat request. It never asks for tools, and for nothing that a server could do besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from serving.errors import ServerRefusedError
from serving.talking.message import Message

# Beyond the core of the protocol: tried once, and left out where a server does not take it.
_EXTRAS = ("response_format", "chat_template_kwargs", "stream_options", "seed", "logprobs", "top_logprobs")


def chat_body(
    model: str, messages: Sequence[Message], *, max_tokens: int, temperature: float, without_thinking: bool
) -> dict[str, Any]:
    """A streamed chat. `without_thinking` tells a template that can do so to let the model answer at once."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": _whole_characters(m.content)} for m in messages],
        "max_tokens": max_tokens,
        "temperature": temperature,
        "seed": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if without_thinking:
        body["chat_template_kwargs"] = {"enable_thinking": False}
    return body


def refused_extras(error: ServerRefusedError, body: Mapping[str, Any]) -> frozenset[str]:
    """The parts that a refusal names, or what is asked of the form of the reply, which servers refuse in many words."""
    if error.status not in (400, 422, 501):
        return frozenset()
    named = {part for part in _EXTRAS if part in body and part in str(error)}
    return frozenset(named or {"response_format", "logprobs", "top_logprobs"} & body.keys())


def varied(body: dict[str, Any]) -> dict[str, Any]:
    """The same request so that it may end otherwise."""
    return {**body, "temperature": max(body["temperature"], 0.4), "seed": body["seed"] + 1}


def _whole_characters(text: str) -> str:
    """Half a character, as a broken upload may hold, would make the request unreadable."""
    return text.encode("utf-8", "replace").decode()
