"""Text -> vectors. The one adapter of sentence_transformers; loads from a folder on disk, never from a hub."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from corpus.document import Language
from index.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

BATCH_SIZE = 32
# So many characters, such as a question and its parts, are read by one thread: on busy cores two wait longer for each
# other than they save.
_ALONE = 2_000


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """What a collection must know of an encoder without loading it.

    `name` identifies its weights; `languages` are those whose texts it understands. `into` names another encoder, whose
    vectors its own may be compared with; it is empty for one that has a space to itself.
    """

    name: str
    languages: frozenset[Language]
    into: str = ""


class Encoder(Protocol):
    """Anything that turns texts into unit vectors."""

    @property
    def spec(self) -> EncoderSpec:
        """What a collection records of it."""
        ...

    @property
    def dimensions(self) -> int:
        """How long its vectors are."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), float32, each of length one."""
        ...


class SentenceEncoder:
    """A sentence-transformers model on the CPU."""

    def __init__(self, model: SentenceTransformer, spec: EncoderSpec) -> None:
        dimensions = model.get_embedding_dimension()
        if dimensions is None:
            raise EncoderError(f"{spec.name}: the model does not say how long its vectors are; choose another embedder")
        self._model = model
        self._lock = threading.Lock()  # the fast tokenizers under it cannot be used by two threads at once
        self._spec = spec
        self._dimensions = int(dimensions)

    @property
    def spec(self) -> EncoderSpec:
        """See `Encoder`."""
        return self._spec

    @property
    def dimensions(self) -> int:
        """See `Encoder`."""
        return self._dimensions

    @classmethod
    def load(cls, folder: Path, spec: EncoderSpec) -> SentenceEncoder:
        """Load the model in `folder`.

        :raises EncoderError: when the folder does not hold one.
        """
        # Read by the libraries when they are first imported, so they are set before the import below.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # The import takes six seconds, which a question answered by keywords alone should not wait for.
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        try:
            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EncoderError(
                f"{spec.name}: the embedder in {folder} cannot be loaded ({error}); pull it again"
            ) from error
        return cls(model, spec)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`. The library sorts a call's texts by length, so give it many at once."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        # A lone surrogate (half of an emoji, out of a damaged file) is no text to the tokenizer.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        with self._lock, _threads(1 if sum(map(len, clean)) <= _ALONE else _all_threads()):
            vectors = self._model.encode(
                clean,
                batch_size=BATCH_SIZE,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let the library compute with so many threads. The vectors are the same."""
    import torch

    usual = _all_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


@cache
def _all_threads() -> int:
    """With how many the library computes by itself. Asked before another number is set, which it would then give."""
    import torch

    return torch.get_num_threads()


@dataclass(frozen=True)
class EncoderAround:
    """What stands in front of an encoder and goes by its name."""

    encoder: Encoder

    @property
    def spec(self) -> EncoderSpec:
        """See `Encoder`."""
        return self.encoder.spec

    @property
    def dimensions(self) -> int:
        """See `Encoder`."""
        return self.encoder.dimensions


@dataclass(frozen=True)
class PrefixedEncoder(EncoderAround):
    """An encoder that wants to be told what it reads, a question or a passage, by words in front."""

    prefix: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        return self.encoder.encode([self.prefix + text for text in texts])


class LazyEncoder:
    """An encoder that is loaded when it is first needed: a Chinese question never waits for an English embedder."""

    def __init__(self, spec: EncoderSpec, load: Callable[[], Encoder]) -> None:
        self._spec = spec
        self._load = load
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None

    @property
    def spec(self) -> EncoderSpec:
        """See `Encoder`."""
        return self._spec

    @property
    def dimensions(self) -> int:
        """See `Encoder`."""
        return self.loaded().dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        return self.loaded().encode(texts)

    def loaded(self) -> Encoder:
        """The encoder itself; two threads that ask at once wait for one loading."""
        with self._lock:
            if self._encoder is None:
                self._encoder = self._load()
            return self._encoder
