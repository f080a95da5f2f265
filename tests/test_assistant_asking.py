"""Which calculation a question asks for: the cases with their numbers, the follow-ups, and what asks for none."""

from __future__ import annotations

import json

import pytest

from assistant.calculating.asking import Request, find_request
from assistant.calculating.calculated import Calculated, NotCalculated, work_out
from assistant.calculators.quantity import Quantity
from assistant.profile import Company
from assistant.verifying.sentences import split_sentences
from corpus.document import Language
from corpus.tables import load_tables
from evals.case import SHIPPED_CASES, Case, parse_case
from evals.graders import numbers
from tests.doubles import answer_with_text

TABLES = load_tables()
LEAST_RIGHT = 0.95
# Of 1,212 shipped questions that the sources answer 14 are calculations too, rightly (2026-11-22).
MOST_CALCULATED = 16
CASES = [
    parse_case(line, frozenset())
    for line in (SHIPPED_CASES / "calculations.jsonl").read_text(encoding="utf-8").splitlines()
]


def worked_out(question: str, *earlier: str, language: str = "zh") -> Calculated | NotCalculated | None:
    request = find_request(question, earlier, TABLES)
    return work_out(request, TABLES, "zh" if language == "zh" else "en") if request else None


def is_right(case: Case) -> bool:
    made = worked_out(case.question, *(turn.question for turn in case.history), language=case.language)
    if not isinstance(made, Calculated):
        return False
    score = numbers(case, answer_with_text(made.text))
    return score is not None and score.value == 1.0


def test_the_cases_are_many_and_of_all_kinds() -> None:
    assert len(CASES) >= 80
    assert sum(case.language == "zh" for case in CASES) >= 40
    assert sum("follow-up" in case.tags or "multi-step" in case.tags for case in CASES) >= 20


def test_the_right_numbers_come_without_a_model() -> None:
    wrong = [case.id for case in CASES if not is_right(case)]
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(CASES), wrong


@pytest.mark.parametrize(
    "question",
    [
        "How did DeepSeek train for $5.6M?",
        "怎样控制成本？",
        "How should we plan a budget of $2M for 12 months?",
        "为什么训练 70B 模型要 2000 张卡？",
        "What is gross margin?",
        "当年训 GPT-3 到底烧了多少钱？460 万美元是官方数字吗？",
        "What does MFU mean?",
        "怎么降低每月 10 万美元的推理费用？",
        "Is it true that R1 cost only $294K?",
        "我们团队 12 个人，怎样分工？",
        "How do I calculate runway from cash and burn?",
        "Should a company of 30 people hire a lawyer?",
    ],
)
def test_questions_for_facts_and_advice_are_no_calculations(question: str) -> None:
    assert worked_out(question) is None


def test_the_shipped_questions_rarely_become_calculations() -> None:
    records = [
        json.loads(line)
        for name in ("guides", "papers", "tables", "across", "unanswerable")
        for line in (SHIPPED_CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    made = {record["id"]: worked_out(record["question"], language=record["language"]) for record in records}
    assert sum(found is not None for found in made.values()) <= MOST_CALCULATED
    assert not [name for name, found in made.items() if found and name.startswith(("near-miss", "off-topic"))]


def values_of(request: Request | None) -> dict[str, float | str]:
    assert request
    return {
        name: value if isinstance(value, str) else value.to(value.unit)
        for name, value in request.alternatives[0].items()
    }


def test_a_follow_up_changes_only_what_it_names() -> None:
    first = "训一个 7B 模型、2 万亿 token，64 张 H100、MFU 40%，要训多久？"
    before, after = (
        values_of(find_request(first, [], TABLES)),
        values_of(find_request("换成 A100 呢？", [first], TABLES)),
    )
    assert after == {**before, "accelerator": "a100-80gb-sxm"}


def test_a_follow_up_may_lower_an_input_by_an_amount() -> None:
    first = "We have $3M in the bank, spend $260k a month and take in $60k a month. What is our runway?"
    request = find_request("And if we cut spending by $60,000 a month?", [first], TABLES)
    assert request
    spending = request.alternatives[0]["spending"]
    assert isinstance(spending, Quantity)
    assert spending.to("USD / month") == pytest.approx(200_000)


def test_two_chips_are_two_alternatives_and_the_second_can_be_picked() -> None:
    first = "How long does it take to train a 13B model on 1T tokens at 40% MFU on 64 A100s or 64 H100s?"
    request = find_request(first, [], TABLES)
    assert request
    assert [values["accelerator"] for values in request.alternatives] == ["a100-80gb-sxm", "h100-sxm"]
    assert values_of(find_request("The second option at 50% MFU?", [first], TABLES))["accelerator"] == "h100-sxm"


@pytest.mark.parametrize("why", ["为什么？", "那怎么降下来？", "Why is that?", "谢谢"])
def test_a_follow_up_that_asks_for_no_number_is_no_calculation(why: str) -> None:
    assert find_request(why, ["账上有 600 万元，每个月烧 50 万元，还能撑几个月？"], TABLES) is None


@pytest.mark.parametrize(
    ("question", "taken"),
    [
        ("账上有 600 万，每个月烧 50 万，还能撑多久？", "600 万、50 万按人民币计"),
        ("With 3M in the bank and a burn of 250k a month, how long will our cash last?", "taken as US dollars"),
    ],
)
def test_money_without_a_currency_is_in_the_usual_one_and_that_is_said(question: str, taken: str) -> None:
    made = worked_out(question, language="zh" if "烧" in question else "en")
    assert isinstance(made, Calculated)
    assert float(made.calculations[0].value) == 12
    assert taken in made.text


def test_money_in_a_named_currency_needs_no_remark() -> None:
    made = worked_out("账上有 600 万美元，每个月烧 50 万，还能撑多久？")
    assert isinstance(made, Calculated)
    assert "币种" not in made.text


@pytest.mark.parametrize(
    ("question", "calculator", "value"),
    [
        ("LTV/CAC if ARPU is $80/month, gross margin 70%, churn 3% monthly, CAC $900?", "unit-economics", 2.0741),
        ("毛利率：收入100万，推理成本30万，人工客服10万", "gross-margin", 60),
        ("每月流失率4%，客单价500元，毛利率65%，LTV是多少？", "ltv", 8125),
        ("What is the payback period if CAC is $1200 and gross margin per customer is $150 a month?", "cac-payback", 8),
        ("训练一个13B模型用1万亿token要多少算力（FLOPs）？", "training-compute", 7.8e22),
        ("买一台8卡H100服务器要30万美元，租是每卡每小时2.5美元，多久回本？", "rent-vs-buy", 21.31),
        ("现在每百万token 10元，每年降50%，三年后是多少？", "price-decline", 1.25),
        ("每百万 token 9 元，每年降到原来的三分之一，两年后多少钱？", "price-decline", 1),
        ("每卡时 9 块 5，一共用 1.2 万卡时，账单多少？", "rent", 114000),
        (
            "In the busiest hour we see 130 requests per second, 250 tokens per answer, 3,000 tokens/s per GPU. "
            "Cards needed?",
            "fleet",
            11,
        ),
    ],
)
def test_figures_that_suffice_are_computed_however_they_are_put(question: str, calculator: str, value: float) -> None:
    made = worked_out(question)
    assert isinstance(made, Calculated)
    assert made.calculations[0].name == calculator
    assert float(made.calculations[0].value) == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(
    "statement",
    ["We have 64 H100 and 12 engineers, and our CTO wants to train. Advice?", "我们有 8 张卡、5 个工程师，怎么分工？"],
)
def test_figures_beside_a_question_for_advice_are_not_computed(statement: str) -> None:
    assert worked_out(statement) is None


def test_a_missing_input_is_asked_for_in_the_askers_language() -> None:
    made = worked_out("训练一个 7B 模型要多少钱？")
    assert isinstance(made, NotCalculated)
    assert (made.reason, "训练 token 数" in made.text) == ("input_missing", True)


def test_two_currencies_are_refused_by_name() -> None:
    made = worked_out("账上有 600 万元，每个月烧 5 万美元，还能撑多久？")
    assert isinstance(made, NotCalculated)
    assert made.reason == "input_impossible"
    assert "CNY" in made.text


def test_the_impossible_is_answered_with_what_it_would_take() -> None:
    made = worked_out("10% MFU of 2 GPUs for GPT-4 in a day: how much would it cost to train?", language="en")
    assert isinstance(made, Calculated)
    assert [calculation.name for calculation in made.calculations] == ["train", "train-accelerators"]
    assert "2.218 million days" in made.text
    assert "never published" in made.text


def test_the_yen_sign_of_a_chinese_question_is_yuan_and_said_so() -> None:
    made = worked_out("账上有 ￥600 万，每个月烧 50 万元，还能撑多久？")
    assert isinstance(made, Calculated)
    assert "按人民币理解" in made.text


def test_every_sentence_is_computed_and_stands_in_the_text() -> None:
    made = worked_out("账上有 600 万元，每个月烧 50 万元，还能撑多久？")
    assert isinstance(made, Calculated)
    claims = [checked.sentence for checked in made.sentences if checked.sentence.verdict != "no_claim"]
    assert {sentence.verdict for sentence in claims} == {"computed"}
    assert "12 个月" in split_sentences(made.text)[0].text
    assert all(sentence.text in made.text for sentence in claims)


@pytest.mark.parametrize(
    ("question", "language", "saving"),
    [
        ("7B 模型量化到 4 位能省多少显存？", "zh", "节省的显存为 10.5 GB"),
        ("How much memory does quantization to 8 bits save for a 70B model?", "en", "Memory saved: 70 GB"),
        ("34B 模型从 fp32 降到 int8 省多少显存？", "zh", "节省的显存为 102 GB"),
    ],
)
def test_what_a_precision_saves_is_said_first(question: str, language: str, saving: str) -> None:
    made = worked_out(question, language=language)
    assert isinstance(made, Calculated)
    assert saving in made.sentences[0].sentence.text


@pytest.mark.parametrize("question", ["现金还能撑多久？", "How long will our cash last?"])
def test_the_profile_alone_answers_for_the_runway_and_is_named(question: str) -> None:
    company = Company(currency="CNY", cash=8e6, monthly_burn=6e5)
    language: Language = "zh" if "现金" in question else "en"
    request = find_request(question, [], TABLES, currency=company.currency)
    assert request
    made = work_out(request, TABLES, language, company)
    assert isinstance(made, Calculated)
    assert "13.33" in made.sentences[0].sentence.text
    assert made.sentences[1].sentence.text.startswith(
        "取自公司档案：" if language == "zh" else "From the company profile:"
    )
    assert work_out(request, TABLES, language) is None


@pytest.mark.parametrize(
    "question",
    [
        "QLoRA 能把 65B 模型微调压到多少显存，原来要多少？",
        "ZeRO 三个阶段，7.5B 模型用 64 块 GPU，每块显存分别降到多少？",
        "Fine-tuning a 7B model runs out of GPU memory. How much of that is the optimizer's fault?",
        "LLM.int8() 省多少显存，175B 模型能在 8 张 3090 上跑吗？",
    ],
)
def test_a_question_that_the_figure_would_not_answer_is_left_to_the_sources(question: str) -> None:
    assert worked_out(question) is None


def test_a_follow_up_about_someone_elses_target_is_no_calculation() -> None:
    assert worked_out("What if the vendor behind it only reaches 99.5%?", "How long may we be down at 99.9%?") is None


def test_no_words_of_a_unit_are_said_twice() -> None:
    made = worked_out("训一个 7B、1 万亿 token 的模型，大概要多少卡时、多少钱？")
    assert isinstance(made, Calculated)
    first, given, assumed = (checked.sentence.text for checked in made.sentences[:3])
    assert first == "按下面的计算，卡时为 29,491，一次训练的费用为 10.17 万美元。"
    assert given == "题中给出：参数量（MoE 取激活参数）70 亿、训练 token 数 1 万亿。"
    assert "每卡时价格 3.45 美元（" in assumed


def test_costs_of_one_user_are_not_held_against_the_revenue_of_all() -> None:
    mixed = "Revenue is $200k a month and inference costs $3 per user a month. What is our gross margin?"
    assert not isinstance(worked_out(mixed, language="en"), Calculated)
    alike = worked_out("We charge $30 per user a month, inference costs $12. What is our gross margin?", language="en")
    assert isinstance(alike, Calculated)
    assert "60%" in alike.text
