"""The text of one answer as it comes: watched, without thoughts, cut where it goes round in circles."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from serving.errors import ServerRefusedError, ServerUnreachableError, StreamBrokenError
from serving.talking.message import Usage
from serving.talking.repeating import RepetitionGuard
from serving.talking.reply import Piece, read_piece
from serving.talking.sse import DamagedStreamError, EventReader, read_object
from serving.talking.thinking import ThoughtFilter
from serving.talking.watchdog import Watch
from serving.talking.wire import FIRST_TOKEN, IDLE, Wire, body_of, is_stream

# Why an answer ended, beside the protocol's own reasons.
REPETITION = "repetition"
# After the last piece only the count of tokens is still to come.
_LAST_WORDS_S = 2.0


@dataclass(slots=True)
class Times:
    """When things happened to a request, by the monotonic clock; 0 for what did not."""

    asked: float = 0.0
    first: float = 0.0
    last: float = 0.0


class ChatStream:
    """The text of one answer. Iterate once; then `usage` and `finish_reason` are known.

    Closing it early tells the server to stop. `finish_reason` is "repetition" where the model went round in circles.
    `likely`, where the server tells: what its first token might have been, and the logarithms of the probabilities.
    """

    def __init__(self, wire: Wire, body: dict[str, Any], *, on_end: Callable[[ChatStream, str], None]) -> None:
        """Send `body` and wait for the first words. `on_end` is told once how it ended: a kind of error, or nothing.

        :raises ServerError: when none come; then `on_end` is not told.
        """
        self.text = ""
        self.usage = Usage()
        self.finish_reason = ""
        self.likely: Mapping[str, float] = {}
        self.times = Times(asked=time.monotonic())
        self._wire = wire
        self._on_end = on_end
        self._watch = Watch()
        self._guard = RepetitionGuard()
        self._thoughts = ThoughtFilter(str(body.get("model", "")))
        self._surrogate = ""
        self._open = ExitStack()
        self._is_closed = False
        try:
            self._pieces = self._read(self._open.enter_context(wire.stream(body, self._watch)))
            self._first = next(self._pieces, "")
        except StreamBrokenError as error:  # nothing was said: it can be asked again
            self._open.close()
            raise ServerUnreachableError(str(error)) from error
        except BaseException:
            self._open.close()
            raise

    @property
    def is_empty(self) -> bool:
        """Whether it ended without a word."""
        return not self._first.strip() and bool(self.finish_reason)

    def __iter__(self) -> Iterator[str]:
        kind = ""
        try:
            if self._first:
                yield self._first
            yield from self._pieces
        except StreamBrokenError as error:
            kind = error.kind
            raise
        finally:
            self._close(kind)

    def close(self) -> None:
        """Stop the answer."""
        self._close("")

    def drop(self) -> None:
        """Stop the answer, and tell nobody that it ended: another takes its place."""
        self._on_end = lambda stream, kind: None
        self._close("")

    def _close(self, kind: str) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._watch.end()
        self._open.close()
        self._on_end(self, kind)

    def _read(self, response: Any) -> Iterator[str]:  # noqa: ANN401 - a reply of httpx2, which only the wire knows
        """What is said, piece by piece; from the first one on, a failure is a broken stream."""
        reader = EventReader()
        try:
            for event in reader.events(body_of(response)) if is_stream(response) else [_whole(response)]:
                piece = read_piece(event)
                self._note(piece)
                said = self._thoughts.feed(self._joined(piece.text)) if piece.text else ""
                if said:
                    self.text += said
                    yield said
                if self._guard.loops(self.text):
                    self.finish_reason = REPETITION
                    return
            if not reader.is_complete and not self.finish_reason:
                raise DamagedStreamError("it ended before its end")
        except (ServerRefusedError, DamagedStreamError, OSError) as error:
            self._broke(error)
        if self._surrogate:
            raise StreamBrokenError("the model's answer broke off (half a character)", self.text)
        self.finish_reason = self.finish_reason or "stop"
        if rest := self._thoughts.end():
            self.text += rest
            yield rest

    def _broke(self, error: Exception) -> None:
        """What a failure means: nothing where the answer had been said to be complete."""
        if isinstance(error, ServerRefusedError) and not self.text:
            raise error
        if self._watch.expired and not self.times.first:
            raise self._wire.silent(self._watch) from error
        if not self.finish_reason:
            why = f"late: {self._watch.expired}" if self._watch.expired else str(error)
            raise StreamBrokenError(f"the model's answer broke off ({why})", self.text) from error

    def _note(self, piece: Piece) -> None:
        if piece.usage:
            self.usage = piece.usage
        self.finish_reason = piece.finish_reason or self.finish_reason
        self.likely = self.likely or piece.likely
        if piece.text or piece.thinks:
            self.times.last = time.monotonic()
            if not self.times.first:
                self.times.first = self.times.last
                self._watch.done(FIRST_TOKEN)
        if self.finish_reason or self.times.first:
            self._watch.allow(IDLE, _LAST_WORDS_S if self.finish_reason else self._wire.deadlines.idle_s)

    def _joined(self, text: str) -> str:
        """`text` with the halves of a character that JSON may have cut in two put together."""
        text, self._surrogate = self._surrogate + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._surrogate = text[:-1], text[-1]
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError as error:
            raise DamagedStreamError("half a character") from error


def _whole(response: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    try:
        return read_object(b"".join(body_of(response)).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DamagedStreamError("no UTF-8") from error
