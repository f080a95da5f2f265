"""What a customer is worth and what winning one costs: lifetime value, payback time, and their ratio."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, number
from assistant.calculators.errors import BadInputError, MissingInputError, NoValueError
from assistant.calculators.quantity import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What is left of what a customer pays: as it is, or with a margin or the cost of serving one."""

    profit: Quantity | None = number(
        Text("gross profit per customer", "每位客户毛利"), "CUR / customer / month", "p", most=1e8, optional=True
    )
    revenue: Quantity | None = number(
        Text("revenue per customer", "每位客户收入"), "CUR / customer / month", "a", most=1e8, unless=("profit",)
    )
    margin: Quantity | None = number(
        Text("gross margin", "毛利率"), "percent", "g", most=100, optional=True, least=None, above_zero=False
    )
    serving: Quantity | None = number(
        Text("cost of serving a customer", "服务每位客户的成本"), "CUR / customer / month", "c", most=1e8,
        optional=True, above_zero=False,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime(Margin):
    """A customer until they leave."""

    churn: Quantity = number(Text("customers lost a month", "每月客户流失率"), "percent / month", "q", most=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition(Margin):
    """A customer and what winning them cost."""

    cac: Quantity = number(Text("cost of winning a customer", "获客成本"), "CUR / customer", "K", most=1e9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer(Lifetime):
    """A customer from being won until they leave."""

    cac: Quantity = number(Text("cost of winning a customer", "获客成本"), "CUR / customer", "K", most=1e9)


def lifetime_value(customer: Lifetime, trace: Trace) -> Quantity:
    """LTV = ARPA × gross margin ÷ churn, the usual definition.

    It takes the margin, never revenue, and a churn that stays as it is: with few months of data, with contracts of a
    year or with customers who buy more over time it is a guess.
    """
    profit = _gross_profit(customer, trace)
    return trace.step(
        "LTV",
        Text("lifetime value", "客户终身价值"),
        profit / customer.churn,
        f"{profit.currency} / customer",
    )


def payback(customer: Acquisition, trace: Trace) -> Quantity:
    """Payback = CAC ÷ (ARPA × gross margin) in months, the usual definition.

    It leaves out customers who go before it is reached, and is only as honest as the CAC: people in sales and marketing
    belong into it.
    """
    profit = _gross_profit(customer, trace)
    return _payback(customer.cac, profit, trace)


def value_to_cost(customer: Customer, trace: Trace) -> Quantity:
    """LTV ÷ CAC, with LTV = ARPA × gross margin ÷ churn and payback = CAC ÷ (ARPA × gross margin).

    The usual definitions. The churn is taken to stay as it is: with few months of data or contracts of a year it is a
    guess. The cost of winning a customer is only honest with the people of sales and marketing in it.
    """
    profit = _gross_profit(customer, trace)
    value = trace.step(
        "LTV",
        Text("lifetime value", "客户终身价值"),
        profit / customer.churn,
        f"{profit.currency} / customer",
    )
    _payback(customer.cac, profit, trace)
    goal = trace.fact("ltv-cac").figures["minimum_ratio"]
    trace.note(Text(f"The common baseline for LTV/CAC is {goal:g}.", f"LTV/CAC 的常用底线是 {goal:g}。"))
    return trace.step("x", Text("LTV/CAC", "LTV/CAC"), value / customer.cac, "")


def _payback(cac: Quantity, profit: Quantity, trace: Trace) -> Quantity:
    usual = trace.fact("cac-payback").figures
    months = trace.step("t", Text("payback of the acquisition cost", "获客回收期"), cac / profit, "month")
    good, workable = usual["good_months"], usual["workable_months"]
    trace.note(
        Text(
            f"A payback under {good:g} months counts as efficient, up to {workable:g} as workable.",
            f"回收期少于 {good:g} 个月算高效，{workable:g} 个月以内算可行。",
        )
    )
    return months


def _gross_profit(customer: Margin, trace: Trace) -> Quantity:
    if customer.profit is not None:
        if customer.revenue is not None and customer.revenue < customer.profit:
            raise BadInputError(
                "profit", Text("the gross profit cannot be more than the revenue", "毛利不可能多于收入")
            )
        return customer.profit
    assert customer.revenue is not None  # there unless the profit is given
    unit = customer.revenue.unit
    if customer.margin and customer.serving:
        raise BadInputError(
            "serving", Text("give the gross margin or the cost of serving, not both", "毛利率与服务成本只给其中一种")
        )
    if customer.margin:
        profit = customer.revenue * customer.margin
    elif customer.serving:
        profit = customer.revenue - customer.serving
    else:
        raise MissingInputError(
            ["margin"],
            Text(
                "Please also say the gross margin, or what serving a customer costs a month.",
                "还需要知道毛利率，或服务每位客户每月的成本。",
            ),
        )
    profit = trace.step("p", Text("gross profit per customer", "每位客户毛利"), profit, unit)
    if profit.to(unit) <= 0:
        raise NoValueError(
            Text(
                "Serving a customer costs at least what they pay: there is no lifetime value and no payback.",
                "服务一位客户的成本不低于其付费：没有终身价值，也不会回本。",
            )
        )
    return profit


LTV = Calculator(
    name="ltv",
    title=Text("lifetime value of a customer", "客户终身价值（LTV）"),
    inputs=Lifetime,
    formula=lifetime_value,
    unit="CUR / customer",
    example="--revenue '$50/month' --margin 60% --churn '3%/month'",
)
CAC_PAYBACK = Calculator(
    name="cac-payback",
    title=Text("payback of the cost of winning a customer", "获客成本回收期"),
    inputs=Acquisition,
    formula=payback,
    unit="month",
    example="--revenue '$50/month' --margin 60% --cac '$300'",
)
UNIT_ECONOMICS = Calculator(
    name="unit-economics",
    title=Text("ratio of lifetime value to acquisition cost (LTV/CAC)", "客户终身价值与获客成本之比（LTV/CAC）"),
    inputs=Customer,
    formula=value_to_cost,
    unit="",
    example="--revenue '$50/month' --margin 60% --churn '3%/month' --cac '$300'",
)
