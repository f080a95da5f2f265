"""A question for a person, a frequency or a purpose is answered only by passages that speak of it."""

from __future__ import annotations

import pytest

from assistant.evidence.asked import Read, stands
from assistant.evidence.wanted import unmet
from assistant.understanding.question import asks_for_money
from corpus.document import Language

FIN = Read("Fin › Price\nThe agent Fin of Intercom costs $0.99 for a resolution. The list is looked at every quarter.")


@pytest.mark.parametrize(
    ("question", "language", "text", "missing"),
    [
        ("Who maintains the GPTQ code?", "en", "GPTQ is a method. Its code is open.", ["maintains"]),
        ("Who maintains the GPTQ code?", "en", "GPTQ is maintained by its first author.", []),
        ("Who at Meta finally approved OPT?", "en", "OPT was trained at Meta.", ["approved"]),
        ("AWQ 的代码由谁维护？", "zh", "AWQ 是一种量化方法，代码公开。", ["维护"]),
        ("AWQ 的代码由谁维护？", "zh", "AWQ 的代码由作者维护。", []),
        ("How often does Intercom change Fin?", "en", FIN.text, ["How often"]),
        ("How often is the list of Fin looked at?", "en", FIN.text, []),
        ("Fin 多久更新一次模型？", "zh", "Fin 的价格是 0.99 美元，每周结算。", ["多久更新一次"]),
        ("Fin 多久更新一次模型？", "zh", "Fin 每季度更新模型。", []),
        ("How much did Intercom spend on developing Fin?", "en", FIN.text, ["developing"]),
        ("Who is the founder?", "en", "The company is small.", []),
    ],
)
def test_what_no_passage_speaks_of_is_named(question: str, language: Language, text: str, missing: list[str]) -> None:
    found = unmet(question, language, [Read(text)], lambda word, held: stands(word, held, lambda of: ()))
    assert found == missing


@pytest.mark.parametrize(
    ("question", "is_money"),
    [
        ("训练花了多少钱？", True),
        ("单位成本是多少？", True),
        ("单位成本能降多少？", False),
        ("费用会涨多少？", False),
        ("How much does it cost to train?", True),
        ("What does a seat cost?", True),
        ("By how much did it cut the training cost?", False),
        ("What does it cost in training compute?", False),
        ("最大客户占我们收入的多少？", False),
        ("推理费用占用了多少钱？", True),
        ("What share of our revenue does it cost?", False),
    ],
)
def test_how_far_a_cost_moves_and_a_share_of_it_are_no_amount_of_money(question: str, is_money: bool) -> None:
    assert asks_for_money(question) is is_money
