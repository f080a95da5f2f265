"""One client for every OpenAI-compatible server: its queue, deadlines, retries and the circuit, in one place."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from serving.errors import (
    ServerError,
    ServerRefusedError,
    ServerSilentError,
    ServerUnreachableError,
    StreamBrokenError,
    WrongModelError,
)
from serving.talking.canary import canary, charged_tokens, seems_well
from serving.talking.capabilities import Capabilities, Known, match, probe
from serving.talking.circuit import Circuit
from serving.talking.counting import HAN_SAMPLE, OTHER_SAMPLE, TokenCounter
from serving.talking.deadlines import Deadlines
from serving.talking.gate import Gate
from serving.talking.message import Message, Usage
from serving.talking.observation import Observation, Observer
from serving.talking.request import chat_body, refused_extras, varied
from serving.talking.retrying import may_be_down, with_retries
from serving.talking.stream import ChatStream
from serving.talking.wire import Wire

# More at once would only wait inside the server.
AT_ONCE = 128
_CANARY_S = 6.0
# For so long a server that has written is taken to be well.
_BELIEVED_S = 30.0
# A reply this short may well be meant to be empty.
_LEAST_TO_RETRY = 16
_LEAST_ANSWER = 64
# Beside the texts themselves, a template writes marks around each message.
_MARKS_PER_MESSAGE = 8

Purpose = Literal["answer", "choice"]
Ended = Callable[[ChatStream, str], None]


class ChatClient:
    """Talks to one model on one server. Any number of threads may use it."""

    def __init__(
        self,
        base_url: str,
        *,
        model: str,
        api_key: str = "",
        deadlines: Deadlines | None = None,
        capabilities: Capabilities | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        """`base_url` ends in the server's `/v1`. What it can do is asked by `connect`, or known as `capabilities`."""
        self.api_key = api_key
        self.deadlines = deadlines or Deadlines()
        self._known = Known(model, capabilities or Capabilities(counting="tokenize"))  # one for all copies
        self.gate = Gate(at_once)
        self.circuit = Circuit(self.is_answering)
        self.observers: list[Observer] = []
        self._wire = Wire(base_url, api_key=api_key, deadlines=self.deadlines)
        self._counter = TokenCounter(self._wire, self.capabilities.counting)
        self._asker = ""

    @property
    def base_url(self) -> str:
        """The server's address, ending in /v1."""
        return self._wire.base_url

    @property
    def model(self) -> str:
        """The model's name there; empty while it has not been found out."""
        return self._known.model

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do."""
        return self._known.capabilities

    def asked_by(self, asker: str) -> ChatClient:
        """The same client for one asker: requests wait behind those of the same asker, and askers take turns."""
        client = copy.copy(self)
        client._asker = asker
        return client

    def connect(self) -> None:
        """Find out what the server can do, and take its first model where none was named.

        :raises ServerError: when it does not answer.
        :raises WrongModelError: when it serves others than the one that was named.
        """
        known = probe(self._wire, self.model)
        served = match(self.model, known.models) if self.model else next(iter(known.models), "")
        if known.models and not served:
            raise WrongModelError(
                f"the server at {self.base_url} serves {', '.join(known.models[:5])}, not {self.model}; "
                "name one of these in ASSISTANT_MODEL, or leave it out"
            )
        self._known.model, self._known.capabilities = served or self.model, known
        self.gate.at_once = known.slots or self.gate.at_once
        self._counter.counting = known.counting
        self._known.template_tokens = max(0, self._charged("1") - 1)
        if known.counting == "none" and self._known.template_tokens:
            han, other = (self._charged(sample) - self._known.template_tokens for sample in (HAN_SAMPLE, OTHER_SAMPLE))
            self._counter.fit(han, other)
        self.circuit.close()

    def stream(self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0) -> ChatStream:
        """Ask for an answer; returns when its first words are there, or it ended without any.

        :raises ServerBusyError: when no place becomes free in time.
        :raises ServerUnreachableError: when nothing answers.
        :raises ServerRefusedError: when the server says no.
        """
        return self._send(self._body(messages, max_tokens, temperature), "answer")

    def short(self, messages: Sequence[Message], *, max_tokens: int, asked: Mapping[str, object]) -> ChatStream:
        """Ask for a choice, not an answer; `asked` goes into the request beside the messages. See choosing.py.

        :raises ServerError: as `stream`.
        """
        return self._send({**self._body(messages, max_tokens, 0.0), **asked}, "choice")

    def is_answering(self) -> bool:
        """Whether the server really writes a token now. A server can be up and yet never answer."""
        try:
            if not self.model:
                self.connect()
            else:
                canary(self._wire, self.model, within_s=self._canary_s)
        except ServerError:
            return False
        self.circuit.close()
        return True

    def is_well(self) -> bool:
        """Whether requests may be sent, looked at cheaply: what was heard lately counts, else a token is asked for."""
        now = time.monotonic()
        if self.circuit.is_open or now - self._known.heard < _BELIEVED_S or self.gate.inside:
            return not self.circuit.is_open
        if seems_well(self._wire, self.model, self.capabilities.kind, within_s=self._canary_s):
            self._known.heard = now
        else:
            self.circuit.open(f"the model server at {self.base_url} does not answer")
        return not self.circuit.is_open

    def count_tokens(self, text: str) -> int:
        """How many tokens the model makes of `text`; an estimate on the high side where the server cannot say.

        Counts are remembered: of a question's passages, two dozen are counted, and the same come again and again.
        """
        if self.circuit.is_open and self._counter.counting == "tokenize":
            return self._counter.estimate(text)
        return self._counter.count(text, self.model)

    def prompt_room(self, texts: Sequence[str], max_tokens: int) -> int | None:
        """Tokens left for more text in a prompt of `texts`, one a message; None where the context is not known.

        An answer of `max_tokens` has its place; in a small context it gives up half of it at most.
        """
        context = self.capabilities.context_tokens
        if not context:
            return None
        taken = sum(self.count_tokens(text) + _MARKS_PER_MESSAGE for text in texts) + self._known.template_tokens
        return context - taken - min(max_tokens, max(_LEAST_ANSWER, context // 4))

    def close(self) -> None:
        """Give the connections back."""
        self.circuit.stop()
        self._wire.close()

    def _send(self, body: dict[str, Any], purpose: Purpose) -> ChatStream:
        if self.circuit.is_open:
            raise ServerUnreachableError(f"{self.circuit.reason}; it is tried again every few seconds")
        retries: list[ServerError] = []
        queue_s = self.gate.enter(self._asker, within_s=self.deadlines.queue_s)
        began = time.monotonic()

        def ended(stream: ChatStream, kind: str) -> None:
            self.gate.leave()
            first = stream.times.first - began if stream.times.first else 0.0
            self._known.heard = max(self._known.heard, stream.times.last)
            self._tell(Observation(purpose, queue_s, first, time.monotonic() - began, stream.usage, len(retries), kind))

        try:
            return self._begin(body, ended, retries.append)
        except ServerError as error:
            self.gate.leave()
            self._tell(Observation(purpose, queue_s, 0, time.monotonic() - began, Usage(), len(retries), error.kind))
            self._suspect(error)
            raise
        except BaseException:
            self.gate.leave()
            raise

    def _begin(self, body: dict[str, Any], ended: Ended, on_retry: Callable[[ServerError], None]) -> ChatStream:
        def attempt() -> ChatStream:
            sent = {key: value for key, value in body.items() if key not in self._known.refused}
            try:
                return ChatStream(self._wire, sent, on_end=ended)
            except ServerRefusedError as error:
                if not (extra := refused_extras(error, sent)):
                    raise
                stream = ChatStream(self._wire, {k: v for k, v in sent.items() if k not in extra}, on_end=ended)
                self._known.refused |= extra
                return stream

        stream = with_retries(attempt, within_s=self.deadlines.first_token_s, on_retry=on_retry)
        if not stream.is_empty or body["max_tokens"] < _LEAST_TO_RETRY:
            return stream
        on_retry(StreamBrokenError("the model wrote nothing", ""))
        stream.drop()
        body = varied(body)  # the same request would end in the same way
        return with_retries(attempt, within_s=self.deadlines.first_token_s, on_retry=on_retry)

    def _suspect(self, error: ServerError) -> None:
        """After a failure: is the server down? One that was silent for so long is; of others a try tells."""
        if isinstance(error, ServerSilentError) or (may_be_down(error) and not self.is_answering()):
            self.circuit.open(str(error))

    def _body(self, messages: Sequence[Message], max_tokens: int, temperature: float) -> dict[str, Any]:
        return chat_body(
            self.model,
            messages,
            max_tokens=self._fitting([message.content for message in messages], max_tokens),
            temperature=temperature,
            without_thinking=self.capabilities.thinks_on_request,
        )

    def _fitting(self, texts: Sequence[str], max_tokens: int) -> int:
        """`max_tokens`, or what the context leaves of it: vLLM refuses a request whose answer might not fit."""
        context = self.capabilities.context_tokens
        if not context or 2 * sum(map(len, texts)) + max_tokens < context:
            return max_tokens
        room = self.prompt_room(texts, 0)
        return max_tokens if room is None else max(1, min(max_tokens, room))

    def _charged(self, text: str) -> int:
        return charged_tokens(self._wire, self.model, text, within_s=self._canary_s)

    @property
    def _canary_s(self) -> float:
        return max(_CANARY_S, self.deadlines.first_token_s / 5)

    def _tell(self, observation: Observation) -> None:
        for observer in self.observers:
            observer(observation)
