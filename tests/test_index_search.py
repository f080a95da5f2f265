"""Search on the shipped corpus with the real embedder: right, the same every time, never an error."""

from __future__ import annotations

import pytest

from corpus.document import Language
from index.encoder import Encoder
from index.generation import Generation
from index.search import Searcher
from tests.doubles import HashEncoder, make_document


@pytest.fixture(scope="module")
def searcher(generation: Generation, embedder: Encoder) -> Searcher:
    return Searcher(generation, [embedder])


@pytest.mark.parametrize(
    ("question", "language", "document"),
    [
        ("怎样控制大模型创业的成本？", "zh", "cost"),
        ("AI 大模型创业会遇到哪些管理挑战？", "zh", "guide-management-challenges"),
        ("What builds a management advantage in a large-model startup?", "en", "guide-management-advantage"),
        ("How does quantization cut serving cost?", "en", "guide-quantization-serving-cost"),
        ("初创公司应该如何组建团队？", "zh", "guide-team-talent-incentives"),
    ],
)
def test_the_main_questions_find_their_guides(
    searcher: Searcher, question: str, language: Language, document: str
) -> None:
    hits = searcher.search(question, language=language, limit=5)
    assert any(document in hit.chunk.document_id for hit in hits)
    assert all(hit.chunk.language == language for hit in hits)
    assert hits[0].relevance > 0.45


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "?",
        "🙂🙂",
        "'; DROP TABLE--",
        '" OR *',
        "NEAR(",
        "\ud800",
        "\x00",
        "a" * 50_000,
        "SELECT * 成本 🙂",
        "的",
    ],
)
def test_odd_queries_find_something_or_nothing(searcher: Searcher, query: str) -> None:
    for language in ("zh", "en"):
        for hit in searcher.search(query, language=language, limit=3):
            assert 0 <= hit.relevance <= 1


def test_the_same_question_finds_the_same(searcher: Searcher) -> None:
    once = searcher.search("cost per million tokens", language="en", limit=20)
    assert once == searcher.search("cost per million tokens", language="en", limit=20)


def test_a_question_nobody_wrote_about_is_less_relevant_than_one_that_is(searcher: Searcher) -> None:
    known = searcher.search("How does quantization cut serving cost?", language="en", limit=1)[0].relevance
    unknown = searcher.search("Who won the football world cup in 2022?", language="en", limit=1)[0].relevance
    assert unknown < known


def test_insertion_order_does_not_matter() -> None:
    documents = [make_document(f"Budget note {n} about runway.", name=f"d{n}") for n in range(20)]
    encoder = HashEncoder()
    found = []
    for order in (documents, documents[::-1]):
        hits = Searcher(Generation.build(order, [encoder]), [encoder]).search("runway budget", language="en", limit=20)
        found.append([hit.chunk.id for hit in hits])
    assert found[0] == found[1]


def test_an_empty_collection_finds_nothing() -> None:
    encoder = HashEncoder()
    assert Searcher(Generation.build([], [encoder]), [encoder]).search("cost", language="en") == []


def test_a_question_in_the_other_language_finds_by_the_words_of_the_twins() -> None:
    english = [
        make_document("Quantization cuts the memory that serving a model needs.", name="q", heading="Quantization"),
        make_document("Hire a product lead before the second engineer.", name="h", heading="Hiring"),
    ]
    searcher = Searcher(Generation.build(english, []))
    hits = searcher.search("量化能省多少内存？", language="zh")
    assert hits[0].chunk.section == "Quantization"
    assert hits[0].relevance > 0


def test_a_small_collection_weighs_the_words_of_its_subject() -> None:
    notes = [make_document(f"The Kestrel project, part {n}, has a budget.", name=f"p{n}") for n in range(4)]
    searcher = Searcher(Generation.build(notes, []))
    assert searcher.weight("kestrel") > 0.6 * searcher.weight("okapi")


def test_the_same_question_is_read_once_however_often_it_is_searched_for() -> None:
    encoder = HashEncoder()
    searcher = Searcher(Generation.build([make_document("Quantization cuts serving cost.")], [encoder]), [encoder])
    encoder.encoded.clear()
    first = searcher.search("What cuts cost?", language="en")
    assert searcher.search("What cuts cost?", language="en", limit=3) == first
    searcher.search("What raises cost?", language="en")
    assert encoder.encoded == ["What cuts cost?", "What raises cost?"]
