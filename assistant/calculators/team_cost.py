"""What a team costs a month and a year."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, number
from assistant.calculators.quantity import Quantity, constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People and their pay before what an employer adds."""

    people: Quantity = number(Text("people", "人数"), "person", "n", most=1e6)
    salary: Quantity = number(Text("average salary", "平均薪资"), "CUR / person / year", "w", least=500, most=1e8)
    added: Quantity = number(
        Text("contributions, benefits and equipment", "社保公积金、福利与设备"), "percent", "z", default=30, most=300,
        above_zero=False,
        because=Text("employers commonly add 20% to 40% to the salary", "雇主支出通常比工资高 20%～40%"),
    )  # fmt: skip


def team_cost(team: Team, trace: Trace) -> Quantity:
    """Cost = people × salary × (1 + what the employer adds), a month of it.

    Arithmetic. It leaves out hiring, offices, options and the weeks in which a newcomer does not deliver yet; what the
    employer adds differs by country and city.
    """
    yearly = f"{team.salary.currency} / year"
    cost = trace.step(
        "Y", Text("cost of a year", "每年成本"), team.people * team.salary * (constant(1) + team.added), yearly
    )
    monthly = trace.step(
        "K", Text("cost of a month", "每月成本"), cost / constant(12, "month / year"), f"{team.salary.currency} / month"
    )
    if (size := team.people.to("person")) >= 2:
        trace.fact("team-links")
        pairs = size * (size - 1) / 2
        trace.note(
            Text(f"{size:g} people have {pairs:g} links to keep up.", f"{size:g} 个人之间有 {pairs:g} 条沟通连线。")
        )
    return monthly


TEAM_COST = Calculator(
    name="team-cost",
    title=Text("cost of a team", "团队成本"),
    inputs=Team,
    formula=team_cost,
    unit="CUR / month",
    example="--people 12 --salary '$120k/year'",
)
