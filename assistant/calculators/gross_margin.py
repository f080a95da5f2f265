"""Gross margin of an AI product: what is left of revenue after what serving the customers costs."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, number
from assistant.calculators.errors import MissingInputError
from assistant.calculators.quantity import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A month's revenue and the costs that come with serving it. A cost that is not given counts as none."""

    revenue: Quantity = number(Text("revenue", "收入"), "CUR / month", "r", most=1e12)
    inference: Quantity | None = number(
        Text("inference", "推理费用"), "CUR / month", "i", most=1e12, optional=True,
        above_zero=False,
    )  # fmt: skip
    model_fees: Quantity | None = number(
        Text("fees of other firms' models", "第三方模型费用"), "CUR / month", "f", most=1e12, optional=True,
        above_zero=False,
    )  # fmt: skip
    hosting: Quantity | None = number(
        Text("hosting", "托管与带宽"), "CUR / month", "h", most=1e12, optional=True, above_zero=False
    )
    support: Quantity | None = number(
        Text("customer support", "客户支持"), "CUR / month", "s", most=1e12, optional=True, above_zero=False
    )
    free_users: Quantity | None = number(
        Text("free users", "免费用户数"), "customer", "n", most=1e11, optional=True, above_zero=False
    )
    free_cost: Quantity = number(
        Text("cost of a free user", "免费用户的成本"), "CUR / customer / month", "c_n", most=1e6, above_zero=False,
        only_with="free_users",
    )  # fmt: skip


def gross_margin(serving: Serving, trace: Trace) -> Quantity:
    """Margin = (revenue − inference − model fees − hosting − support − free users × their cost) ÷ revenue.

    All of it for a month: of the whole company, or of one paying user and the free users that come with one.
    The usual definition for software, with inference in it. It is no mark-up: a mark-up is (revenue − cost) ÷ cost, and
    DeepSeek's 545% mark-up is a margin of 84.5%. Training and research are left out, and so are free users unless they
    are given or their inference is in the figure given.
    """
    monthly = f"{serving.revenue.currency} / month"
    costs = [c for c in (serving.inference, serving.model_fees, serving.hosting, serving.support) if c]
    if serving.free_users is not None:
        costs.append(serving.free_users * serving.free_cost)
    if not costs:
        raise MissingInputError(
            ["inference"],
            Text(
                "To work out the gross margin, please also say what inference, model fees, hosting and support cost.",
                "要算出毛利率，还需要知道推理、第三方模型、托管或支持的费用。",
            ),
        )
    total = costs[0]
    for cost in costs[1:]:
        total = total + cost
    cost = trace.step("c", Text("cost of serving", "服务成本"), total, monthly)
    profit = trace.step("g", Text("gross profit", "毛利"), serving.revenue - cost, monthly)
    margin = trace.step("GM", Text("gross margin", "毛利率"), profit / serving.revenue, "percent")
    if cost.to(monthly) > 0:
        trace.step(
            "mu", Text("mark-up on cost, which is not the margin", "成本加成率（不是毛利率）"), profit / cost, "percent"
        )
    usual = trace.fact("ai-gross-margin")
    trace.note(
        Text(
            f"AI products in one survey: {usual.figures['margin_2025_percent']:g}% in 2025.",
            f"一项调查中 AI 产品 2025 年的毛利率为 {usual.figures['margin_2025_percent']:g}%。",
        )
    )
    return margin


GROSS_MARGIN = Calculator(
    name="gross-margin",
    title=Text("gross margin", "毛利率"),
    inputs=Serving,
    formula=gross_margin,
    unit="percent",
    example="--revenue '$200k/month' --inference '$70k/month' --hosting '$10k/month' --support '$8k/month'",
)
