"""How much arithmetic a training run takes: 6·N·D, the attention over long contexts, recomputed activations."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, choice, known_model, number
from assistant.calculators.errors import MissingInputError
from assistant.calculators.papers import COOKBOOK, ML_ENGINEERING, SCALING_LAWS
from assistant.calculators.quantity import Quantity, constant
from assistant.calculators.written import in_words
from corpus.tables import TrainingRun

COMPUTE = Text("training compute", "训练计算量")
RECOMPUTE = ("none", "full")


def active_parameters() -> Quantity:
    """Declare the parameters that work on one token: all of a dense model, the active ones of a mixture of experts."""
    label = Text("parameters (active ones for a mixture of experts)", "参数量（MoE 取激活参数）")
    declared: Quantity = number(label, "parameter", "N", least=1e6, most=1e14, of_model="active_parameters")
    return declared


def all_parameters(*, unless: tuple[str, ...] = ()) -> Quantity:
    """Declare the parameters that memory must hold: of a mixture of experts all experts."""
    label = Text("parameters", "参数量")
    declared: Quantity = number(label, "parameter", "N", least=1e6, most=1e14, of_model="parameters", unless=unless)
    return declared


def training_tokens() -> Quantity:
    """Declare the tokens that a run goes through, each epoch counted."""
    label = Text("training tokens", "训练 token 数")
    declared: Quantity = number(label, "token", "D", least=1e6, most=1e15, of_model="tokens")
    return declared


def mfu_input(*, unless: tuple[str, ...] = ()) -> Quantity:
    """Declare the share of the peak that a training run reaches."""
    declared: Quantity = number(
        Text("model FLOPs utilisation", "算力利用率（MFU）"), "percent", "MFU", default=40, most=100, unless=unless,
        because=Text("40% is usual for a well-run dense model", "调好的稠密模型通常在 40% 左右"),
    )  # fmt: skip
    return declared


def dense_compute(parameters: Quantity, tokens: Quantity, trace: Trace) -> Quantity:
    """6·N·D FLOP: two for the forward pass and four for the backward pass (arXiv 2001.08361, section 2.1)."""
    trace.cite(SCALING_LAWS)
    return trace.step("C", COMPUTE, constant(6, "FLOP / parameter / token") * parameters * tokens, "FLOP")


def attention_inputs(name: str) -> Quantity | None:
    """Declare what attention over a context costs by: its length, and with it the layers and the width."""
    labels = {
        "context": (Text("context length", "上下文长度"), "token", "s"),
        "layers": (Text("layers", "层数"), "", "L"),
        "width": (Text("width of the hidden state", "隐藏层宽度"), "", "h"),
    }
    label, unit, symbol = labels[name]
    if name == "context":
        declared: Quantity = number(label, unit, symbol, least=1, most=1e8, optional=True)
        return declared
    declared = number(label, unit, symbol, least=1, most=1e6, optional=True, of_model=name, only_with="context")
    return declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Compute:
    """What the arithmetic of a run depends on. With a `context` the attention is counted too."""

    model: TrainingRun | None = known_model()
    parameters: Quantity = active_parameters()
    tokens: Quantity = training_tokens()
    context: Quantity | None = attention_inputs("context")
    layers: Quantity | None = attention_inputs("layers")
    width: Quantity | None = attention_inputs("width")
    recompute: str = choice(
        Text("recomputed activations", "激活重计算"), RECOMPUTE, default="none",
        because=Text("model FLOP are counted without it", "模型计算量按不重计算统计"),
    )  # fmt: skip


def attention_per_token(context: Quantity, layers: Quantity | None, width: Quantity | None) -> Quantity:
    """12·L·s·h FLOP for a trained token (4·L·s·h forward), causal masking not taken off.

    :raises MissingInputError: for a mixture of experts whose shape nobody gave.
    """
    if layers is None or width is None:
        raise MissingInputError(
            ["layers", "width"],
            Text("To count the attention, please also say: layers, width.", "要计入注意力，还需要知道：层数、宽度。"),
        )
    return constant(12, "FLOP / token / token") * layers * context * width


def training_compute(run: Compute, trace: Trace) -> Quantity:
    """FLOP of a run: 6·N·D, with a context + 12·L·s·h·D, with full recomputation × 4/3.

    Sources: arXiv 2001.08361 (6·N·D), EleutherAI cookbook (attention), Bekman (recompute: 8·N·D for 6·N·D). A mixture
    of experts counts with its active parameters. Not counted: failed runs, ablations, embeddings looked up. With
    selective recomputation the factor is below 4/3.
    """
    total = dense_compute(run.parameters, run.tokens, trace)
    if run.context is not None:
        trace.cite(COOKBOOK)
        extra = attention_per_token(run.context, run.layers, run.width) * run.tokens
        attention = trace.step("A", Text("attention over the context", "上下文注意力"), extra, "FLOP")
        total = trace.step("T", Text("compute with attention", "计入注意力的计算量"), total + attention, "FLOP")
    _hold_against_the_law(total, trace)
    if run.recompute == "full":
        trace.cite(ML_ENGINEERING)
        label = Text("arithmetic done, recomputation included", "含重计算的实际运算量")
        total = trace.step("X", label, total * 4 / 3, "FLOP")
    trace.step("F", Text("the same in petaFLOPS-days", "折合"), total, "PFLOP * day / second")
    return total


def _hold_against_the_law(compute: Quantity, trace: Trace) -> None:
    line = constant(trace.fact("eu-systemic-threshold").figures["training_flops"], "FLOP")
    share = in_words(compute / line, "percent")
    if line < compute:
        trace.note(
            Text(
                f"Above the 10²⁵ FLOP from which the EU AI Act presumes systemic risk ({share.en} of it).",
                f"超过欧盟 AI 法案推定系统性风险的 10²⁵ FLOP（为其 {share.zh}）。",
            )
        )
        return
    trace.note(
        Text(
            f"Below the 10²⁵ FLOP above which the EU AI Act presumes systemic risk ({share.en} of it).",
            f"低于欧盟 AI 法案推定系统性风险的 10²⁵ FLOP（为其 {share.zh}）。",
        )
    )


TRAINING_COMPUTE = Calculator(
    name="training-compute",
    title=Text("compute of a training run", "一次训练的计算量"),
    inputs=Compute,
    formula=training_compute,
    unit="FLOP",
    example="--parameters 7B --tokens 2T",
)
