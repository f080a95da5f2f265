"""Choices that a model makes beside its answers: a small object, or a word weighed against another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serving.talking.client import ChatClient
from serving.talking.message import Message

# Of so many tokens for the first place the probabilities are asked for; servers give 20 at most.
_ALTERNATIVES = 10


def complete(client: ChatClient, messages: Sequence[Message], *, schema: Mapping[str, object], max_tokens: int) -> str:
    """A short answer in one piece: JSON of `schema`, to which servers that can do so constrain what is written.

    :raises ServerError: when it does not come, or not whole.
    """
    form = {"type": "json_schema", "json_schema": {"name": "choice", "schema": dict(schema), "strict": True}}
    return "".join(client.short(messages, max_tokens=max_tokens, asked={"response_format": form}))


def log_odds(client: ChatClient, messages: Sequence[Message], yes: str, no: str) -> float | None:
    """How much likelier the model begins its answer with `yes` than with `no`, as a natural logarithm.

    Of a server that does not tell probabilities, an infinity of the sign of what it wrote. None for neither of the two.

    :raises ServerError: when nothing comes.
    """
    stream = client.short(messages, max_tokens=1, asked={"logprobs": True, "top_logprobs": _ALTERNATIVES})
    written = "".join(stream)
    likely = stream.likely or {written: 0.0}
    for_yes, for_no = _likeliest(likely, yes), _likeliest(likely, no)
    if for_yes is None and for_no is None:
        return None
    if for_yes is None or for_no is None:
        return float("-inf") if for_yes is None else float("inf")
    return for_yes - for_no


def _likeliest(likely: Mapping[str, float], word: str) -> float | None:
    """The highest of the tokens that spell `word`, whatever their case and the space before them."""
    return max((chance for token, chance in likely.items() if token.strip().lower() == word.lower()), default=None)
