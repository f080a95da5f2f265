"""What serving a model takes: speed at a batch, the critical batch, the cost of a million tokens."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, number
from assistant.calculators.precision import weight_precision
from assistant.calculators.quantity import Quantity
from assistant.calculators.roofline import Served, critical_batch, roofline
from assistant.calculators.written import in_words
from corpus.tables import Accelerator


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedAtCost(Served):
    """A model, or the measured speed of an accelerator, and what the hours cost."""

    speed: Quantity | None = number(
        Text("measured output speed of one accelerator", "单卡实测输出速度"), "token / second / accelerator", "w",
        most=1e7, optional=True,
    )  # fmt: skip
    utilisation: Quantity = number(
        Text("share of the paid hours that serve", "付费时间中真正服务的比例"), "percent", "f", default=40, most=100,
        because=Text("vendors report 40% as typical; idle hours are paid too", "厂商称一般为 40%；空闲时间照样付费"),
    )  # fmt: skip
    price: Quantity = number(
        Text("price per accelerator-hour", "每卡时价格"), "CUR / accelerator / hour", "P", most=1e4,
        hourly_price_of="accelerator",
    )  # fmt: skip


def serving_speed(served: Served, trace: Trace) -> Quantity:
    """Output tokens per second of one replica at a batch: share reached × batch ÷ least time of a decoding step.

    A step takes cache ÷ bandwidth + max(2·N·B ÷ peak, weights ÷ bandwidth) (How to Scale Your Model, inference).
    Arithmetic is in BF16 whatever the weights are stored in; communication and scheduling are in the share that is
    reached. An upper figure: what is measured on real traffic replaces it.
    """
    replica = roofline(served, trace)
    edge = critical_batch(served.accelerator, served.precision, trace)
    waits = Text("memory", "显存带宽") if replica.batch < edge else Text("arithmetic", "算力")
    trace.note(
        Text(
            f"At this batch reading the weights waits for {waits.en}; a larger batch costs each user little up to B*.",
            f"这一批量下权重读取受限于{waits.zh}；批量增大到 B* 之前，对单个用户影响不大。",
        )
    )
    return replica.speed


def serving_cost(served: ServedAtCost, trace: Trace) -> Quantity:
    """Cost of a million output tokens = price ÷ (tokens per second × utilisation), and of a million prompt tokens.

    Utilisation is the share of paid hours at the batch that was assumed: what is idle is paid too. Not in it: people,
    network, storage, and requests that fail. A measured speed should be taken with the prompts of real traffic.
    """
    if served.speed is not None:
        rate = served.price / (served.speed * served.utilisation)
        cost = trace.step("K", _OUTPUT, rate, _per_million(served))
        full = in_words(cost * served.utilisation, _per_million(served))
        trace.note(Text(f"With no idle hour it would be {full.en}.", f"若没有空闲时间，为{full.zh}。"))
        return cost
    replica = roofline(served, trace)
    bill = trace.step(
        "H",
        Text("cost of a replica", "一个副本的费用"),
        served.price * replica.accelerators,
        _currency(served) + " / hour",
    )
    prompts = bill / (replica.prefill * served.utilisation)
    trace.step("K_p", Text("cost of a million prompt tokens", "每百万提示 token 的费用"), prompts, _per_million(served))
    cost = trace.step("K", _OUTPUT, bill / (replica.speed * served.utilisation), _per_million(served))
    full = in_words(cost * served.utilisation, _per_million(served))
    trace.note(
        Text(
            f"With no idle hour it would be {full.en}. Twice the batch nearly halves it until B* or memory ends it.",
            f"若没有空闲时间，为{full.zh}。在 B* 或显存用尽之前，批量翻倍几乎使它减半。",
        )
    )
    return cost


_OUTPUT = Text("cost of a million output tokens", "每百万输出 token 的费用")


def _currency(served: ServedAtCost) -> str:
    return served.price.unit.split(" / ")[0]


def _per_million(served: ServedAtCost) -> str:
    return f"{_currency(served)} / Mtoken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An accelerator and the precision of the weights."""

    accelerator: Accelerator = chip(Text("accelerator", "加速卡"))
    precision: str = weight_precision()


def edge(chosen: Edge, trace: Trace) -> Quantity:
    """B* = peak ÷ bandwidth × bytes ÷ 2 (How to Scale Your Model): from here on decoding is bound by arithmetic.

    For the weights alone, with arithmetic in BF16: long contexts stay bound by memory at any batch, because each
    sequence brings a cache of its own.
    """
    found = critical_batch(chosen.accelerator, chosen.precision, trace)
    trace.note(
        Text(
            "Up to it more requests at once cost almost nothing; beyond it every user waits longer.",
            "在此之前增加并发几乎不花钱；超过之后每位用户都会变慢。",
        )
    )
    return found


SERVE = Calculator(
    name="serve",
    title=Text("cost of serving a model", "自建推理的费用"),
    inputs=ServedAtCost,
    formula=serving_cost,
    unit="CUR / Mtoken",
    example="--parameters 8B --accelerator h100-sxm --batch 64",
)
SERVE_SPEED = Calculator(
    name="serve-speed",
    title=Text("speed of serving a model", "自建推理的速度"),
    inputs=Served,
    formula=serving_speed,
    unit="token / second",
    example="--parameters 70B --accelerator h100-sxm --accelerators 4 --batch 32",
)
CRITICAL_BATCH = Calculator(
    name="critical-batch",
    title=Text("critical batch of an accelerator", "加速卡的临界批量"),
    inputs=Edge,
    formula=edge,
    unit="sequence",
    example="--accelerator h100-sxm",
)
