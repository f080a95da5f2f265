"""What a price that falls by a factor every year will be."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Curve, Result, TableValue, Text, Trace, number
from assistant.calculators.quantity import Quantity, constant, given
from corpus.tables import Tables


def yearly_fall(tables: Tables, _row: str) -> TableValue | None:
    """How many times cheaper a token of the same quality is after a year."""
    row = tables.management_benchmarks["token-price-a16z"]
    because = Text(f"a16z, at equal quality, as of {row.as_of}", f"a16z 测算，同等质量，截至 {row.as_of}")
    return TableValue(row.figures["fall_per_year_multiple"], because, row.sources, row.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """A price of today, how fast it falls, and when it is asked for."""

    price: Quantity = number(Text("price today", "当前单价"), "CUR / Mtoken", "p", most=1e6)
    drop: Quantity | None = number(Text("fall in a year", "每年降幅"), "percent / year", "d", most=99.99, optional=True)
    remaining: Quantity | None = number(
        Text("share left after a year", "一年后剩下的比例"), "percent / year", "r", most=100, optional=True
    )
    fall: Quantity | None = number(
        Text("times cheaper after a year", "每年降至几分之一"), "", "k", least=1, most=1e4, lookup=yearly_fall,
        unless=("drop", "remaining"),
    )  # fmt: skip
    time: Quantity = number(
        Text("time from now", "时间"), "month", "t", default=12, most=240, above_zero=False,
        because=Text("a year", "一年"),
    )  # fmt: skip


def price_after(decline: Decline, trace: Trace) -> Quantity:
    """p(t) = p ÷ k^(t ÷ 1 year) with k = 1 ÷ (1 − d) for a fall of d in a year; k = 10 in the series of a16z (2024),
    for one fixed quality.

    It stops being true for the best models, whose price does not fall like this, and an exponential is no law: other
    series put k anywhere from 9 to 900 a year. Test a plan with a smaller k.
    """
    trace.fact("token-price-caveat")
    trace.note(
        Text(
            "Holds for a fixed quality; the best models stay about as dear as the best ones were.",
            "只适用于固定的质量水平；最好的模型始终与过去最好的模型差不多贵。",
        )
    )
    year = given(1, "year", "a")
    years = trace.step("y", Text("time in years", "年数"), decline.time / year, "")
    fall = _times_cheaper(decline, year, trace)
    return trace.step("p_t", Text("price then", "届时单价"), decline.price / fall**years, decline.price.unit)


def _times_cheaper(decline: Decline, year: Quantity, trace: Trace) -> Quantity:
    """How many times cheaper a year makes it, however that was said."""
    if decline.fall is not None:
        return decline.fall
    left = decline.remaining * year if decline.remaining is not None else None
    left = constant(1) - decline.drop * year if decline.drop is not None else left
    assert left is not None  # one of the three is there
    return trace.step("k", Text("times cheaper after a year", "每年降至几分之一"), constant(1) / left, "")


def _asked_time(result: Result) -> float:
    time = next(read.value for read in result.inputs if read.name == "time")
    return time.to("month") if isinstance(time, Quantity) else 12.0


PRICE_DECLINE = Calculator(
    name="price-decline",
    title=Text("price of tokens in the future", "未来的 token 单价"),
    inputs=Decline,
    formula=price_after,
    unit="CUR / Mtoken",
    example="--price '$10/Mtok' --time 2years",
    curve=Curve("time", ("p_t",), _asked_time),
)
