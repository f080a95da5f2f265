"""After how long buying an accelerator is cheaper than renting it."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Curve, Result, Text, Trace, chip, number
from assistant.calculators.calendar import HOURS_A_MONTH
from assistant.calculators.errors import BadInputError, NoValueError
from assistant.calculators.prices import board_power, purchase_price
from assistant.calculators.quantity import Quantity, constant
from assistant.calculators.written import write_quantity
from corpus.tables import Accelerator

# No card costs less than so many hours of its rent: four days.
_FEWEST_HOURS = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RentOrBuy:
    """One accelerator, rented by the hour or bought and run."""

    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    price: Quantity = number(
        Text("rent per accelerator-hour", "每卡时租金"), "CUR / accelerator / hour", "P", most=1e4,
        hourly_price_of="accelerator",
    )  # fmt: skip
    purchase: Quantity = number(
        Text("purchase price of a card", "单卡购买价"), "CUR / accelerator", "B", most=1e8,
        lookup=purchase_price, lookup_of="accelerator",
    )  # fmt: skip
    extra: Quantity | None = number(
        Text("server, network and installation per card", "每卡分摊的服务器、网络与安装"), "CUR / accelerator", "X",
        most=1e8, optional=True, above_zero=False,
    )  # fmt: skip
    use: Quantity = number(
        Text("share of hours in use", "使用时间占比"), "percent", "u", default=100, most=100,
        because=Text("around the clock, the case in which buying does best", "全天候使用，对购买最有利"),
    )  # fmt: skip
    running: Quantity | None = number(
        Text("running cost of an hour in use, electricity included", "使用中每小时的运行成本（含电费）"),
        "CUR / accelerator / hour", "o", most=1e4, optional=True, above_zero=False,
    )  # fmt: skip
    power: Quantity = number(
        Text("power draw", "功耗"), "W / accelerator", "W", most=1e5, lookup=board_power, lookup_of="accelerator",
        unless=("running",),
    )  # fmt: skip
    pue: Quantity = number(
        Text("data centre overhead (PUE)", "机房能耗系数（PUE）"), "", "PUE", default=1.3, least=1, most=3,
        because=Text("between 1.1 of large operators and 1.5 of ordinary rooms", "大型机房 1.1 与普通机房 1.5 之间"),
        unless=("running",),
    )  # fmt: skip
    electricity: Quantity | None = number(
        Text("electricity price", "电价"), "CUR / kWh", "E", default=0.1, most=100, optional=True,
        unless=("running",),
        because=Text("usual for firms in the United States; yours is on the bill", "美国企业的常见电价，请以账单为准"),
    )  # fmt: skip
    hosting: Quantity | None = number(
        Text("hosting and staff per card", "每卡分摊的托管与人员"), "CUR / accelerator / month", "Z", most=1e6,
        optional=True, above_zero=False,
    )  # fmt: skip
    resale: Quantity = number(
        Text("resale value", "残值率"), "percent", "r", default=0, most=99, above_zero=False,
        because=Text("no resale counted on", "不计残值"),
    )  # fmt: skip
    months: Quantity | None = number(Text("months to compare", "比较的月数"), "month", "t", most=240, optional=True)


def break_even_months(choice: RentOrBuy, trace: Trace) -> Quantity:
    """t* = (B + X)·(1 − r) ÷ (P·h·u − W·PUE·E·h·u − Z) months, with h the hours of a month and u the share in use.

    A stated running cost of an hour in use, o, takes the place of W·PUE·E. Rent is paid for the hours in use only. It
    stops being true when a newer generation makes the bought card obsolete before t*, when rents fall meanwhile, and it
    knows no cost of capital.
    """
    _check_prices(choice)
    monthly = f"{choice.price.currency} / accelerator / month"
    paid = choice.purchase + choice.extra if choice.extra else choice.purchase
    if choice.resale.to("") > 0:
        paid = paid * (constant(1) - choice.resale)
    paid = trace.step("I", Text("outlay", "购置支出"), paid, f"{choice.price.currency} / accelerator")
    rent = trace.step("R", Text("rent for a month", "每月租金"), choice.price * HOURS_A_MONTH * choice.use, monthly)
    running = _running_cost(choice, trace, monthly)
    if rent <= running:
        raise NoValueError(
            Text(
                f"Running a card of one's own costs {write_quantity(running, 'en')}, renting one "
                f"{write_quantity(rent, 'en')}: buying never pays.",
                f"自有卡的运行费用为{write_quantity(running, 'zh')}，租用为{write_quantity(rent, 'zh')}，"
                "购买永远不会回本。",
            )
        )
    even = trace.step("t*", Text("break-even", "回本时间"), paid / (rent - running), "month")
    trace.step("h*", Text("hours of use until then", "届时的使用小时数"), even * HOURS_A_MONTH * choice.use, "hour")
    if choice.months:
        money = f"{choice.price.currency} / accelerator"
        trace.step("R_t", Text("rent in that time", "期间租金"), rent * choice.months, money)
        trace.step("O_t", Text("own card in that time", "期间自有成本"), paid + running * choice.months, money)
    _say_what_limits(choice, even, trace)
    return even


def _check_prices(choice: RentOrBuy) -> None:
    """:raises BadInputError: when a card would cost what a few days of rent do: one of the two is another amount."""
    if choice.purchase < choice.price * constant(_FEWEST_HOURS, "hour"):
        bought, rented = write_quantity(choice.purchase, "en"), write_quantity(choice.price, "en")
        raise BadInputError(
            "purchase",
            Text(
                f"A card for {bought} cannot be meant when one rents for {rented}.",
                f"每卡时租金{write_quantity(choice.price, 'zh')}的卡，购买价不可能只是"
                f"{write_quantity(choice.purchase, 'zh')}。",
            ),
        )


def _running_cost(choice: RentOrBuy, trace: Trace, monthly: str) -> Quantity:
    label = Text("running cost of an own card", "自有卡每月运行费")
    parts: list[Quantity] = []
    if choice.running:
        parts.append(choice.running * HOURS_A_MONTH * choice.use)
    elif choice.electricity:
        parts.append(choice.power * choice.pue * choice.electricity * HOURS_A_MONTH * choice.use)
    if choice.hosting:
        parts.append(choice.hosting)
    if not parts:
        trace.note(Text("Electricity and hosting are not counted.", "未计入电费与托管费。"))
        return trace.step("O", label, constant(0, monthly), monthly)
    return trace.step("O", label, parts[0] + parts[1] if len(parts) == 2 else parts[0], monthly)


def _say_what_limits(choice: RentOrBuy, even: Quantity, trace: Trace) -> None:
    if choice.extra is None:
        trace.note(
            Text(
                "A card does not run alone: server, network and installation are not counted.",
                "单卡无法独立运行，服务器、网络与安装费用未计入。",
            )
        )
    generation = trace.fact("gpu-generation")
    life = generation.figures["contract_years"] * 12
    if even.to("month") > life:
        trace.note(
            Text(
                f"That is longer than the usual contract of {life:g} months; a new generation comes every "
                f"{generation.figures['low_months']:g} to {generation.figures['high_months']:g} months.",
                f"这比常见的 {life:g} 个月合同还长；新一代加速卡每 {generation.figures['low_months']:g} 到 "
                f"{generation.figures['high_months']:g} 个月就会出现。",
            )
        )


def _twice_break_even(result: Result) -> float:
    return 2 * result.value.to("month")


RENT_VS_BUY = Calculator(
    name="rent-vs-buy",
    title=Text("time after which buying beats renting", "购买比租用划算所需的时间"),
    inputs=RentOrBuy,
    formula=break_even_months,
    unit="month",
    example="--accelerator h100-sxm --price '$2.5/h' --purchase '$30k' --extra '$12k'",
    curve=Curve("months", ("R_t", "O_t"), _twice_break_even, starts_at=0.01),
)
