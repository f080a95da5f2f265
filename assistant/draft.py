"""A draft while it is being written: checked as far as it is complete, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answer import TokenUsage
from assistant.events import Wrote
from assistant.verifying.verification import Checked, DraftVerifier, Verified
from serving.client import ChatClient
from serving.errors import StreamBrokenError
from serving.message import Message
from serving.stream import REPETITION


class Draft:
    """What is written, by the model or out of the sources. A break keeps what had come."""

    def __init__(self, verifier: DraftVerifier) -> None:
        self.text = ""
        self.verifier = verifier
        self.broken = False
        self.cut = False
        self.usage = TokenUsage()

    def write(self, client: ChatClient, prompt: Sequence[Message], max_tokens: int) -> Iterator[Wrote | Checked]:
        """Let the model write, until it ends, breaks off or repeats itself."""
        stream = client.stream(prompt, max_tokens=max_tokens)
        try:
            for piece in stream:
                yield from self.take(piece)
                if self.verifier.repeats:
                    break
        except StreamBrokenError:
            self.broken = True
        finally:
            stream.close()
        self.cut = stream.finish_reason in ("length", REPETITION)
        self.usage = TokenUsage(stream.usage.prompt_tokens, stream.usage.completion_tokens)

    def take(self, piece: str) -> Iterator[Wrote | Checked]:
        """Take the next piece in."""
        self.text += piece
        yield from self.verifier.feed(piece)
        yield Wrote(self.verifier.tail)

    def close(self) -> Iterator[Checked]:
        """Check what is left; of a draft that was cut the unfinished end is left out."""
        if self.cut:
            self.verifier.cut_off()
        yield from self.verifier.last_checked()

    def verified(self) -> Verified:
        """The whole, checked."""
        return self.verifier.finish()
