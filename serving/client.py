"""One client for every OpenAI-compatible server. The one adapter of openai (and of the httpx2 under it)."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam

from serving.errors import ServerError, ServerRefusedError, ServerUnreachableError, StreamBrokenError
from serving.message import Message, Usage

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 180.0

# Texts whose count is remembered: more than the passages of a usual collection.
_MOST_COUNTED = 10_000

# When a server cannot count tokens: Chinese takes about one for 1.2 characters, English one for 4.
_TOKENS_PER_HAN, _TOKENS_PER_OTHER = 0.85, 0.25


class ChatStream:
    """The text of one answer as it comes. Iterate once; then `usage` and `finish_reason` are known.

    Closing it early tells the server to stop.
    """

    def __init__(self, stream: openai.Stream[Any]) -> None:
        self._stream = stream
        self.text = ""
        self.usage = Usage()
        self.finish_reason = ""

    def __iter__(self) -> Iterator[str]:
        try:
            for event in self._stream:
                if event.usage:
                    self.usage = Usage(event.usage.prompt_tokens, event.usage.completion_tokens)
                if not event.choices:
                    continue
                choice = event.choices[0]
                self.finish_reason = choice.finish_reason or self.finish_reason
                piece = choice.delta.content if choice.delta else None
                if piece:
                    self.text += piece
                    yield piece
        except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            raise StreamBrokenError(f"the model's answer broke off ({error})", self.text) from error
        finally:
            self.close()

    def close(self) -> None:
        """Stop the answer."""
        self._stream.close()


class ChatClient:
    """Talks to one model on one server."""

    def __init__(self, base_url: str, *, model: str, api_key: str = "", read_timeout_s: float = READ_TIMEOUT_S) -> None:
        """`base_url` ends in the server's `/v1`."""
        self.base_url = base_url.rstrip("/")
        self.model = model
        self._counted: dict[str, int] = {}
        self._can_count = True
        host = urllib.parse.urlsplit(base_url).hostname or ""
        self._client = openai.OpenAI(
            base_url=self.base_url,
            api_key=api_key or "none",
            max_retries=0,
            timeout=openai.Timeout(read_timeout_s, connect=CONNECT_TIMEOUT_S),
            # A proxy of the environment cannot reach this machine's loopback.
            http_client=openai.DefaultHttpxClient(trust_env=host not in ("127.0.0.1", "localhost", "::1")),
        )

    def stream(self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0) -> ChatStream:
        """Ask for an answer and stream it.

        :raises ServerUnreachableError: when nothing answers.
        :raises ServerRefusedError: when the server says no.
        """
        turns: list[ChatCompletionMessageParam] = [_turn(message) for message in messages]
        try:
            stream = self._client.chat.completions.create(
                model=self.model,
                messages=turns,
                max_tokens=max_tokens,
                temperature=temperature,
                seed=0,
                stream=True,
                stream_options={"include_usage": True},
            )
        except openai.OpenAIError as error:
            raise _translated(error, self.base_url) from error
        return ChatStream(stream)

    def complete(self, messages: Sequence[Message], *, schema: Mapping[str, object], max_tokens: int) -> str:
        """A short answer in one piece: JSON of `schema`, to which llama.cpp and vLLM constrain what is written.

        :raises ServerUnreachableError: when nothing answers.
        :raises ServerRefusedError: when the server says no.
        """
        try:
            reply = self._client.chat.completions.create(
                model=self.model,
                messages=[_turn(message) for message in messages],
                max_tokens=max_tokens,
                temperature=0.0,
                seed=0,
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "choice", "schema": dict(schema), "strict": True},
                },
            )
        except openai.OpenAIError as error:
            raise _translated(error, self.base_url) from error
        return (reply.choices[0].message.content or "") if reply.choices else ""

    def is_answering(self) -> bool:
        """Whether the server really writes a token. A server can be up and yet never answer."""
        quick = self._client.with_options(timeout=openai.Timeout(10.0, connect=2.0))
        try:
            quick.chat.completions.create(model=self.model, messages=[{"role": "user", "content": "1"}], max_tokens=1)
        except openai.OpenAIError:
            return False
        return True

    def served_model(self) -> str:
        """The name of the first model the server offers, or an empty string."""
        try:
            return next((model.id for model in self._client.models.list()), "")
        except openai.OpenAIError:
            return ""

    def count_tokens(self, text: str) -> int:
        """How many tokens the model makes of `text`; an estimate where the server cannot say.

        Counts are remembered: of a question's passages, two dozen are counted, and the same come again and again.
        """
        if text not in self._counted and self._can_count:
            count = self._ask_count(text)
            if count is not None:
                if len(self._counted) >= _MOST_COUNTED:
                    self._counted.clear()
                self._counted[text] = count
        return self._counted.get(text) or estimate_tokens(text)

    def _ask_count(self, text: str) -> int | None:
        url = self.base_url.removesuffix("/v1") + "/tokenize"
        # llama.cpp reads `content`, vLLM `model` and `prompt`; both answer with the list.
        body = {"content": text, "prompt": text, "model": self.model, "add_special_tokens": False}
        try:
            reply = self._client.post(url, cast_to=object, body=body)
        except openai.NotFoundError:
            self._can_count = False
            return None
        except openai.OpenAIError:
            return None
        tokens = reply.get("tokens") if isinstance(reply, dict) else None
        return len(tokens) if isinstance(tokens, list) else None

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


def estimate_tokens(text: str) -> int:
    """Roughly the tokens of `text`, for servers that do not count."""
    han = sum(1 for character in text if "\u2e80" <= character <= "\u9fff")
    return round(han * _TOKENS_PER_HAN + (len(text) - han) * _TOKENS_PER_OTHER) + 1


def _turn(message: Message) -> ChatCompletionMessageParam:
    if message.role == "system":
        return {"role": "system", "content": message.content}
    if message.role == "assistant":
        return {"role": "assistant", "content": message.content}
    return {"role": "user", "content": message.content}


def _translated(error: openai.OpenAIError, base_url: str) -> ServerError:
    if isinstance(error, openai.APIConnectionError):
        return ServerUnreachableError(f"no model server answers at {base_url} ({error})")
    if isinstance(error, openai.APIStatusError):
        refused = ServerRefusedError(f"the model server at {base_url} refused ({error.status_code}: {error.message})")
        refused.retryable = error.status_code == 429 or error.status_code >= 500
        return refused
    return ServerUnreachableError(f"{base_url} does not speak the OpenAI protocol ({error})")
