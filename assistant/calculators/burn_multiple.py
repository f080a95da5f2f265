"""How much cash a company burns for each unit of recurring revenue it adds."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, number
from assistant.calculators.errors import BadInputError, MissingInputError, NoValueError
from assistant.calculators.quantity import Quantity

# Rows of the benchmarks, from the lowest multiple, with what each is called in Chinese.
_BANDS = (("amazing", "极好"), ("great", "优秀"), ("good", "良好"), ("suspect", "可疑"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Net burn and net new ARR of the same window; the burn in all, or a month of it and the window."""

    new_arr: Quantity = number(Text("net new ARR", "净新增 ARR"), "CUR", "A", most=1e12, least=None, above_zero=False)
    burn: Quantity | None = number(
        Text("net burn in the window", "期间净消耗"), "CUR", "B", most=1e12, optional=True, least=None, above_zero=False
    )
    monthly_burn: Quantity | None = number(
        Text("net burn a month", "每月净消耗"), "CUR / month", "b", most=1e11, optional=True, least=None,
        above_zero=False,
    )  # fmt: skip
    window: Quantity = number(
        Text("window", "期间"), "month", "t", default=12, most=120, because=Text("a year", "一年")
    )


def burn_multiple(growth: Growth, trace: Trace) -> Quantity:
    """Burn multiple = net burn ÷ net new ARR of the same window (David Sacks, 2020).

    Undefined without growth. It flatters a company whose window is short and had one large contract, and it judges an
    early company with little revenue too hard; the bands are one practitioner's scale, not a study.
    """
    money = growth.new_arr.currency
    if growth.burn and growth.monthly_burn:
        raise BadInputError(
            "monthly_burn", Text("give the burn in all or by the month, not both", "总消耗与每月消耗只给其中一种")
        )
    burn = growth.burn
    if growth.monthly_burn:
        burn = trace.step("B", Text("net burn in the window", "期间净消耗"), growth.monthly_burn * growth.window, money)
    if burn is None:
        raise MissingInputError(
            ["burn"],
            Text(
                "To work out the burn multiple, please also say the net burn of the same time.",
                "要算出烧钱倍数，还需要知道同一期间的净消耗。",
            ),
        )
    if growth.new_arr.to(money) <= 0:
        raise NoValueError(
            Text(
                "No recurring revenue was added, so there is no burn multiple: all of the burn bought nothing.",
                "没有新增经常性收入，烧钱倍数无从算起：消耗的现金没有换来增长。",
            )
        )
    multiple = trace.step("m", Text("burn multiple", "烧钱倍数"), burn / growth.new_arr, "")
    name, name_zh = _band(multiple.to(""), trace)
    trace.note(
        Text(
            f"On the scale of one practitioner that counts as {name}.",
            f"按一位从业者的分档，属于{name_zh}。",
        )
    )
    return multiple


def _band(multiple: float, trace: Trace) -> tuple[str, str]:
    for name, name_zh in _BANDS:
        figures = trace.fact(f"burn-{name}").figures
        if multiple < figures.get("below_multiple", figures.get("high_multiple", 0.0)):
            return name, name_zh
    trace.fact("burn-bad")
    return "bad", "差"


BURN_MULTIPLE = Calculator(
    name="burn-multiple",
    title=Text("burn multiple", "烧钱倍数"),
    inputs=Growth,
    formula=burn_multiple,
    unit="",
    example="--monthly-burn '$250k/month' --window 12months --new-arr '$2M'",
)
