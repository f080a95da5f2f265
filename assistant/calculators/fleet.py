"""From requests a day to accelerators: how many serve the busiest hour, at the speed that users expect."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, number
from assistant.calculators.memory import cards
from assistant.calculators.quantity import Quantity, ceil, constant
from assistant.calculators.roofline import Served, roofline
from assistant.calculators.written import in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic(Served):
    """Requests, and the model that answers them or the measured output speed of one accelerator."""

    requests: Quantity = number(
        Text("requests a day", "每天请求数"), "request / day", "R", most=1e12, unless=("busiest",)
    )
    input_tokens: Quantity = number(
        Text("prompt tokens per request", "每次请求的输入 token 数"), "token / request", "I", default=1000, most=1e7,
        because=Text("a question with some context", "带少量上下文的提问"), above_zero=False,
    )  # fmt: skip
    output_tokens: Quantity = number(
        Text("output tokens per request", "每次请求的输出 token 数"), "token / request", "O", default=300, most=1e6,
        because=Text("an answer of some paragraphs", "几段话的回答"),
    )  # fmt: skip
    busiest: Quantity | None = number(
        Text("requests per second in the busiest hour", "高峰每秒请求数"),
        "request / second",
        "q",
        most=1e9,
        optional=True,
    )
    peak: Quantity = number(
        Text("busiest hour against the average", "高峰与平均之比"), "", "x", default=3, least=1, most=100,
        because=Text("users of one region sleep at the same time", "同一地区的用户作息相近"), unless=("busiest",),
    )  # fmt: skip
    speed: Quantity | None = number(
        Text("measured output speed of one accelerator", "单卡实测输出速度"), "token / second / accelerator", "w",
        most=1e7, optional=True,
    )  # fmt: skip
    price: Quantity | None = number(
        Text("price per accelerator-hour", "每卡时价格"), "CUR / accelerator / hour", "P", most=1e4,
        hourly_price_of="accelerator", optional=True,
    )  # fmt: skip


def fleet_size(traffic: Traffic, trace: Trace) -> Quantity:
    """Replicas = ceil(peak requests per second × (prompt ÷ prefill speed + output ÷ decoding speed)).

    The speeds are those of `serve-speed`, or the measured one, which must include the reading of prompts. Reading and
    writing are taken to share the same accelerators one after the other. No spare for failures or a second region.
    """
    label = Text("requests per second in the busiest hour", "高峰每秒请求数")
    rate = traffic.busiest or trace.step("q", label, traffic.requests * traffic.peak, "request / second")
    if traffic.speed is not None:
        wanted = trace.step(
            "v", Text("output speed wanted", "所需输出速度"), rate * traffic.output_tokens, "token / second"
        )
        count = trace.step("n", _COUNT, ceil(wanted / traffic.speed, "accelerator"), "accelerator")
    else:
        count = _of_replicas(traffic, rate, trace)
    if traffic.price is not None:
        currency = traffic.price.unit.split(" / ")[0]
        trace.step("K", Text("cost", "费用"), count * traffic.price, f"{currency} / month")
    trace.note(
        Text(
            f"{cards(count, traffic.accelerator)} serve the busiest hour. Keep spares for failures and updates.",
            f"高峰需要 {cards(count, traffic.accelerator)}。请另备余量，以应对故障和更新。",
        )
    )
    return count


def _of_replicas(traffic: Traffic, rate: Quantity, trace: Trace) -> Quantity:
    replica = roofline(traffic, trace)
    reading = traffic.input_tokens / replica.prefill
    busy = trace.step(
        "b", Text("time of a replica for one request", "每次请求占用副本的时间"),
        reading + traffic.output_tokens / replica.speed, "second / request",
    )  # fmt: skip
    replicas = trace.step("m", Text("replicas", "副本数"), ceil(rate * busy, ""), "")
    count = trace.step("n", _COUNT, replicas * replica.accelerators, "accelerator")
    first = in_words(reading * constant(1, "request"), "second")
    whole = in_words(traffic.output_tokens * constant(1, "request / sequence") / replica.per_user, "second")
    seen = in_words(replica.per_user, "token / second / sequence")
    trace.note(
        Text(
            f"A prompt is read in {first.en} and the answer written in {whole.en}; the speed is {seen.en}.",
            f"读提示词用 {first.zh}，写完回答用 {whole.zh}；速度为{seen.zh}。",
        )
    )
    return count


_COUNT = Text("accelerators", "加速卡数")

FLEET = Calculator(
    name="fleet",
    title=Text("accelerators for the traffic", "承载流量所需的加速卡"),
    inputs=Traffic,
    formula=fleet_size,
    unit="accelerator",
    example="--requests 100k/day --parameters 8B --accelerator h100-sxm",
)
