"""The cost of training a model from its size: compute, accelerator-hours, days and money."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, known_model, number
from assistant.calculators.chips import peak_speed
from assistant.calculators.compute import active_parameters, dense_compute, mfu_input, training_tokens
from assistant.calculators.quantity import Quantity, ceil, constant
from assistant.calculators.written import in_words
from corpus.tables import Accelerator, TrainingRun

# A run that takes longer is told what a month would take; more accelerators than that are told what it means.
_LONG_DAYS = 60
_LARGE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a training run is described by. For a mixture of experts `parameters` are those active for one token."""

    model: TrainingRun | None = known_model()
    parameters: Quantity = active_parameters()
    tokens: Quantity = training_tokens()
    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    accelerators: Quantity = number(
        Text("number of accelerators", "加速卡数量"), "accelerator", "G", default=64, least=1, most=1e6
    )
    mfu: Quantity = mfu_input()
    price: Quantity = number(
        Text("price per accelerator-hour", "每卡时价格"), "CUR / accelerator / hour", "P", most=1e4,
        hourly_price_of="accelerator",
    )  # fmt: skip


def training_cost(run: Training, trace: Trace) -> Quantity:
    """Money for one run: C = 6·N·D FLOP, hours = C ÷ (peak × MFU), cost = hours × price.

    6·N·D counts a forward and a backward pass (Kaplan et al. 2020, arXiv 2001.08361, section 2.1). It leaves out the
    attention over long contexts, recomputed activations (MFU counts them as lost), failed runs, people and storage.
    """
    compute = dense_compute(run.parameters, run.tokens, trace)
    trace.cite(*run.accelerator.sources)
    speed = peak_speed(run.accelerator)
    hours = trace.step("H", Text("accelerator-hours", "卡时"), compute / (speed * run.mfu), "accelerator * hour")
    time = trace.step("T", Text("wall-clock time", "用时"), hours / run.accelerators, "day")
    _say_what_a_month_takes(hours, time, trace)
    return trace.step("K", Text("cost", "费用"), hours * run.price, run.price.unit.split(" / ")[0])


def _say_what_a_month_takes(hours: Quantity, time: Quantity, trace: Trace) -> None:
    if time.to("day") <= _LONG_DAYS:
        return
    needed = in_words(ceil(hours / constant(30, "day"), "accelerator"), "accelerator")
    trace.note(
        Text(
            f"To be done in 30 days it takes {needed.en}, at the same cost.",
            f"要在 30 天内完成需要 {needed.zh}，费用相同。",
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A training run that must be done in a time."""

    model: TrainingRun | None = known_model()
    parameters: Quantity = active_parameters()
    tokens: Quantity = training_tokens()
    time: Quantity = number(Text("time", "时间"), "day", "T", most=36500)
    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    mfu: Quantity = mfu_input()


def accelerators_for(run: Deadline, trace: Trace) -> Quantity:
    """Accelerators = ceil(6·N·D ÷ (peak × MFU × time)).

    As if MFU stayed the same on more accelerators; on thousands it falls, and interruptions take some percent.
    """
    compute = dense_compute(run.parameters, run.tokens, trace)
    trace.cite(*run.accelerator.sources)
    speed = peak_speed(run.accelerator) * run.mfu
    hours = trace.step("H", Text("accelerator-hours", "卡时"), compute / speed, "accelerator * hour")
    label = Text("accelerators needed", "所需加速卡数")
    count = trace.step("G", label, ceil(hours / run.time, "accelerator"), "accelerator")
    if count.to("accelerator") > _LARGE:
        trace.note(
            Text(
                "So many accelerators fail every few hours and reach a lower MFU: plan for spares and restarts.",
                "这么多卡每隔几小时就会出故障，MFU 也会下降：请预留备用卡和重启时间。",
            )
        )
    return count


TRAIN = Calculator(
    name="train",
    title=Text("cost of a training run", "一次训练的费用"),
    inputs=Training,
    formula=training_cost,
    unit="CUR",
    example="--parameters 7B --tokens 2T --accelerator h100-sxm --mfu 40%",
)
TRAIN_ACCELERATORS = Calculator(
    name="train-accelerators",
    title=Text("accelerators to train in a given time", "按期完成训练所需的加速卡"),
    inputs=Deadline,
    formula=accelerators_for,
    unit="accelerator",
    example="--parameters 7B --tokens 2T --time '30 days'",
)
