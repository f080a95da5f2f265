"""Questions that wait for an encoder are read together.

A model is hundreds of small steps, each of which queues for the interpreter's lock: where many ask at once, one reading
of their questions together waits a fraction of what a reading of each would, and takes a quarter less of a processor.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from index.encoder import Encoder, EncoderSpec, Vectors

# More texts than a question and its parts are no question: they are read by themselves, with all that the machine has.
_FEW = 4
# Read at a time, so that the first who asked are not kept waiting for the last.
_MOST = 16


class _Asked:
    """Texts that wait for their vectors, or for the error that there was instead."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.vectors: Vectors | None = None
        self.error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return self.vectors is not None or self.error is not None


class TogetherEncoder:
    """An encoder for any number of threads. One of those who wait reads for the others."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._turn = threading.Condition()
        self.waiting: list[_Asked] = []
        self._is_reading = False

    @property
    def spec(self) -> EncoderSpec:
        """See `Encoder`."""
        return self._encoder.spec

    @property
    def dimensions(self) -> int:
        """See `Encoder`."""
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        if not 0 < len(texts) <= _FEW:
            return self._encoder.encode(texts)
        asked = _Asked(texts)
        with self._turn:
            self.waiting.append(asked)
        while not asked.is_done:
            if taken := self._take(asked):
                self._read(taken)
        if asked.vectors is None:
            raise asked.error or RuntimeError("nobody read the texts")
        return asked.vectors

    def _take(self, asked: _Asked) -> list[_Asked]:
        """Those to be read now by who called, the first that waited before the others; none once `asked` is done."""
        with self._turn:
            self._turn.wait_for(lambda: asked.is_done or not self._is_reading)
            if asked.is_done:
                return []
            self._is_reading = True
            taken, self.waiting = self.waiting[:_MOST], self.waiting[_MOST:]
            return taken

    def _read(self, taken: list[_Asked]) -> None:
        try:
            vectors = self._encoder.encode([text for asked in taken for text in asked.texts])
            start = 0
            for asked in taken:
                asked.vectors = vectors[start : start + len(asked.texts)]
                start += len(asked.texts)
        except BaseException as error:
            for asked in taken:
                asked.error = error
        finally:
            with self._turn:
                self._is_reading = False
                self._turn.notify_all()
