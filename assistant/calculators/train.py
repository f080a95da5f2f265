"""The cost of training a model from its size: compute, accelerator-hours, days and money."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, number
from assistant.calculators.quantity import Quantity, constant, given
from corpus.tables import Accelerator


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a training run is described by. For a mixture of experts `parameters` are those active for one token."""

    parameters: Quantity = number(Text("parameters", "参数量"), "parameter", "N", least=1e6, most=1e14)
    tokens: Quantity = number(Text("training tokens", "训练 token 数"), "token", "D", least=1e6, most=1e15)
    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    accelerators: Quantity = number(
        Text("number of accelerators", "加速卡数量"), "accelerator", "G", default=64, least=1, most=1e6
    )
    mfu: Quantity = number(
        Text("model FLOPs utilisation", "算力利用率（MFU）"), "percent", "MFU", default=40, most=100,
        because=Text("40% is usual for a well-run dense model", "调好的稠密模型通常在 40% 左右"),
    )  # fmt: skip
    price: Quantity = number(
        Text("price per accelerator-hour", "每卡时价格"), "CUR / accelerator / hour", "P", most=1e4,
        hourly_price_of="accelerator",
    )  # fmt: skip


def peak_speed(accelerator: Accelerator) -> Quantity:
    """Dense BF16 (else FP16) peak of one accelerator as vendors print it; never the sparse figure, twice as large."""
    tflops = accelerator.bf16_tflops or accelerator.fp16_tflops or 0.0
    return given(tflops, "TFLOP / second / accelerator", "S")


def training_cost(run: Training, trace: Trace) -> Quantity:
    """Money for one run: C = 6·N·D FLOP, hours = C ÷ (peak × MFU), cost = hours × price.

    6·N·D counts a forward and a backward pass (Kaplan et al. 2020, arXiv 2001.08361, section 2.1). It leaves out the
    attention over long contexts, recomputed activations (MFU counts them as lost), failed runs, people and storage.
    """
    compute = trace.step(
        "C",
        Text("training compute", "训练计算量"),
        constant(6, "FLOP / parameter / token") * run.parameters * run.tokens,
        "FLOP",
    )
    trace.cite(*run.accelerator.sources)
    speed = peak_speed(run.accelerator)
    hours = trace.step("H", Text("accelerator-hours", "卡时"), compute / (speed * run.mfu), "accelerator * hour")
    trace.step("T", Text("wall-clock time", "用时"), hours / run.accelerators, "day")
    return trace.step("K", Text("cost", "费用"), hours * run.price, run.price.unit.split(" / ")[0])


TRAIN = Calculator(
    name="train",
    title=Text("cost of a training run", "一次训练的费用"),
    inputs=Training,
    formula=training_cost,
    unit="CUR",
    example="--parameters 7B --tokens 2T --accelerator h100-sxm --mfu 40%",
)
