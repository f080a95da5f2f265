"""One request, timed: through the assistant's client, or straight to the engine with nothing of ours in between."""

from __future__ import annotations

import http.client
import json
import time
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass

from serving.talking.client import ChatClient
from serving.talking.message import Message


@dataclass(frozen=True, slots=True)
class Timed:
    """Times of the monotonic clock, in seconds; tokens as the engine counted them."""

    began: float
    first: float
    ended: float
    prompt_tokens: int
    tokens: int

    @property
    def first_s(self) -> float:
        """From the question to the first words."""
        return self.first - self.began

    @property
    def rate(self) -> float:
        """Tokens a second after the first."""
        return (self.tokens - 1) / (self.ended - self.first) if self.ended > self.first else 0.0


def through(client: ChatClient, prompt: Sequence[Message], max_tokens: int) -> Timed:
    """As the assistant sends it."""
    began = time.monotonic()
    stream = client.stream(prompt, max_tokens=max_tokens)
    first = last = 0.0
    for _ in stream:
        last = time.monotonic()
        first = first or last
    return Timed(began, first, last, stream.usage.prompt_tokens, stream.usage.completion_tokens)


def straight(client: ChatClient, prompt: Sequence[Message], max_tokens: int) -> Timed:
    """The same request over a plain connection; the events are told apart and counted, not read."""
    place = urllib.parse.urlsplit(client.base_url)
    connecting = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    began = time.monotonic()
    connection = connecting(place.netloc)
    body = {
        "model": client.model,
        "messages": [{"role": message.role, "content": message.content} for message in prompt],
        "max_tokens": max_tokens, "temperature": 0.0, "seed": 0, "stream": True,
        "stream_options": {"include_usage": True}, "chat_template_kwargs": {"enable_thinking": False},
    }  # fmt: skip
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {client.api_key or 'none'}"}
    connection.request("POST", f"{place.path}/chat/completions", json.dumps(body), headers)
    first = last = 0.0
    usage: dict[str, int] = {}
    for line in connection.getresponse():
        if b'"content":"' in line.replace(b" ", b"") and b'"content":""' not in line.replace(b" ", b""):
            last = time.monotonic()
            first = first or last
        elif b'"completion_tokens"' in line:
            usage = json.loads(line.removeprefix(b"data:"))["usage"]
    connection.close()
    return Timed(began, first, last, usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0))
