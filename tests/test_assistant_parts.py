"""A question of several parts is searched for as a whole and in parts; any other one as before."""

from __future__ import annotations

import pytest

from assistant.evidence.finding import find_hits
from assistant.understanding.parts import parts_of
from assistant.understanding.question import Turn, understand
from corpus.document import Language
from index.encoder import Encoder
from index.generation import Generation
from index.search import Searcher
from tests.doubles import HashEncoder, make_document


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("怎么招第一个算法负责人？薪酬怎么定？", ("怎么招第一个算法负责人？", "薪酬怎么定？")),
        ("训练成本和推理成本哪个更重要，怎么控制？", ("训练成本和推理成本哪个更重要，", "怎么控制？")),
        ("如果要微调，要多少数据；要多少显存？", ("如果要微调，要多少数据；", "要多少显存？")),
        ("数据怎么标注，以及合同该写什么？", ("数据怎么标注，", "合同该写什么？")),
        ("账上 4,200 万元，能撑多久？怎么融资？", ("账上 4,200 万元，能撑多久？", "怎么融资？")),
        # What points back takes along what it points at.
        ("推理引擎怎么选？它要多少显存？", ("推理引擎怎么选？", "推理引擎怎么选？它要多少显存？")),
        ("怎么招人？怎么发薪？怎么留人？谁来管？", ("怎么招人？", "怎么发薪？", "怎么留人？谁来管？")),
    ],
)  # fmt: skip
def test_a_chinese_question_of_several_is_cut(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question, "zh") == parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How do I price my API, and what should I do when a competitor cuts prices by half?",
            ("How do I price my API,", "what should I do when a competitor cuts prices by half?"),
        ),
        (
            "We are ten. Should we rent GPUs or buy them? What has to be in the contract with the cloud?",
            ("We are ten. Should we rent GPUs or buy them?", "What has to be in the contract with the cloud?"),
        ),
        (
            "What is LoRA and how much does it cost?",
            ("What is LoRA", "What is LoRA how much does it cost?"),
        ),
        (
            "What did the 7B model cost, and is the figure consistent?",
            ("What did the 7B model cost,", "What did the 7B model cost, is the figure consistent?"),
        ),
        (
            "Who decides? What do we log? When do we stop? How do we roll back?",
            ("Who decides?", "What do we log?", "When do we stop? How do we roll back?"),
        ),
    ],
)
def test_an_english_question_of_several_is_cut(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question, "en") == parts


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("怎样控制大模型创业的成本？", "zh"),
        ("如果竞争对手降价一半，怎么办？", "zh"),
        ("显卡租还是买？", "zh"),
        ("提示词怎么写都不稳定，该不该微调？", "zh"),
        ("投资人问我们钱花在哪里，怎么回答？", "zh"),
        ("公司没有什么钱，怎么招人？", "zh"),
        ("怎么盯住账单，别月底才发现超支？", "zh"),
        ("A 好还是 B 好？为什么？", "zh"),
        ("技术变这么快，还有必要画路线图吗？", "zh"),
        ("该怎么用：学习，还是直接当产品代码？", "zh"),
        ("How does quantization cut serving cost?", "en"),
        ("When we launch, what should we test?", "en"),
        ("How painful and how expensive is it to replace a tool?", "en"),
        ("Which is cheaper: an API or our own GPUs? Why?", "en"),
        ("How large was the GPU cluster that J. Brandt ran?", "en"),
        ("Our line makes few bad parts. The vendor promises 99%. Why should I not be impressed?", "en"),
        ("I want to know how to price and when to raise.", "en"),
        ("What do start-ups mostly die of? Bad technology?", "en"),
        ("", "en"),
    ],
)
def test_a_question_for_one_thing_is_left_whole(question: str, language: Language) -> None:
    assert parts_of(question, language) == ()


@pytest.fixture(scope="module")
def searcher(generation: Generation, embedder: Encoder) -> Searcher:
    return Searcher(generation, [embedder])


@pytest.mark.parametrize(
    ("question", "sections"),
    [
        ("怎么招第一个算法负责人？薪酬怎么定？", {"first-hires", "pay-and-equity"}),
        ("Which organisation structure suits us? How do we roll back a bad release?", {"which-structure", "rollback"}),
    ],
)
def test_each_part_has_its_best_passage_in_front(searcher: Searcher, question: str, sections: set[str]) -> None:
    hits = find_hits(searcher, understand(question), 10)
    assert {hit.chunk.evidence.partition("#")[2] for hit in hits[:2]} == sections
    assert len(hits) == len({hit.chunk.id for hit in hits}) == 10
    assert hits == find_hits(searcher, understand(question), 10), "the same every time"


def test_a_question_for_one_thing_and_a_follow_up_find_what_the_search_finds(searcher: Searcher) -> None:
    follow_up = understand("它要多少数据？怎么准备？", [Turn("微调是什么？")])
    for asked in (understand("How does quantization cut serving cost?"), follow_up):
        assert find_hits(searcher, asked, 10) == searcher.search(asked.standalone, language=asked.language, limit=10)


def test_what_is_found_for_one_part_and_speaks_of_the_other_is_not_looked_for_again() -> None:
    both = make_document("The price of compute is 2 dollars. The colour of compute is green.", name="both")
    others = [make_document(f"The colour of tree {n} is brown.", name=f"other{n}") for n in range(30)]
    searcher = Searcher(Generation.build([both, *others], []))
    text = "What is the price of compute? What is the colour of compute?"
    assert len(parts_of(text, "en")) == 2
    found = find_hits(searcher, understand(text), 40)
    assert found[0].chunk.document_id == "both"
    assert [hit.chunk.id for hit in found] == [hit.chunk.id for hit in searcher.search(text, language="en", limit=40)]


def test_parts_and_whole_are_read_by_the_encoder_once() -> None:
    encoder = HashEncoder()
    searcher = Searcher(Generation.build([make_document("Cash and runway.")], [encoder]), [encoder])
    encoder.encoded.clear()
    queries = ["cash", "runway", "pay"]
    found = searcher.search_each(queries, language="en", limit=3)
    assert found == [searcher.search(query, language="en", limit=3) for query in queries]
    assert encoder.encoded == queries
