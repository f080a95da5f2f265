"""What accelerators cost on demand, reserved and on spot terms, and from which use reserving pays."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Curve, Text, Trace, chip, number
from assistant.calculators.calendar import HOURS_A_MONTH
from assistant.calculators.prices import reserved_price, spot_price
from assistant.calculators.quantity import Quantity, constant, smallest
from corpus.tables import Accelerator


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Accelerators, the share of hours they are needed, and their prices on three terms."""

    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    accelerators: Quantity = number(
        Text("number of accelerators", "加速卡数量"), "accelerator", "G", default=1, least=1, most=1e6,
        because=Text("for one", "按一张卡计"),
    )  # fmt: skip
    use: Quantity = number(
        Text("share of hours needed", "使用时间占比"),
        "percent",
        "u",
        default=100,
        most=100,
        because=Text("around the clock", "全天候使用"),
    )
    price: Quantity = number(
        Text("price on demand", "按需价"), "CUR / accelerator / hour", "P", most=1e4, hourly_price_of="accelerator"
    )
    reserved_price: Quantity = number(
        Text("price reserved", "预留价"), "CUR / accelerator / hour", "P_r", most=1e4,
        lookup=reserved_price, lookup_of="accelerator",
    )  # fmt: skip
    spot_price: Quantity | None = number(
        Text("price on spot terms", "竞价"), "CUR / accelerator / hour", "P_s", most=1e4,
        lookup=spot_price, lookup_of="accelerator", optional=True,
    )  # fmt: skip
    lost: Quantity = number(
        Text("work repeated after interruptions of spot", "竞价中断后的重复工作"), "percent", "l", default=10,
        most=1000, above_zero=False, because=Text("with checkpoints and restarts that work", "有检查点且能自动恢复"),
    )  # fmt: skip


def cheapest_terms(terms: Terms, trace: Trace) -> Quantity:
    """The lowest of G·P·h·u on demand, G·P_r·h reserved, G·P_s·h·u·(1 + l) on spot terms; h is the hours of a month.

    Reserved hours are paid whether used or not, so reserving pays above a use of P_r ÷ P. Arithmetic on offers; it
    stops being true where spot machines cannot be had when needed, and beyond the term of a reservation.
    """
    monthly = f"{terms.price.currency} / month"
    hours = terms.accelerators * HOURS_A_MONTH
    bills = [
        (
            Text("on demand", "按需"),
            trace.step("K_d", Text("on demand", "按需"), hours * terms.use * terms.price, monthly),
        ),
        (
            Text("reserved", "预留"),
            trace.step("K_r", Text("reserved", "预留"), hours * terms.reserved_price, monthly),
        ),
    ]
    if terms.spot_price:
        spot = hours * terms.use * terms.spot_price * (constant(1) + terms.lost)
        bills.append((Text("on spot terms", "竞价"), trace.step("K_s", Text("spot", "竞价"), spot, monthly)))
    even = trace.step(
        "u*", Text("use above which reserving beats on demand", "预留优于按需的使用率"),
        terms.reserved_price / terms.price, "percent",
    )  # fmt: skip
    if constant(1) < even:
        trace.note(Text("Reserving never pays at these prices.", "按这些价格，预留永远不划算。"))
    best = min(bills, key=lambda bill: bill[1].to(monthly))[0]
    trace.note(Text(f"Cheapest: {best.en}.", f"最便宜的是：{best.zh}。"))
    return trace.step("K", Text("cheapest bill for a month", "最低每月费用"), smallest(*[b for _, b in bills]), monthly)


RESERVED_VS_SPOT = Calculator(
    name="reserved-vs-spot",
    title=Text("lowest monthly bill for rented accelerators", "租用加速卡的最低每月费用"),
    inputs=Terms,
    formula=cheapest_terms,
    unit="CUR / month",
    example="--accelerator h100-sxm --accelerators 16 --use 60%",
    curve=Curve("use", ("K_d", "K_r", "K_s"), lambda result: 100.0, starts_at=0.01),
)
