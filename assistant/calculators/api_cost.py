"""The monthly bill of a model API, from traffic and the model's prices."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, api_model, number
from assistant.calculators.prices import api_price
from assistant.calculators.quantity import Quantity, constant
from corpus.tables import ApiPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTraffic:
    """Requests, their length, and what a token costs: by a model of the table or by prices of one's own."""

    requests: Quantity = number(Text("requests", "请求量"), "request / month", "R", most=1e15)
    input_tokens: Quantity = number(
        Text("input tokens per request", "每次请求的输入 token"), "token / request", "i", most=1e12, above_zero=False
    )
    output_tokens: Quantity = number(
        Text("output tokens per request", "每次请求的输出 token"), "token / request", "o", most=1e12, above_zero=False
    )
    model: ApiPrice | None = api_model(Text("model", "模型"), optional=True)
    input_price: Quantity = number(
        Text("price of input tokens", "输入 token 单价"), "CUR / Mtoken", "p_i", most=1e5, above_zero=False,
        lookup=api_price("input"), lookup_of="model",
    )  # fmt: skip
    output_price: Quantity = number(
        Text("price of output tokens", "输出 token 单价"), "CUR / Mtoken", "p_o", most=1e5, above_zero=False,
        lookup=api_price("output"), lookup_of="model",
    )  # fmt: skip
    cached: Quantity = number(
        Text("share of input served from the cache", "输入命中缓存的比例"), "percent", "c", default=0, most=100,
        above_zero=False, because=Text("no cache counted on", "不考虑缓存"),
    )  # fmt: skip
    cached_price: Quantity | None = number(
        Text("price of cached input tokens", "缓存命中的输入单价"), "CUR / Mtoken", "p_c", most=1e5, above_zero=False,
        lookup=api_price("cached_input"), lookup_of="model", optional=True, only_with="cached",
    )  # fmt: skip


def api_bill(traffic: ApiTraffic, trace: Trace) -> Quantity:
    """Bill = R·(i·(1 − c)·p_i + i·c·p_c + o·p_o), arithmetic on a price list.

    It stops being true with price steps for long prompts, batch discounts, minimum charges, fees for images or tools,
    and hidden reasoning tokens, which are billed as output and must be counted in `o`.
    """
    monthly = f"{traffic.input_price.currency} / month"
    sent = trace.step("I", Text("input tokens", "输入 token"), traffic.requests * traffic.input_tokens, "token / month")
    made = trace.step(
        "O", Text("output tokens", "输出 token"), traffic.requests * traffic.output_tokens, "token / month"
    )
    fresh, cached = sent * traffic.input_price, None
    if traffic.cached.to("") > 0 and traffic.cached_price:
        fresh = sent * (constant(1) - traffic.cached) * traffic.input_price
        cached = trace.step(
            "K_c", Text("cached input", "缓存输入费用"), sent * traffic.cached * traffic.cached_price, monthly
        )
    elif traffic.cached.to("") > 0:
        trace.note(
            Text(
                "No price of cached input is known; it is counted at the full price.",
                "没有缓存命中的价格，按全价计算。",
            )
        )
    bill = trace.step("K_i", Text("input", "输入费用"), fresh, monthly)
    answers = trace.step("K_o", Text("output", "输出费用"), made * traffic.output_price, monthly)
    if traffic.model and traffic.model.retired:
        trace.note(Text(f"{traffic.model.name} is retired.", f"{traffic.model.name} 已停用。"))
    total = bill + answers if cached is None else bill + cached + answers
    whole = trace.step("K", Text("bill for a month", "每月账单"), total, monthly)
    trace.step(
        "k", Text("cost of a request", "每次请求的费用"), whole / traffic.requests, monthly.replace("month", "request")
    )
    return whole


API_COST = Calculator(
    name="api-cost",
    title=Text("monthly bill of a model API", "模型 API 的每月账单"),
    inputs=ApiTraffic,
    formula=api_bill,
    unit="CUR / month",
    example="--model gpt-5-mini --requests 50k/day --input-tokens 1500 --output-tokens 400",
)
