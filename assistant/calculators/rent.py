"""What accelerators cost when they are simply rented: so many for so long, or so many accelerator-hours."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, number
from assistant.calculators.errors import MissingInputError
from assistant.calculators.quantity import Quantity
from corpus.tables import Accelerator


@dataclass(frozen=True, slots=True, kw_only=True)
class Rent:
    """Accelerator-hours themselves, or accelerators and a time."""

    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    accelerators: Quantity | None = number(
        Text("number of accelerators", "加速卡数量"), "accelerator", "G", least=1, most=1e6, optional=True
    )
    time: Quantity | None = number(Text("time", "时间"), "day", "t", most=36500, optional=True)
    hours: Quantity | None = number(
        Text("accelerator-hours", "卡时"), "accelerator * hour", "H", most=1e12, optional=True
    )
    price: Quantity = number(
        Text("price per accelerator-hour", "每卡时价格"), "CUR / accelerator / hour", "P", most=1e4,
        hourly_price_of="accelerator",
    )  # fmt: skip


def rent_bill(rent: Rent, trace: Trace) -> Quantity:
    """Money = accelerators × hours × price. Idle hours are billed; storage and network are not in it.

    :raises MissingInputError: when neither hours nor accelerators with a time are given.
    """
    hours = rent.hours
    if hours is None:
        if rent.accelerators is None or rent.time is None:
            raise MissingInputError(
                ["accelerators", "time"],
                Text(
                    "To work out the rent, please also say how many accelerators and for how long.",
                    "要算出租金，还需要知道：加速卡数量和租用时间。",
                ),
            )
        label = Text("accelerator-hours", "卡时")
        hours = trace.step("H", label, rent.accelerators * rent.time, "accelerator * hour")
    return trace.step("K", Text("rent", "租金"), hours * rent.price, rent.price.unit.split(" / ")[0])


RENT = Calculator(
    name="rent",
    title=Text("bill for rented accelerators", "租用加速卡的费用"),
    inputs=Rent,
    formula=rent_bill,
    unit="CUR",
    example="--accelerator h100-sxm --accelerators 8 --time 90days",
)
