"""How much data for a model, and how large a model for a budget: the rule of Chinchilla."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, known_model, number
from assistant.calculators.chips import peak_speed
from assistant.calculators.compute import active_parameters, dense_compute, mfu_input
from assistant.calculators.errors import BadInputError, MissingInputError
from assistant.calculators.papers import CHINCHILLA
from assistant.calculators.quantity import Quantity, constant
from assistant.calculators.written import in_words
from corpus.tables import Accelerator, TrainingRun

_BEYOND = Text(
    "This is where training compute buys most. A small model that serves many requests is trained on far more data: "
    "Llama 3 8B saw over 1,800 tokens per parameter.",
    "这是训练算力最划算的配比。要大量服务的小模型会训练得久得多：Llama 3 8B 每参数超过 1,800 token。",
)


def tokens_per_parameter() -> Quantity:
    """Declare the ratio of the rule."""
    declared: Quantity = number(
        Text("tokens per parameter", "每参数 token 数"), "token / parameter", "r", default=20, most=1e5,
        because=Text("Chinchilla's 20; others measured 10 to 40", "Chinchilla 的 20；其他研究测得 10～40"),
    )  # fmt: skip
    return declared


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSize:
    """A model that wants data."""

    model: TrainingRun | None = known_model()
    parameters: Quantity = active_parameters()
    ratio: Quantity = tokens_per_parameter()


def optimal_tokens(wanted: ModelSize, trace: Trace) -> Quantity:
    """D = r·N with r = 20 (Hoffmann et al. 2022, arXiv 2203.15556); compute 6·N·D.

    A rule for one pass over fresh text at the lowest training compute. It says nothing about the cost of serving, holds
    for dense models, and the ratio moves with data quality: Llama 3's authors measured nearer 40, nanochat 10.5.
    """
    trace.cite(CHINCHILLA)
    label = Text("compute-optimal training tokens", "算力最优的训练 token 数")
    tokens = trace.step("D", label, wanted.ratio * wanted.parameters, "token")
    dense_compute(wanted.parameters, tokens, trace)
    trace.note(_BEYOND)
    return tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What there is to train with: compute, or money, or accelerators for a time."""

    compute: Quantity | None = number(Text("compute", "计算量"), "FLOP", "C", least=1e12, most=1e32, optional=True)
    budget: Quantity | None = number(Text("budget", "预算"), "CUR", "K", most=1e13, optional=True, unless=("compute",))
    accelerators: Quantity | None = number(
        Text("number of accelerators", "加速卡数量"),
        "accelerator",
        "G",
        least=1,
        most=1e6,
        optional=True,
        unless=("compute",),
    )
    time: Quantity | None = number(Text("time", "时间"), "day", "T", most=36500, optional=True, unless=("compute",))
    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm", unless=("compute",))
    mfu: Quantity = mfu_input(unless=("compute",))
    price: Quantity | None = number(
        Text("price per accelerator-hour", "每卡时价格"), "CUR / accelerator / hour", "P", most=1e4, optional=True,
        hourly_price_of="accelerator", only_with="budget", unless=("compute",),
    )  # fmt: skip
    ratio: Quantity = tokens_per_parameter()


def optimal_size(means: Means, trace: Trace) -> Quantity:
    """N = √(C ÷ 6r) and D = r·N: the largest model that the compute trains at r tokens per parameter; r = 20: √(C/120).

    Source: arXiv 2203.15556 with C = 6·N·D. For a budget C = budget ÷ price × peak × MFU, so it is the cost of the last
    run alone; failed runs, people and data come on top.
    """
    trace.cite(CHINCHILLA)
    compute = means.compute if means.compute is not None else _afforded(means, trace)
    squared = compute / (constant(6, "FLOP / parameter / token") * means.ratio)
    size = trace.step("N", Text("compute-optimal parameters", "算力最优的参数量"), squared**0.5, "parameter")
    trace.step("D", Text("training tokens", "训练 token 数"), means.ratio * size, "token")
    trace.note(_BEYOND)
    return size


def _afforded(means: Means, trace: Trace) -> Quantity:
    hours = _hours(means, trace)
    trace.cite(*means.accelerator.sources)
    speed = peak_speed(means.accelerator)
    return trace.step("C", Text("compute", "计算量"), hours * speed * means.mfu, "FLOP")


def _hours(means: Means, trace: Trace) -> Quantity:
    label = Text("accelerator-hours", "卡时")
    by_cluster = means.accelerators * means.time if means.accelerators and means.time else None
    if means.budget is None:
        if by_cluster is None:
            raise MissingInputError(
                ["compute", "budget", "accelerators", "time"],
                Text(
                    "Please say what there is to train with: compute, a budget, or accelerators and a time.",
                    "请说明可用的资源：计算量、预算，或加速卡数量与时间。",
                ),
            )
        return trace.step("H", label, by_cluster, "accelerator * hour")
    if means.price is None:
        raise MissingInputError(
            ["price"],
            Text("Please also say the price per accelerator-hour.", "还需要知道每卡时价格。"),
        )
    hours = trace.step("H", label, means.budget / means.price, "accelerator * hour")
    if by_cluster is not None and by_cluster < hours:
        there = in_words(by_cluster, "accelerator * hour")
        raise BadInputError(
            "budget",
            Text(
                f"the budget pays for more than the {there.en} that there are in that time; give one of the two",
                f"预算可买的卡时超过这些卡在该时间内的 {there.zh}；请只给其中一个条件",
            ),
        )
    return hours


OPTIMAL_TOKENS = Calculator(
    name="optimal-tokens",
    title=Text("compute-optimal amount of training data", "算力最优的训练数据量"),
    inputs=ModelSize,
    formula=optimal_tokens,
    unit="token",
    example="--parameters 7B",
)
OPTIMAL_SIZE = Calculator(
    name="optimal-size",
    title=Text("compute-optimal size of a model", "算力最优的模型规模"),
    inputs=Means,
    formula=optimal_size,
    unit="parameter",
    example="--budget '$1 million' --accelerator h100-sxm",
)
