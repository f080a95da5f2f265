"""Questions that wait for an encoder are read together, each gets its own vector, and an error all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index.encoder import Vectors
from index.together import TogetherEncoder
from tests.doubles import HashEncoder


class SlowEncoder(HashEncoder):
    """Reads only when it is let, and notes what it is given at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.readings: list[list[str]] = []
        self.may_read = threading.Event()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`; whatever holds "bad" cannot be read."""
        self.readings.append(list(texts))
        assert self.may_read.wait(10)
        if any("bad" in text for text in texts):
            raise ValueError("cannot be read")
        return super().encode(texts)


def asked_while_it_reads(slow: SlowEncoder, together: TogetherEncoder, texts: Sequence[str]) -> list[Vectors | str]:
    """Ask for the first, and for all others while it is being read: what each got, an error as its text."""

    def ask(text: str) -> Vectors | str:
        try:
            return together.encode([text])
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(len(texts)) as pool:
        first = pool.submit(ask, texts[0])
        while not slow.readings:
            time.sleep(0.001)
        others = [pool.submit(ask, text) for text in texts[1:]]
        while len(together.waiting) < len(others):
            time.sleep(0.001)
        slow.may_read.set()
        return [each.result(10) for each in (first, *others)]


def test_those_who_wait_are_read_together_and_get_their_own() -> None:
    slow, texts = SlowEncoder(), [f"question number {number}" for number in range(40)]
    together = TogetherEncoder(slow)
    vectors = asked_while_it_reads(slow, together, texts)
    assert [len(reading) for reading in slow.readings] == [1, 16, 16, 7]
    assert sorted(text for reading in slow.readings for text in reading) == sorted(texts)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_array_equal(vector, HashEncoder().encode([text]))
    assert not together.waiting


def test_an_error_reaches_those_who_were_read_together_and_nobody_later() -> None:
    slow = SlowEncoder()
    together = TogetherEncoder(slow)
    first, *others = asked_while_it_reads(slow, together, ["good", "bad", "also good"])
    assert not isinstance(first, str)
    assert others == ["cannot be read"] * 2
    np.testing.assert_array_equal(together.encode(["good"]), HashEncoder().encode(["good"]))


def test_many_texts_are_read_by_themselves() -> None:
    slow = SlowEncoder()
    slow.may_read.set()
    texts = [f"passage {number}" for number in range(100)]
    assert TogetherEncoder(slow).encode(texts).shape == (100, 32)
    assert TogetherEncoder(slow).encode([]).shape == (0, 32)
    assert slow.readings == [texts, []]


@pytest.mark.parametrize("askers", [1, 8])
def test_it_goes_by_the_name_of_its_encoder_and_never_stops(askers: int) -> None:
    together = TogetherEncoder(HashEncoder())
    assert (together.spec, together.dimensions) == (HashEncoder().spec, 32)
    texts = [f"text {number}" for number in range(200)]
    with ThreadPoolExecutor(askers) as pool:
        vectors = list(pool.map(lambda text: together.encode([text]), texts, timeout=30))
    np.testing.assert_array_equal(np.vstack(vectors), HashEncoder().encode(texts))
