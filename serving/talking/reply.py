"""One event of a chat's stream -> what it says: text, thought, end, count of tokens. Unknown shapes are damage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from serving.errors import ServerRefusedError
from serving.talking.message import Usage
from serving.talking.sse import DamagedStreamError


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event brings. `thinks`: it shows that the model works, though not on the answer itself.

    `likely`: the tokens that might have stood at the first place of it, each with the logarithm of its probability.
    """

    text: str = ""
    thinks: bool = False
    finish_reason: str = ""
    usage: Usage | None = None
    likely: Mapping[str, float] = field(default_factory=dict)


def read_piece(event: Mapping[str, Any]) -> Piece:
    """Read an event of a stream, or a whole reply that came in place of one. Calls of tools are passed over.

    :raises ServerRefusedError: when it is the server's error.
    :raises DamagedStreamError: when a part has a shape that the protocol does not know.
    """
    if event.get("error"):
        raise refusal(event)
    choices = event.get("choices") or []
    if not isinstance(choices, list):
        raise DamagedStreamError("`choices` is no list")
    usage = _usage(event.get("usage"))
    if not choices:
        return Piece(usage=usage)
    choice = choices[0]
    if not isinstance(choice, dict):
        raise DamagedStreamError("a choice is no object")
    said = choice.get("delta") or choice.get("message") or {}
    if not isinstance(said, dict):
        raise DamagedStreamError("`delta` is no object")
    thinks = any(said.get(key) for key in ("reasoning_content", "reasoning", "tool_calls"))
    return Piece(
        _text(said.get("content")), thinks, _text(choice.get("finish_reason")), usage, _likely(choice.get("logprobs"))
    )


def refusal(event: Mapping[str, Any], *, status: int = 0, retry_after_s: float = 0.0) -> ServerRefusedError:
    """The error that a server reports in JSON."""
    error = event.get("error")
    told = error if isinstance(error, dict) else {"message": error or event.get("detail") or event}
    code = told.get("code")
    status = status or (code if isinstance(code, int) and 400 <= code < 600 else 500)
    message = " ".join(str(told.get("message") or "no reason given").split())[:300]
    return ServerRefusedError(f"{status}: {message}", status=status, retry_after_s=retry_after_s)


def _usage(read: object) -> Usage | None:
    if not isinstance(read, dict):
        return None
    details = read.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    counts = [read.get("prompt_tokens"), read.get("completion_tokens"), cached]
    return Usage(*(count if isinstance(count, int) and count >= 0 else 0 for count in counts))


def _likely(read: object) -> dict[str, float]:
    """Of a reply's log-probabilities those of its first token; nothing where a server tells them in another shape."""
    tokens = read.get("content") if isinstance(read, dict) else None
    first = tokens[0] if isinstance(tokens, list) and tokens and isinstance(tokens[0], dict) else {}
    told = first.get("top_logprobs")
    entries = [entry for entry in told if isinstance(entry, dict)] if isinstance(told, list) else []
    return {
        entry["token"]: float(entry["logprob"])
        for entry in entries
        if isinstance(entry.get("token"), str) and isinstance(entry.get("logprob"), int | float)
    }


def _text(read: object) -> str:
    if read is None:
        return ""
    if not isinstance(read, str):
        raise DamagedStreamError(f"a text is no text: {read!r:.40}")
    return read
