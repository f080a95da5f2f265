"""The memory of activations while a model is trained, on one accelerator."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Text, Trace, chip, choice, known_model, number
from assistant.calculators.chips import usable_in_training
from assistant.calculators.compute import all_parameters
from assistant.calculators.kv_cache import shape_input
from assistant.calculators.papers import ML_ENGINEERING
from assistant.calculators.quantity import Quantity, constant
from corpus.tables import Accelerator, TrainingRun

MODES = ("recompute", "keep")
_PER_ACCELERATOR = "GB / accelerator"


def context_input(default: float, because: Text) -> Quantity:
    """Declare the tokens of a training sequence."""
    declared: Quantity = number(
        Text("tokens in one sequence", "每条序列的 token 数"), "token / sequence", "s", default=default,
        because=because, least=1, most=1e8,
    )  # fmt: skip
    return declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model in training on accelerators of a kind; its shape is None where nobody knows it."""

    model: TrainingRun | None = known_model()
    parameters: Quantity = all_parameters()
    context: Quantity = context_input(4096, Text("usual in pre-training", "预训练的常见长度"))
    micro_batch: Quantity = number(
        Text("sequences per accelerator at a time", "每卡每步的序列数"), "sequence", "m", default=1, least=1, most=1e5,
        because=Text("the least; more are accumulated", "最小值；更大的批量靠梯度累积"),
    )  # fmt: skip
    layers: Quantity | None = shape_input("layers", optional=True)
    width: Quantity | None = shape_input("width", optional=True)
    vocabulary: Quantity | None = shape_input("vocabulary", optional=True)
    activations: str = choice(
        Text("activations", "激活"), MODES, default="recompute",
        because=Text("checkpointing is usual for large models", "训练大模型通常用激活检查点"),
    )  # fmt: skip
    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    usable: Quantity = usable_in_training()


def activation_memory(batch: Trained, trace: Trace) -> Quantity | None:
    """Activations and logits of one accelerator, or None (with a note) when the shape is not known.

    Hidden state x = 2·m·s·h bytes in bf16; one layer works on 28 copies of it (measured on Llama-3.1-8B; 20 to 50 in
    others). Recomputing keeps one x a layer and the copies of one layer; keeping holds all. Logits 4·m·s·V. Source:
    Bekman, Machine Learning Engineering. With fused attention: without it each layer also keeps 5·heads·m·s² bytes.
    """
    if batch.layers is None or batch.width is None or batch.vocabulary is None:
        trace.note(
            Text(
                "The activations come on top: say layers, width and vocabulary to count them.",
                "激活另计：给出层数、宽度和词表大小即可算出。",
            )
        )
        return None
    trace.cite(ML_ENGINEERING)
    tokens = batch.micro_batch * batch.context
    state = constant(2, "byte / token / accelerator") * tokens * batch.width
    hidden = trace.step("x", Text("one hidden state", "一份隐藏状态"), state, _PER_ACCELERATOR)
    if batch.activations == "recompute":
        kept, label = (batch.layers + constant(28)) * hidden, Text("activations, recomputed", "激活（重计算）")
    else:
        kept, label = batch.layers * 28 * hidden, Text("activations, all kept", "激活（全部保留）")
    activations = trace.step("A", label, kept, _PER_ACCELERATOR)
    scores = constant(4, "byte / token / accelerator") * tokens * batch.vocabulary
    logits = trace.step("O", Text("logits", "输出 logits"), scores, _PER_ACCELERATOR)
    return activations + logits
