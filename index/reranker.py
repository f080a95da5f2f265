"""A cross-encoder that reads question and passage together and orders what was found. Off unless settings name one.

Loads from a folder on disk, never from a hub.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from corpus.document import Language
from index.chunk import Hit
from index.encoder import Encoder
from index.errors import EncoderError
from index.generation import Generation
from index.search import Searcher

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# How many of the hits found are read again: what lies below is seldom worth the time, some 30 ms a passage.
DEPTH = 20


class Reranker(Protocol):
    """Anything that says how well passages answer a question."""

    def scores(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        """A number for each passage, the higher the better."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder on the CPU, loaded when it is first needed."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the model."""
        self._folder = folder
        self._lock = threading.Lock()  # the fast tokenizers under it cannot be used by two threads at once

    def scores(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        """See `Reranker`.

        :raises EncoderError: when the folder does not hold a cross-encoder with one score for a pair.
        """
        pairs = [(_clean(query), _clean(passage)) for passage in passages]
        with self._lock:
            return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]

    @cached_property
    def _model(self) -> CrossEncoder:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # As with embedders, the import takes seconds, which nobody without a reranker should wait for.
        from sentence_transformers import CrossEncoder

        advice = "name another folder as [index] reranker in assistant.toml, or none"
        try:
            model = CrossEncoder(str(self._folder), device="cpu", local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EncoderError(f"the reranker in {self._folder} cannot be loaded ({error}); {advice}") from error
        if model.num_labels != 1:
            raise EncoderError(f"the model in {self._folder} gives {model.num_labels} scores and not one; {advice}")
        return model


class RerankedSearcher(Searcher):
    """Searches as `Searcher` does and lets `reranker` order the best hits."""

    def __init__(self, generation: Generation, encoders: Sequence[Encoder], reranker: Reranker) -> None:
        super().__init__(generation, encoders)
        self._reranker = reranker

    def on(self, generation: Generation) -> Searcher:
        """See `Searcher.on`."""
        return RerankedSearcher(generation, [*self._encoders.values()], self._reranker)

    def search(self, query: str, *, language: Language, limit: int = 20) -> list[Hit]:
        """See `Searcher.search`. Hits change places and take the place's score along; relevance stays with the hit."""
        hits = super().search(query, language=language, limit=max(limit, DEPTH))
        return [*reordered(query, hits[:DEPTH], self._reranker), *hits[DEPTH:]][:limit]


def reordered(query: str, hits: Sequence[Hit], reranker: Reranker) -> list[Hit]:
    """`hits` in the order of their scores by `reranker`; those with the same one stay in the order they had."""
    scores = reranker.scores(query, [hit.chunk.indexed_text for hit in hits]) if hits else []
    order = sorted(range(len(hits)), key=lambda place: -scores[place])
    return [replace(hits[place], score=hit.score) for place, hit in zip(order, hits, strict=True)]


def _clean(text: str) -> str:
    # A lone surrogate (half of an emoji, out of a damaged file) is no text to the tokenizer.
    return text.encode("utf-8", "replace").decode("utf-8")
