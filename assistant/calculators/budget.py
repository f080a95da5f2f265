"""A project's whole training bill: the final run, runs that fail, experiments, people, storage and evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, number
from assistant.calculators.chips import peak_speed
from assistant.calculators.errors import MissingInputError
from assistant.calculators.quantity import Quantity, constant
from corpus.tables import Accelerator


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A training project. The final run is given in accelerator-hours, or by model size and tokens."""

    hours: Quantity | None = number(
        Text("accelerator-hours of the final run", "最终一次训练的卡时"), "accelerator * hour", "H", optional=True,
        most=1e10,
    )  # fmt: skip
    parameters: Quantity | None = number(
        Text("parameters", "参数量"), "parameter", "N", least=1e6, most=1e14, optional=True
    )
    tokens: Quantity | None = number(
        Text("training tokens", "训练 token 数"), "token", "D", least=1e6, most=1e15, optional=True
    )
    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    mfu: Quantity = number(
        Text("model FLOPs utilisation", "算力利用率（MFU）"), "percent", "MFU", default=40, most=100, unless=("hours",),
        because=Text("40% is usual for a well-run dense model", "调好的稠密模型通常在 40% 左右"),
    )  # fmt: skip
    price: Quantity = number(
        Text("price per accelerator-hour", "每卡时价格"), "CUR / accelerator / hour", "P", most=1e4,
        hourly_price_of="accelerator",
    )  # fmt: skip
    failed: Quantity = number(
        Text("hours lost to failed runs", "失败重跑占比"), "percent", "f", default=10, most=1000, above_zero=False,
        because=Text("Llama 3 kept a little over 90% effective time", "Llama 3 的有效训练时间略高于 90%"),
    )  # fmt: skip
    experiments: Quantity = number(
        Text("experiments before the final run", "试验占比"), "percent", "e", default=50, most=10000, above_zero=False,
        because=Text("development added 50% for OLMo 2", "OLMo 2 的研发试验相当于训练的 50%"),
    )  # fmt: skip
    people: Quantity | None = number(
        Text("people on the project", "项目人数"), "person", "n", most=1e5, optional=True, above_zero=False
    )
    months: Quantity = number(
        Text("length of the project", "项目周期"), "month", "t", default=6, most=120,
        because=Text("half a year from data to evaluation", "从数据到评测按半年计"),
    )  # fmt: skip
    salary: Quantity | None = number(
        Text("full cost of a person", "每人全部成本"), "CUR / person / month", "w", most=1e7, optional=True
    )
    storage: Quantity | None = number(Text("storage", "存储费用"), "CUR / month", "s", most=1e9, optional=True)
    evaluation: Quantity | None = number(
        Text("evaluation and data", "评测与数据费用"), "CUR", "v", most=1e10, optional=True, above_zero=False
    )


def project_budget(project: Project, trace: Trace) -> Quantity:
    """Total = R·(1 + f + e) + n·w·t + s·t + v, with R = H·P for the final run.

    H is given, or 6·N·D ÷ (peak × MFU) as in `train`. The shares f (failed runs, Llama 3 report, arXiv 2407.21783) and
    e (experiments, OLMo 2, arXiv 2503.05804) are on top of the final run. It stops being true for reasoning models,
    whose post-training can cost a multiple, and where prices change during the project.
    """
    money = project.price.currency
    run = trace.step("R", Text("final run", "最终一次训练"), _hours(project, trace) * project.price, money)
    parts = [run]
    for symbol, label, share in (
        ("F", Text("failed and repeated runs", "失败与重跑"), project.failed),
        ("E", Text("experiments", "试验"), project.experiments),
    ):
        if share.to("") > 0:
            parts.append(trace.step(symbol, label, run * share, money))
    if project.people and project.salary:
        staff = project.people * project.salary * project.months
        parts.append(trace.step("S", Text("people", "人员"), staff, money))
    if project.storage:
        parts.append(trace.step("G", Text("storage", "存储"), project.storage * project.months, money))
    if project.evaluation:
        parts.append(project.evaluation)
    _say_what_is_left_out(project, trace)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return trace.step("B", Text("whole budget", "总预算"), total, money)


def _hours(project: Project, trace: Trace) -> Quantity:
    if project.hours:
        return project.hours
    if not (project.parameters and project.tokens):
        raise MissingInputError(
            ["hours"],
            Text(
                "To work out the budget, please also say the accelerator-hours of the final run, or the model's "
                "parameters and training tokens.",
                "要算出总预算，还需要知道最终一次训练的卡时，或者模型参数量和训练 token 数。",
            ),
        )
    trace.cite(*project.accelerator.sources)
    compute = trace.step(
        "C",
        Text("training compute", "训练计算量"),
        constant(6, "FLOP / parameter / token") * project.parameters * project.tokens,
        "FLOP",
    )
    speed = peak_speed(project.accelerator) * project.mfu
    return trace.step("H", Text("accelerator-hours", "卡时"), compute / speed, "accelerator * hour")


def _say_what_is_left_out(project: Project, trace: Trace) -> None:
    trace.fact("development-overhead-olmo-2")
    trace.fact("long-run-stops")
    missing = [
        text
        for text, value in (
            (Text("people", "人员"), project.people and project.salary),
            (Text("storage", "存储"), project.storage),
            (Text("evaluation and data", "评测与数据"), project.evaluation),
        )
        if not value
    ]
    if missing:
        en, zh = ", ".join(text.en for text in missing), "、".join(text.zh for text in missing)
        trace.note(Text(f"Not counted, because nothing was said about it: {en}.", f"没有给出、因此未计入：{zh}。"))


BUDGET = Calculator(
    name="budget",
    title=Text("whole budget of a training project", "训练项目的总预算"),
    inputs=Project,
    formula=project_budget,
    unit="CUR",
    example="--parameters 7B --tokens 2T --people 8 --salary '$20k/month' --months 6months",
)
