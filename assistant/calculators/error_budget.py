"""How much failure a service target allows, and how fast it is used up."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, number
from assistant.calculators.errors import BadInputError
from assistant.calculators.quantity import Quantity, constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target over a window, and perhaps what is known of the errors."""

    target: Quantity = number(Text("service target (SLO)", "可用性目标（SLO）"), "percent", "SLO", most=99.9999999)
    window: Quantity = number(
        Text("window", "统计窗口"), "day", "W", default=30, most=366, because=Text("a usual window", "常用窗口")
    )
    errors: Quantity | None = number(
        Text("share of requests that fail now", "当前错误率"), "percent", "e", most=100, optional=True
    )
    burn_rate: Quantity | None = number(Text("burn rate", "消耗速率"), "", "b", most=1e6, optional=True)
    downtime: Quantity | None = number(
        Text("downtime so far", "已发生的停机"), "minute", "d", most=1e6, optional=True, above_zero=False
    )


def error_budget(target: Target, trace: Trace) -> Quantity:
    """Budget = (1 − SLO) × window; burn rate = error rate ÷ (1 − SLO); it is empty after window ÷ burn rate.

    Definitions of site reliability engineering (see the sources for burn-rate alerts). Minutes treat every minute
    alike; where traffic varies, count requests. A supplier's own target cannot be beaten by a service that needs it.
    """
    share = constant(1) - target.target
    budget = trace.step("B", Text("error budget", "错误预算"), share * target.window, "minute")
    if target.downtime:
        left = trace.step("L", Text("left of the error budget", "剩余的错误预算"), budget - target.downtime, "minute")
        if left.to("minute") < 0:
            trace.note(Text("The target has been missed.", "目标已经无法达成。"))
    rate = target.burn_rate
    if target.errors:
        if rate:
            raise BadInputError(
                "burn_rate", Text("give the error rate or the burn rate, not both", "错误率与消耗速率只给其中一种")
            )
        rate = trace.step("b", Text("burn rate", "消耗速率"), target.errors / (constant(1) - target.target), "")
    if rate:
        trace.step("t", Text("time until the budget is empty", "预算耗尽所需时间"), target.window / rate, "hour")
        alert = trace.fact("burn-rate-alerts").figures
        if alert["page_multiple"] <= rate.to(""):
            trace.note(
                Text(
                    f"That is at or above {alert['page_multiple']:g}, at which a common alert fires.",
                    f"已达到常见告警阈值 {alert['page_multiple']:g}。",
                )
            )
    return budget


ERROR_BUDGET = Calculator(
    name="error-budget",
    title=Text("error budget of a service target", "可用性目标的错误预算"),
    inputs=Target,
    formula=error_budget,
    unit="minute",
    example="--target 99.9% --window 30days --errors 0.5%",
    headlines=(("downtime", "L"), ("errors", "t"), ("burn_rate", "t")),
)
