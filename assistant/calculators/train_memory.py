"""The memory of one accelerator in training: weights, gradients and optimiser as ZeRO shares them, and activations."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.activations import Trained, activation_memory
from assistant.calculators.calculator import Calculator, Text, Trace, choice, number
from assistant.calculators.chips import memory_of
from assistant.calculators.memory import cards
from assistant.calculators.papers import ML_ENGINEERING, ZERO
from assistant.calculators.quantity import Quantity, ceil, given
from assistant.calculators.written import in_words

# Bytes for one parameter, the fp32 copy of the weights included (Bekman; EleutherAI cookbook).
OPTIMISER_BYTES = {"adamw": 12.0, "adamw-8bit": 6.0, "momentum": 8.0}
GRADIENT_BYTES = {"bf16": 2.0, "fp32": 4.0}
_SHARED, _WHOLE = "byte / parameter", "byte / parameter / accelerator"
_PER_ACCELERATOR = "GB / accelerator"


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Trained):
    """A model in training on accelerators that share its state by a ZeRO stage."""

    optimiser: str = choice(
        Text("optimiser", "优化器"), (*OPTIMISER_BYTES,), default="adamw", because=Text("the usual one", "最常用")
    )
    gradients: str = choice(
        Text("precision of the gradients", "梯度精度"), (*GRADIENT_BYTES,), default="bf16",
        because=Text("16 bytes per parameter in all, as in the ZeRO paper", "合计每参数 16 字节，同 ZeRO 论文"),
    )  # fmt: skip
    zero: str = choice(
        Text("ZeRO stage", "ZeRO 阶段"), ("0", "1", "2", "3"), default="3",
        because=Text("stage 3 (FSDP) shares everything", "第 3 阶段（FSDP）全部切分"),
    )  # fmt: skip
    accelerators: Quantity = number(
        Text("number of accelerators", "加速卡数量"), "accelerator", "G", default=8, least=1, most=1e6,
        because=Text("one node", "一台整机"),
    )  # fmt: skip


def training_memory(state: State, trace: Trace) -> Quantity:
    """Bytes for one parameter: weights 2, gradients 2 or 4, AdamW 12; shared from stage 3, 2 and 1 on.

    Sources: ZeRO (arXiv 1910.02054), Bekman. 16 bytes with bf16 gradients, 18 with fp32 ones. Shared over data-parallel
    ranks only: tensor and pipeline parallelism, offloading, buffers and fragmentation are not covered.
    """
    trace.cite(ZERO, ML_ENGINEERING, *state.accelerator.sources)
    held = _state_bytes(state, state.zero)
    total = trace.step("Z", Text("weights, gradients and optimiser", "权重、梯度与优化器"), held, _PER_ACCELERATOR)
    working = activation_memory(state, trace)
    if working is not None:
        total = trace.step("M_t", Text("with activations", "加上激活"), total + working, _PER_ACCELERATOR)
    usable = trace.step(
        "U", Text("usable memory", "可用显存"), memory_of(state.accelerator) * state.usable, _PER_ACCELERATOR
    )
    if usable < total:
        _say_what_would_fit(state, usable, working, trace)
    else:
        left = in_words(usable - total, _PER_ACCELERATOR)
        name = cards(state.accelerators, state.accelerator)
        trace.note(Text(f"Fits on {name}; {left.en} remain.", f"{name} 放得下，剩余{left.zh}。"))
    return total


def _state_bytes(state: State, stage: str) -> Quantity:
    parts = (
        (2.0, "w", "3"),
        (GRADIENT_BYTES[state.gradients], "g", "2"),
        (OPTIMISER_BYTES[state.optimiser], "o", "1"),
    )
    whole = [given(size, _WHOLE, symbol) for size, symbol, shared_from in parts if stage < shared_from]
    shared = [given(size, _SHARED, symbol) for size, symbol, shared_from in parts if stage >= shared_from]
    terms = []
    if whole:
        terms.append(state.parameters * _sum(whole))
    if shared:
        terms.append(state.parameters * _sum(shared) / state.accelerators)
    return _sum(terms)


def _sum(terms: list[Quantity]) -> Quantity:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _say_what_would_fit(state: State, usable: Quantity, working: Quantity | None, trace: Trace) -> None:
    room = usable if working is None else usable - working
    if room.to(_PER_ACCELERATOR) <= 0:
        trace.note(
            Text(
                f"The activations alone exceed one {state.accelerator.name}: shorter or fewer sequences, or recompute.",
                f"仅激活就超出 {state.accelerator.name} 的显存：请缩短序列、减小批量，或使用重计算。",
            )
        )
        return
    bytes_each = 2 + GRADIENT_BYTES[state.gradients] + OPTIMISER_BYTES[state.optimiser]
    least = ceil(state.parameters * given(bytes_each, _SHARED, "b") / room, "accelerator")
    name = cards(least, state.accelerator)
    trace.note(
        Text(
            f"Exceeds the usable {in_words(usable, _PER_ACCELERATOR).en}; ZeRO stage 3 over {name} would hold it.",
            f"超出可用显存（{in_words(usable, _PER_ACCELERATOR).zh}）；用 ZeRO 第 3 阶段分到 {name} 可以放下。",
        )
    )


TRAIN_MEMORY = Calculator(
    name="train-memory",
    title=Text("memory of training on one accelerator", "训练时每卡显存"),
    inputs=State,
    formula=training_memory,
    unit="GB / accelerator",
    example="--parameters 7B --accelerators 64 --zero 3",
)
