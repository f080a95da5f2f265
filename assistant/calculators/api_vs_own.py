"""From how many tokens a month own accelerators are cheaper than a model API."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Curve, Result, Text, Trace, api_model, chip, number
from assistant.calculators.calendar import HOURS_A_MONTH
from assistant.calculators.errors import NoValueError
from assistant.calculators.prices import api_price
from assistant.calculators.quantity import Quantity, ceil, constant, largest
from assistant.calculators.written import write_quantity
from corpus.tables import Accelerator, ApiPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOrOwn:
    """An API's prices on one side, accelerators that run all month on the other."""

    model: ApiPrice | None = api_model(Text("model of the API", "API 模型"), optional=True)
    input_price: Quantity = number(
        Text("price of input tokens", "输入 token 单价"), "CUR / Mtoken", "p_i", most=1e5, above_zero=False,
        lookup=api_price("input"), lookup_of="model",
    )  # fmt: skip
    output_price: Quantity = number(
        Text("price of output tokens", "输出 token 单价"), "CUR / Mtoken", "p_o", most=1e5,
        lookup=api_price("output"), lookup_of="model",
    )  # fmt: skip
    output_share: Quantity = number(
        Text("share of output among all tokens", "输出占全部 token 的比例"), "percent", "o", default=25, most=100,
        above_zero=False, because=Text("three tokens read for each one written", "每生成 1 个 token 约读入 3 个"),
    )  # fmt: skip
    server: Quantity | None = number(
        Text("fixed price of the own server", "自有服务器的固定费用"), "CUR / month", "S", most=1e9, optional=True
    )
    accelerator: Accelerator | None = chip(Text("accelerator", "加速卡"), default="h100-sxm", unless=("server",))
    accelerators: Quantity = number(
        Text("number of accelerators", "加速卡数量"), "accelerator", "G", default=8, least=1, most=1e6,
        because=Text("one server", "一台服务器"),
    )  # fmt: skip
    price: Quantity | None = number(
        Text("price per accelerator-hour", "每卡时价格"), "CUR / accelerator / hour", "P", most=1e4,
        hourly_price_of="accelerator", unless=("server",),
    )  # fmt: skip
    operations: Quantity | None = number(
        Text("people and other fixed costs", "运维人员等固定费用"), "CUR / month", "F", most=1e9, optional=True,
        above_zero=False,
    )  # fmt: skip
    speed: Quantity | None = number(
        Text("tokens per second and accelerator, read and written", "每卡每秒处理的 token（输入加输出）"),
        "token / second / accelerator", "v", most=1e7, optional=True,
    )  # fmt: skip
    tokens: Quantity | None = number(
        Text("tokens a month", "每月 token 数"), "token / month", "T", most=1e18, optional=True
    )


def break_even_tokens(choice: ApiOrOwn, trace: Trace) -> Quantity:
    """T* = (G·P·h + F) ÷ (p_i·(1 − o) + p_o·o) tokens a month, with h the hours of a month; S for G·P·h where a server
    has a fixed price.

    Above T* the machines are cheaper, if they can serve that many: with `speed`, their cost at full load is compared
    first. Arithmetic; it stops being true where the open model needs more tokens or attempts than the API's for the
    same work, and idle hours of the machines are only seen through the tokens they did not serve.
    """
    monthly = f"{choice.input_price.currency} / month"
    blend = trace.step(
        "p",
        Text("API price, input and output mixed", "API 混合单价"),
        choice.input_price * (constant(1) - choice.output_share) + choice.output_price * choice.output_share,
        f"{choice.input_price.currency} / Mtoken",
    )
    rent = _rent(choice, choice.accelerators)
    own = trace.step(
        "K",
        Text("own accelerators for a month", "自有加速卡每月费用"),
        rent + choice.operations if choice.operations else rent,
        monthly,
    )
    capacity = _capacity(choice, own, blend, trace)
    even = trace.step("T*", Text("break-even", "盈亏平衡点"), own / blend, "token / month")
    if choice.tokens:
        _compare(choice, blend, own, capacity, trace)
    return even


def _rent(choice: ApiOrOwn, accelerators: Quantity) -> Quantity:
    """What the machines cost a month, without people; a server of fixed price is one, and whole."""
    if choice.server is not None:
        return choice.server
    assert choice.price is not None  # there unless there is a server
    return accelerators * choice.price * HOURS_A_MONTH


def _capacity(choice: ApiOrOwn, own: Quantity, blend: Quantity, trace: Trace) -> Quantity | None:
    """What one accelerator serves in a month; none is known without `speed`."""
    if choice.speed is None:
        trace.note(
            Text(
                "Whether these accelerators can serve so many tokens was not checked: say their tokens per second.",
                "没有核对这些加速卡能否处理这么多 token，请给出每卡每秒的 token 数。",
            )
        )
        return None
    capacity = trace.step(
        "c",
        Text("what one accelerator serves at most", "每卡每月最多处理"),
        choice.speed * HOURS_A_MONTH,
        "token / month / accelerator",
    )
    full = trace.step(
        "k",
        Text("own cost at full load", "自有满载单价"),
        own / (choice.accelerators * capacity),
        f"{choice.input_price.currency} / Mtoken",
    )
    if blend <= full:
        needed = (own / (choice.accelerators * HOURS_A_MONTH * blend)).named("v", "token / second / accelerator")
        raise NoValueError(
            Text(
                f"Own accelerators cost {write_quantity(full, 'en')} even at full load, the API "
                f"{write_quantity(blend, 'en')}: they never pay. It would take {write_quantity(needed, 'en')}.",
                f"自有加速卡即使满载也要{write_quantity(full, 'zh')}，API 为{write_quantity(blend, 'zh')}，"
                f"不可能回本。要回本需达到{write_quantity(needed, 'zh')}。",
            )
        )
    return capacity


def _compare(choice: ApiOrOwn, blend: Quantity, own: Quantity, capacity: Quantity | None, trace: Trace) -> None:
    if choice.tokens is None:
        return
    monthly = f"{choice.input_price.currency} / month"
    api = trace.step("A", Text("API for a month", "API 每月费用"), choice.tokens * blend, monthly)
    if capacity is not None:
        needed = trace.step(
            "G'",
            Text("accelerators needed", "需要的加速卡"),
            largest(choice.accelerators, ceil(choice.tokens / capacity, "accelerator")),
            "accelerator",
        )
        rent = _rent(choice, needed)
        if choice.server is not None:
            rent = rent * ceil(needed / choice.accelerators, "")
        total = rent + choice.operations if choice.operations else rent
    else:
        total = own
    own = trace.step("O", Text("own accelerators for so many tokens", "处理这些 token 的自有费用"), total, monthly)
    cheaper = Text("the API is", "API 更") if api < own else Text("own accelerators are", "自有加速卡更")
    trace.note(Text(f"At this traffic {cheaper.en} cheaper.", f"按这个流量，{cheaper.zh}便宜。"))


def _twice_break_even(result: Result) -> float:
    return 2 * result.value.to("token / month")


API_VS_OWN = Calculator(
    name="api-vs-own",
    title=Text("break-even between an API and own accelerators", "API 与自有加速卡的盈亏平衡点"),
    inputs=ApiOrOwn,
    formula=break_even_tokens,
    unit="token / month",
    example="--model gpt-5-mini --accelerator h100-sxm --accelerators 8 --speed 2000/s --tokens 20B/month",
    curve=Curve("tokens", ("A", "O"), _twice_break_even, starts_at=0.01),
)
