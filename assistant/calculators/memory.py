"""The memory that weights take, and how many accelerators hold them."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, known_model
from assistant.calculators.chips import memory_of, usable_share
from assistant.calculators.compute import all_parameters
from assistant.calculators.papers import ML_ENGINEERING
from assistant.calculators.precision import BYTES, weight_bytes, weight_precision
from assistant.calculators.quantity import Quantity, ceil
from assistant.calculators.written import in_words
from corpus.tables import Accelerator, TrainingRun

WEIGHTS = Text("weights", "权重")
_NODE = 8
# What people choose from when weights do not fit, from the least loss.
_SMALLER = ("fp8", "4-bit", "3-bit", "2-bit")
# One card is enough when this share of what is usable holds the weights: a KV cache needs the rest.
_WITH_ROOM = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A model that must fit."""

    model: TrainingRun | None = known_model()
    parameters: Quantity = all_parameters()
    precision: str = weight_precision()
    accelerator: Accelerator = chip(
        Text("accelerator", "加速卡"), default="h100-sxm", because=Text("the most common one", "最常见的一种")
    )
    usable: Quantity = usable_share()


def weight_memory(held: Weights, trace: Trace) -> Quantity:
    """W = N × bytes per parameter; accelerators = ceil(W ÷ usable memory).

    Source: Bekman, Machine Learning Engineering. GB are 10⁹ bytes. All experts of a mixture count. Not in it: the KV
    cache and activations (see kv-cache and serve), scales of quantised formats, uneven splits; training takes 8 to 9
    times as much (see train-memory).
    """
    trace.cite(ML_ENGINEERING, *held.accelerator.sources)
    weights = trace.step("W", WEIGHTS, held.parameters * weight_bytes(held.precision), "GB")
    usable = trace.step(
        "U", Text("usable memory", "可用显存"), memory_of(held.accelerator) * held.usable, "GB / accelerator"
    )
    needed = trace.step(
        "G",
        Text("accelerators that hold them", "放得下所需的卡数"),
        ceil(weights / usable, "accelerator"),
        "accelerator",
    )
    _say_what_follows(held, weights, usable, needed, trace)
    return weights


def cards(count: Quantity, accelerator: Accelerator) -> str:
    """The same in both languages: `2 × H100 SXM (80 GB)`."""
    return f"{count.to('accelerator'):,.0f} × {accelerator.name} ({accelerator.memory_gb:g} GB)"


def note_split(count: Quantity, trace: Trace) -> None:
    """Say that servers split a model over a power of two, and over whole nodes of 8 beyond that."""
    whole = round(count.to("accelerator"))
    even = 1 << (whole - 1).bit_length() if whole <= _NODE else -(-whole // _NODE) * _NODE
    if even != whole:
        trace.note(
            Text(
                f"Servers split a model evenly over 2, 4 or 8 accelerators, or whole nodes of 8: plan with {even}.",
                f"服务程序按 2、4、8 张卡或整机（8 卡）均分模型：请按 {even} 张准备。",
            )
        )


def _say_what_follows(held: Weights, weights: Quantity, usable: Quantity, needed: Quantity, trace: Trace) -> None:
    one = usable.to("GB / accelerator")
    name = cards(needed, held.accelerator)
    if needed.to("accelerator") == 1:
        left = in_words(usable - weights / needed, "GB / accelerator")
        trace.note(
            Text(
                f"Fits on {name}; {left.en} remain for the KV cache and the working memory.",
                f"{name} 放得下；剩余显存{left.zh}，供 KV 缓存和运行使用。",
            )
        )
    else:
        size = held.parameters.to("parameter") / 1e9
        enough = next(
            (p for p in _SMALLER if BYTES[p] < BYTES[held.precision] and BYTES[p] * size <= one * _WITH_ROOM), None
        )
        trace.note(
            Text(
                f"Needs {name} for the weights alone" + (f"; with {enough} weights one is enough." if enough else "."),
                f"仅权重就需要 {name}" + (f"；改用 {enough} 权重，一张即可。" if enough else "。"),
            )
        )
        note_split(needed, trace)
    binary = weights.to("GiB")
    trace.note(
        Text(
            f"Tools that count in GiB show {binary:.4g} for it. The KV cache comes on top.",
            f"按 GiB 计数的工具显示为 {binary:.4g}。KV 缓存另计。",
        )
    )


MEMORY = Calculator(
    name="memory",
    title=Text("memory of a model's weights", "模型权重占用的显存"),
    inputs=Weights,
    formula=weight_memory,
    unit="GB",
    example="--parameters 70B --precision bf16 --accelerator h100-sxm",
)
