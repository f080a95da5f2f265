"""Collections asked together: what one index of all their documents would find, whatever each of them rests on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from corpus.document import Document
from index import twins as twins_module
from index.chunk import Hit
from index.encoder import Vectors
from index.generation import Generation
from index.joining import join, joined_id
from index.search import Searcher
from tests.test_index_bridge import ByWords, document

PAIRS = [
    ("现金能用多久", "how long will the cash last"),
    ("显卡租还是买", "rent or buy cards"),
    ("先招谁", "hire whom"),
]
ASKED = [("显卡租还是买", "zh"), ("租约到期怎么办", "zh"), ("rent cards", "en"), ("when does the lease end", "en")]


@pytest.fixture(autouse=True)
def few_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins_module, "FEWEST_TWINS", 1)


class Counting(ByWords):
    """Counts what it reads."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `index.encoder.Encoder`."""
        self.read += texts
        return super().encode(texts)


def shipped() -> list[Document]:
    return [
        made
        for n, (zh, en) in enumerate(PAIRS)
        for made in (
            document(f"twin{n}", zh, "zh", zh, f"twin{n}-en"),
            document(f"twin{n}", en, "en", en, f"twin{n}-zh"),
        )
    ]


def mine() -> list[Document]:
    return [
        document("lease", "显卡的租约到期就不再续", "zh"),
        document("rent", "we rent cards until the lease ends", "en"),
    ]


def found(generation: Generation) -> list[list[Hit]]:
    searcher = Searcher(generation, [ByWords()])
    return [searcher.search(question, language=language) for question, language in ASKED]


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_joined_finds_what_one_index_finds(order: int) -> None:
    parts = [Generation.build(shipped(), [ByWords()]), Generation.build(mine(), [ByWords()])]
    joined = join(parts[::order], [ByWords()])
    assert found(joined) == found(Generation.build([*shipped(), *mine()], [ByWords()]))
    assert all(found(joined))
    # Alone the user's Chinese document has no vector: nothing leads it into the English space.
    assert found(joined) != found(parts[1])


def test_nothing_is_read_by_an_encoder_twice() -> None:
    parts = [Generation.build(shipped(), [ByWords()]), Generation.build(mine(), [ByWords()])]
    encoder = Counting()
    join(parts, [encoder])
    assert encoder.read == []


def test_what_rests_on_the_same_basis_is_taken_as_it_is() -> None:
    parts = [Generation.build([one], [ByWords()]) for one in mine()]
    joined = join(parts, [ByWords()])
    assert {id(view) for view in joined.views} == {id(view) for part in parts for view in part.views}


@pytest.mark.parametrize(("second", "count"), [("we rent cards", 1), ("we buy cards", 2)])
def test_a_file_in_both_counts_once_and_its_other_state_apart(second: str, count: int) -> None:
    parts = [Generation.build([document("note", text, "en")], [ByWords()]) for text in ("we rent cards", second)]
    joined = join(parts, [ByWords()])
    hits = Searcher(joined, [ByWords()]).search("cards", language="en")
    assert len(hits) == len(joined.documents) == count
    for hit in hits:
        of = joined.documents[hit.chunk.document_id]
        assert of.text[hit.chunk.start : hit.chunk.end] == hit.chunk.text


def test_a_joined_index_is_known_by_its_parts() -> None:
    parts = [Generation.build([one], [ByWords()]) for one in mine()]
    assert join(parts, [ByWords()]).id == joined_id(parts) == joined_id(parts[::-1])
    assert joined_id(parts) != joined_id(parts[:1])
