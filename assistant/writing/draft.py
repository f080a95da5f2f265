"""A draft while it is being written: checked as far as it is complete, and how it ended."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from assistant.answer import TokenUsage
from assistant.events import Wrote
from assistant.verifying.verification import Checked, DraftVerifier, Verified
from corpus.document import Language
from corpus.language import HAN
from serving.errors import StreamBrokenError
from serving.talking.client import ChatClient
from serving.talking.message import Message
from serving.talking.stream import REPETITION

# A beginning without a Chinese character is no Chinese answer after so many Latin letters; names may come first.
_MOST_LATIN = 48
_MOST_HAN = 8
_LATIN = re.compile(r"[A-Za-z]")


def is_in(language: Language, text: str) -> bool | None:
    """Whether a text is written in `language`, terms aside; None as long as it is too short to tell."""
    han, latin = len(HAN.findall(text)), len(_LATIN.findall(text))
    if language == "zh":
        return True if han * 4 >= latin and han else (False if latin > _MOST_LATIN else None)
    return False if han >= _MOST_HAN and han * 2 > latin else (True if latin >= _MOST_HAN else None)


class Draft:
    """What is written, by the model or out of the sources. A break keeps what had come."""

    def __init__(self, verifier: DraftVerifier) -> None:
        self.text = ""
        self.verifier = verifier
        self.broken = False
        self.cut = False
        self.is_foreign = False  # written in another language than was asked for
        self.usage = TokenUsage()

    def write(
        self, client: ChatClient, prompt: Sequence[Message], max_tokens: int, language: Language, again: str
    ) -> Iterator[Wrote | Checked]:
        """Let the model write, until it ends, breaks off or repeats itself.

        One that begins in the other language is stopped before anything is shown, and asked once more, with `again`.
        """
        stream = client.stream(prompt, max_tokens=max_tokens)
        try:
            pieces = iter(stream)
            beginning = _beginning(pieces, language)
            if is_in(language, beginning) is False:
                stream.close()
                last = prompt[-1]
                asked = [*prompt[:-1], Message(last.role, f"{last.content}\n\n{again}")]
                stream = client.stream(asked, max_tokens=max_tokens)
                pieces, beginning = iter(stream), ""
            for piece in itertools.chain([beginning] if beginning else [], pieces):
                yield from self.take(piece, until_repeated=True)
                if self.verifier.repeats:
                    break
        except StreamBrokenError:
            self.broken = True
            if not self.text:  # it broke before its language was known
                yield from self.take(stream.text)
        finally:
            stream.close()
        self.is_foreign = is_in(language, self.text) is False
        self.cut = self.verifier.repeats or stream.finish_reason in ("length", REPETITION)
        self.usage = TokenUsage(stream.usage.prompt_tokens, stream.usage.completion_tokens)

    def take(self, piece: str, *, until_repeated: bool = False) -> Iterator[Wrote | Checked]:
        """Take the next piece in."""
        self.text += piece
        yield from self.verifier.feed(piece, until_repeated=until_repeated)
        yield Wrote(self.verifier.tail)

    def close(self) -> Iterator[Checked]:
        """Check what is left; of a draft that was cut the unfinished end is left out."""
        if self.cut:
            self.verifier.cut_off()
            self.cut = False  # what is taken in after this was not cut
        yield from self.verifier.last_checked()

    def verified(self) -> Verified:
        """The whole, checked."""
        return self.verifier.finish()


def _beginning(pieces: Iterator[str], language: Language) -> str:
    """The pieces of an answer up to where its language can be told."""
    beginning = ""
    for piece in pieces:
        beginning += piece
        if is_in(language, beginning) is not None:
            break
    return beginning
