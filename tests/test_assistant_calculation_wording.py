"""Questions as other people put them: the figure is right or there is none, and no figure is silently left out."""

from __future__ import annotations

import pytest

from assistant.calculating.asking import find_request
from assistant.calculating.calculated import Calculated, NotCalculated, work_out
from corpus.language import HAN
from corpus.tables import load_tables
from evals.case import SHIPPED_CASES, Case, parse_case
from evals.graders import numbers
from tests.doubles import answer_with_text

TABLES = load_tables()
FILES = ("calculations_blind.jsonl", "calculations_worded.jsonl")
CASES = [
    parse_case(line, frozenset())
    for name in FILES
    for line in (SHIPPED_CASES / name).read_text(encoding="utf-8").splitlines()
]
# Facts, advice, meanings, sources; and where a figure that is needed is missing.
NO_CALCULATION = (
    "a16z那篇文章说token价格每年降10倍，依据是什么",
    "我们每月烧200万，投资人会不会觉得太高，怎么跟他们解释",
    "burn multiple到1.5了，董事会上该怎么讲",
    "99.9%和99.99%的SLA，合同里一般怎么写赔付条款",
    "LTV/CAC大于3这个说法最早是谁提的",
    "种子轮融了500万美元，期权池留10%还是15%比较合适？",
    "我们有8张4090，做7B的LoRA是自己跑好还是租云？给点建议",
    "QLoRA论文里用4bit微调65B，效果比16bit掉了多少？",
    "月活3万，明年这时候会有多少付费用户？",
    "2025年的调查里AI公司平均毛利率是多少，出处是哪份报告",
    "We have 5 months of cash left, should I do a bridge round or cut the team?",
    "what does a 3:1 LTV/CAC actually mean",
    "Our gross margin is 52 percent, how do I pitch that to SaaS investors used to 80?",
    "what is the difference between 99.9% availability and a 99.9% SLO",
    "does the EU AI Act's 10^25 FLOP threshold apply to fine-tuned models too?",
    "What does the LLaMA paper assume for PUE, 1.1 or something else, and why?",
    "Our CAC is $900. When do we get it back?",
    "explain ZeRO stage 3 vs stage 2 for a 7B model in plain words",
    "what acceptance rates do people report in practice for 4-token speculative decoding",
    "should we sign a 12 month reservation for 32 GPUs or stay flexible, what would you look at?",
    "我们要不要裁员来延长跑道？账上还有10个月",
    "Is a burn multiple of 2 good for a seed company?",
    "LTV 3000、CAC 1000，这个比例投资人怎么看",
    "What gross margin do AI companies report, 50% or 60%?",
    "H100 和 A100 租金为什么差 3 倍",
    "who said that 20 tokens per parameter is optimal",
    "SLO 定 99.9% 还是 99.5% 更合适",
    "How should we split a $1M budget between compute and staff?",
    "招第一个算法工程师，月薪 4 万合理吗",
    "Is a 12-month contract for 64 H100s too long?",
    "Llama 3 用了 16384 张卡，中断 419 次，主要原因是什么",
    "What would you do with 5 months of cash left and $200k burn?",
    "Our churn is 6% a month, how do we get it to 3%?",
    "我们客户每月流失 5%，是不是偏高",
    "What are typical salaries for ML engineers, $150k or $250k?",
    "微调 7B 要准备多少条数据才够",
    "How many customers will we have in 2 years if we have 300 now?",
    "融资 3000 万，出让 15% 还是 20%",
    "Which regulations apply above 1e25 FLOP?",
    "每月 10 万次请求，该选哪家 API",
    "我们烧钱倍数 1.8，要不要降本？",
    "Is 99.99% realistic for a 10-person startup?",
    "A100 和 H100 的带宽差多少",
    "What did Meta pay for 16,384 H100s?",
    "月流失 5% 的产品怎么挽回客户",
    "Which metrics matter when we have $3M and 12 people?",
    "GPU 租约签 1 年还是 3 年",
    "How do companies with 70% margins price their API at $3 per million?",
    "买 8 张 H100 该选 SXM 还是 PCIe",
    "Why is speculative decoding 2x faster with 4 draft tokens?",
    "一家 20 人的公司要配几个 SRE",
    "Our team of 8 wants raises of 10%, is that normal?",
    "为什么大家都说 LTV/CAC 要到 3",
    "Does a 12-month runway scare investors?",
    "30 天没发工资会有什么法律风险",
    "What is a good MFU on H100, 40% or 50%?",
    "百万 token 2 块钱算便宜吗",
    "Can we get a discount at 500k requests a day?",
    "我们 3 个创始人股份怎么分，50/30/20 行吗",
    "Explain the 80GB limit of the A100 to my board",
    "我们账上还有500万，每月烧60万，第一步该砍哪块成本？",
    "We burn $200k a month with $3M left. Which costs should we cut first?",
    "毛利率只有35%，是推理成本太高还是定价太低",
    "Is a $900 CAC normal for $50/month subscriptions?",
    "用70B模型配4张卡跑得太慢，有哪些优化办法",
    "Our 8 H100 cluster fails twice a week, what should we check?",
    "训练7B大概要准备哪些数据，1T token 从哪里来",
    "How did Chinchilla arrive at 20 tokens per parameter for 70B?",
    "合同要求99.9%可用性，宕机3小时要赔多少",
    "Has anyone trained a 7B model on 2T tokens for under $100k?",
    "月付300元的客户流失率5%，怎么提高续费",
    "What share of $2M should go to data labelling?",
    "买20张H100要多少钱，找谁买靠谱",
    "who pays the 20% VAT when we rent 16 GPUs abroad",
    "每月20万次API调用，账单突然涨了3倍是什么原因",
    "Is 40% MFU on 512 GPUs good?",
    "开发两个月、融资三个月的时间表怎么排",
    "Name 3 alternatives to reserving 64 GPUs for 12 months",
    "碳排放超过100吨要报告给谁",
    "Can 5 people maintain a 2,000 GPU cluster?",
)


def worked_out(question: str) -> Calculated | NotCalculated | None:
    request = find_request(question, [], TABLES)
    return work_out(request, TABLES, "zh" if HAN.search(question) else "en") if request else None


def is_right(case: Case) -> bool:
    made = worked_out(case.question)
    score = numbers(case, answer_with_text(made.text)) if isinstance(made, Calculated) else None
    return score is not None and score.value == 1.0


def test_as_many_cases_are_in_chinese_as_in_english() -> None:
    assert sum(case.language == "zh" for case in CASES) * 2 == len(CASES)


def test_the_right_numbers_come_however_they_are_worded() -> None:
    assert not [case.id for case in CASES if not is_right(case)]


@pytest.mark.parametrize("question", NO_CALCULATION)
def test_what_asks_for_no_figure_is_not_computed(question: str) -> None:
    assert not isinstance(worked_out(question), Calculated)


@pytest.mark.parametrize(
    "question",
    [
        "$5M in the bank, burning $200k a month and growing costs 10% monthly. Runway?",
        "burned $6M, ARR went from $2M to $5M. burn multiple?",
        "每天5万次请求，每次输入1500输出500 token，输入2元输出8元每百万token，打八折，月账单",
        "100k requests a day, 1000 in / 300 out tokens, $3/$15 per million, 20% volume discount: monthly cost?",
        "How much memory for 2 copies of a 13B model in fp16?",
        "128张H100训7B，2T token，MFU 40%，每天停机2小时，要多少天",
        "租8张A100，每卡时10元，每天用12小时，租30天，多少钱",
        "接受率80%，草稿5个token，目标模型慢3倍，能加速多少",
        "Revenue $200k, inference $60k, salaries $90k, hosting $20k. gross margin?",
        "CAC is $300, they pay $50 a month, sales tax 8%: when is it paid back?",
        "5 engineers at $150k and 2 managers at $200k, 25% overhead, yearly cost?",
    ],
)
def test_there_is_no_figure_without_one_that_was_given(question: str) -> None:
    assert not isinstance(worked_out(question), Calculated)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("月收入100万，推理20万，研发工资50万，毛利率多少", "50万"),
        ("投机解码接受率80%，每次草拟4个token，另外 5%，能快多少倍？", "5%"),
    ],
)
def test_a_figure_that_may_be_an_assumed_input_is_asked_about(question: str, named: str) -> None:
    made = worked_out(question)
    assert isinstance(made, NotCalculated)
    assert (made.reason, f"“{named}”" in made.text) == ("input_unclear", True)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Rent $1.9 an hour or buy a card for $80: after how many months does buying pay?", "input_impossible"),
        ("招12个工程师，月薪3元，一年多少钱？", "input_impossible"),
        ("CAC $300, revenue $50 a month, gross profit $60 a month: payback time?", "input_impossible"),
    ],
)
def test_figures_that_contradict_each_other_or_all_sense_are_refused(question: str, reason: str) -> None:
    made = worked_out(question)
    assert isinstance(made, NotCalculated)
    assert made.reason == reason


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("4张H100每张每小时2美元，合计每秒8000 token，利用率50%，百万token成本", 0.5556),  # together, but a price each
        ("一台8卡机器每小时120元，总共每秒吐16000 token，满载率一半，百万token成本", 4.1667),  # both of the machine
        ("H200 at $3.5 an hour, 4,000 tok/s, idle half the time: cost per million tokens?", 0.4861),
        ("A100一小时租金10元，单卡跑900 token每秒，满负荷不闲着，百万token成本？", 3.0864),
        ("token prices halve every year; $8/M today, price in 3 years?", 1.0),
        ("手里还有九百万，每月工资四十万、云费用每月二十万，每月收入十五万，能活多久", 20.0),
        ("10台8卡服务器，每卡700W，跑30天，PUE 1.2，电网0.58，排放多少吨", 28.06),
    ],
)
def test_totals_machines_and_idle_time_are_told_apart(question: str, value: float) -> None:
    made = worked_out(question)
    assert isinstance(made, Calculated)
    assert float(made.calculations[0].value) == pytest.approx(value, rel=1e-3)


def test_the_cash_that_a_time_takes_is_computed_backwards() -> None:
    made = worked_out("What do we need to raise to survive 18 months if we lose $220k every month?")
    assert isinstance(made, Calculated)
    assert made.text.startswith("Cash needed for that time: $3.96 million")
