"""How long the cash lasts, and how much of it a time takes."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Curve, Result, Text, Trace, number
from assistant.calculators.errors import BadInputError, MissingInputError, NoValueError
from assistant.calculators.quantity import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """Cash, and what leaves a month: net burn itself, or spending and revenue.

    Without cash, `lasting` says for how long it should be enough.
    """

    cash: Quantity | None = number(Text("cash", "现金"), "CUR", "M", most=1e12, unless=("lasting",))
    burn: Quantity | None = number(
        Text("net burn", "净消耗"), "CUR / month", "b", most=1e11, optional=True, least=None, above_zero=False
    )
    spending: Quantity | None = number(Text("spending", "支出"), "CUR / month", "s", most=1e11, optional=True)
    revenue: Quantity | None = number(
        Text("revenue received", "回款收入"), "CUR / month", "r", most=1e11, optional=True, above_zero=False
    )
    added: Quantity | None = number(
        Text("further spending planned", "计划新增的支出"),
        "CUR / month",
        "x",
        most=1e11,
        optional=True,
        above_zero=False,
    )
    after: Quantity | None = number(
        Text("time to look ahead", "向后推算的时间"), "month", "t", most=240, optional=True, above_zero=False
    )
    lasting: Quantity | None = number(
        Text("time the cash should last", "现金要够用的时间"), "month", "t_n", most=240, optional=True
    )


def runway(cash: Cash, trace: Trace) -> Quantity:
    """Months = cash ÷ net burn, with net burn = cash out − cash in; the cash that a time takes = net burn × time.

    It takes burn and revenue as they are today: with growth of either, with seasons or with payments that come late it
    is only a first figure. It ends at zero cash; a company must act months before.
    """
    currency = next(
        money.currency for money in (cash.cash, cash.burn, cash.spending, cash.revenue, cash.added) if money
    )
    monthly = f"{currency} / month"
    burn = _net_burn(cash, trace, monthly)
    if burn.to(monthly) <= 0:
        raise NoValueError(
            Text(
                "More comes in than goes out: at this rate the cash does not run out.",
                "收入不低于支出：照此下去现金不会耗尽。",
            )
        )
    if cash.cash is None:
        assert cash.lasting is not None  # there unless cash is given
        return trace.step(
            "M_n", Text("cash needed for that time", "撑过这段时间所需的现金"), burn * cash.lasting, currency
        )
    months = trace.step("T", Text("runway", "现金跑道"), cash.cash / burn, "month")
    if cash.lasting:
        missing = Text("cash that is missing for the time wanted", "要撑够所需时间还差的现金")
        trace.step("M_r", missing, burn * cash.lasting - cash.cash, currency)
    if cash.after:
        left = trace.step("M_t", Text("cash left then", "届时剩余现金"), cash.cash - burn * cash.after, currency)
        if left.to(currency) < 0:
            trace.note(Text("The cash does not last that long.", "现金撑不到那个时候。"))
    return months


def _net_burn(cash: Cash, trace: Trace, monthly: str) -> Quantity:
    net = cash.burn
    if cash.spending:
        if net is not None:
            raise BadInputError(
                "spending",
                Text("give either the net burn or spending and revenue, not both", "净消耗与支出、收入只给其中一种"),
            )
        net = cash.spending - cash.revenue if cash.revenue else cash.spending
    if net is None:
        raise MissingInputError(
            ["burn"],
            Text(
                "To work out the runway, please also say the net burn a month.",
                "要算出现金跑道，还需要知道每月净消耗。",
            ),
        )
    if cash.added:
        net = net + cash.added
    return trace.step("B", Text("net burn", "每月净消耗"), net, monthly) if net.parts else net


def _until_zero(result: Result) -> float:
    return next((step.quantity.to("month") for step in result.steps if step.symbol == "T"), 0.0)


RUNWAY = Calculator(
    name="runway",
    title=Text("runway", "现金跑道"),
    inputs=Cash,
    formula=runway,
    unit="month",
    example="--cash '$3M' --spending '$260k/month' --revenue '$60k/month'",
    headlines=(("lasting", "M_n"), ("after", "M_t")),
    curve=Curve("after", ("M_t",), _until_zero, starts_at=0.001),
)
