"""The most tokens a second that one user can see: as fast as the weights can be read."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, known_model, number
from assistant.calculators.chips import bandwidth
from assistant.calculators.compute import all_parameters
from assistant.calculators.memory import WEIGHTS
from assistant.calculators.papers import SCALING_BOOK
from assistant.calculators.precision import weight_bytes, weight_precision
from assistant.calculators.quantity import Quantity, constant
from corpus.tables import Accelerator, TrainingRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A model and the bandwidth of what holds it: stated, or that of an accelerator."""

    model: TrainingRun | None = known_model()
    parameters: Quantity = all_parameters()
    active: Quantity | None = number(
        Text("active parameters", "激活参数量"), "parameter", "N_a", least=1e6, most=1e14, optional=True,
        of_model="active_parameters",
    )  # fmt: skip
    precision: str = weight_precision()
    bandwidth: Quantity | None = number(
        Text("memory bandwidth", "显存带宽"), "TB / second / accelerator", "BW", most=1e4, optional=True
    )
    accelerator: Accelerator | None = chip(Text("accelerator", "加速卡"), default="h100-sxm", unless=("bandwidth",))
    accelerators: Quantity = number(
        Text("number of accelerators", "加速卡数量"), "accelerator", "G", default=1, least=1, most=1e5,
        because=Text("one that holds the model", "单卡放得下模型"),
    )  # fmt: skip


def decode_bound(decoded: Decoded, trace: Trace) -> Quantity:
    """Tokens a second of one user ≤ bandwidth ÷ bytes of the weights that are read for a token.

    Source: How to Scale Your Model, chapter on inference. A bound, with an empty cache: real systems often come within
    1.5 times of it, long contexts read a cache besides (see serve-speed), speculative decoding goes beyond it. Of a
    mixture of experts only the active parameters are read. Whether the model fits is not asked here (see memory).
    """
    trace.cite(SCALING_BOOK, *(decoded.accelerator.sources if decoded.accelerator else ()))
    read = decoded.active or decoded.parameters
    weights = trace.step("W", WEIGHTS, read * weight_bytes(decoded.precision), "GB")
    one = decoded.bandwidth
    if one is None:
        assert decoded.accelerator is not None  # one is assumed where the bandwidth is not given
        one = bandwidth(decoded.accelerator)
    trace.note(
        Text(
            "An upper bound: real systems reach about two thirds of it, and long contexts less.",
            "这是上限：实际系统通常达到三分之二左右，上下文越长越低。",
        )
    )
    each = constant(1, "token / sequence")
    label = Text("most that one user can see", "单个用户的速度上限")
    return trace.step("y", label, one * decoded.accelerators / weights * each, "token / second / sequence")


DECODE_BOUND = Calculator(
    name="decode-bound",
    title=Text("upper bound of one user's speed", "单个用户的速度上限"),
    inputs=Decoded,
    formula=decode_bound,
    unit="token / second / sequence",
    example="--parameters 8B --bandwidth '3.35 TB/s'",
)
