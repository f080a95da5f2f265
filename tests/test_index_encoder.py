"""How texts are handed to the library that encodes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from index.encoder import EncoderSpec, SentenceEncoder, Vectors


class CountingModel:
    """A stand-in for a sentence-transformers model, which notes how many threads it may use."""

    def __init__(self) -> None:
        self.threads: list[int] = []

    def get_embedding_dimension(self) -> int:
        """How long its vectors are."""
        return 2

    def encode(self, texts: list[str], **settings: Any) -> Vectors:
        """Ones."""
        self.threads.append(torch.get_num_threads())
        return np.ones((len(texts), 2), dtype=np.float32)


def test_questions_are_read_by_one_thread_and_many_texts_by_all_that_there_are() -> None:
    usual = torch.get_num_threads()
    model: Any = CountingModel()
    encoder = SentenceEncoder(model, EncoderSpec("counting", frozenset({"en"})))
    for texts in (["a passage of some length"] * 200, ["one"], ["a question?"] * 16, ["a passage"] * 1000):
        encoder.encode(texts)
    assert model.threads == [usual, 1, 1, usual]
    assert torch.get_num_threads() == usual
