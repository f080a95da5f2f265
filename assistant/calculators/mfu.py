"""How well a run uses its accelerators: MFU and HFU from the speed that was observed."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, choice, known_model, number
from assistant.calculators.chips import peak_speed
from assistant.calculators.compute import RECOMPUTE, active_parameters, attention_inputs, attention_per_token
from assistant.calculators.errors import BadInputError
from assistant.calculators.papers import ML_ENGINEERING
from assistant.calculators.quantity import Quantity, constant
from assistant.calculators.written import in_words
from corpus.tables import Accelerator, TrainingRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A run as it was seen: its speed, or the tokens that it went through and the accelerator-hours that this took."""

    model: TrainingRun | None = known_model()
    parameters: Quantity = active_parameters()
    accelerator: Accelerator = chip(Text("accelerator", "加速卡"))
    speed: Quantity = number(
        Text("observed speed of all accelerators together", "所有加速卡合计的实测速度"),
        "token / second",
        "v",
        unless=("hours",),
    )
    accelerators: Quantity = number(
        Text("number of accelerators", "加速卡数量"), "accelerator", "G", default=1, least=1, most=1e6,
        because=Text("the speed is taken as that of one accelerator", "把速度当作单卡速度"), unless=("hours",),
    )  # fmt: skip
    hours: Quantity | None = number(
        Text("accelerator-hours taken", "已用卡时"), "accelerator * hour", "H", optional=True
    )
    tokens: Quantity = number(
        Text("tokens gone through", "已训练 token 数"), "token", "D", of_model="tokens", only_with="hours"
    )
    context: Quantity | None = attention_inputs("context")
    layers: Quantity | None = attention_inputs("layers")
    width: Quantity | None = attention_inputs("width")
    recompute: str = choice(
        Text("recomputed activations", "激活重计算"), RECOMPUTE, default="none",
        because=Text("MFU does not count it", "MFU 不计重计算"),
    )  # fmt: skip


def utilisation(run: Observed, trace: Trace) -> Quantity:
    """MFU = (6·N [+ 12·L·s·h]) × tokens per second ÷ dense BF16 peak; with full recomputation HFU = 4/3 of it.

    Source: Bekman, Machine Learning Engineering, after the PaLM paper (arXiv 2204.02311). Against the BF16 peak even
    when a run computes in FP8, and never against the sparse figure. HFU counts recomputation and is no measure of
    progress; with selective recomputation it is less than 4/3 of MFU. Hours over a whole project give an MFU that
    restarts and evaluation lower.
    """
    trace.cite(ML_ENGINEERING, *run.accelerator.sources)
    per_token = constant(6, "FLOP / parameter / token") * run.parameters
    if run.context is not None:
        per_token = per_token + attention_per_token(run.context, run.layers, run.width)
    work = trace.step("F", Text("arithmetic for one token", "每个 token 的计算量"), per_token, "FLOP / token")
    observed = run.tokens / run.hours if run.hours is not None else run.speed / run.accelerators
    speed = trace.step("w", Text("speed of one accelerator", "单卡速度"), observed, "token / second / accelerator")
    peak = peak_speed(run.accelerator)
    share = work * speed / peak
    if share.to("percent") > 100:
        most = in_words(peak / work, "token / second / accelerator")
        raise BadInputError(
            "speed" if run.hours is None else "hours",
            Text(
                f"that would be {share.to('percent'):.0f}% of the peak; the chip does at most {most.en}",
                f"这相当于峰值的 {share.to('percent'):.0f}%；{run.accelerator.name} 最多{most.zh}",
            ),
        )
    mfu = trace.step("MFU", Text("model FLOPs utilisation", "模型算力利用率"), share, "percent")
    if run.recompute == "full":
        trace.step("HFU", Text("hardware FLOPs utilisation", "硬件算力利用率"), mfu * 4 / 3, "percent")
    good = trace.fact("mfu-target").figures
    low, high, excellent = good["low_percent"], good["high_percent"], good["excellent_percent"]
    trace.note(
        Text(
            f"Public multi-node runs on H100 reach {low:g}–{high:g}%; above {excellent:g}% is excellent.",
            f"公开的 H100 多机训练在 {low:g}%～{high:g}%；超过 {excellent:g}% 属优秀。",
        )
    )
    return mfu


MFU = Calculator(
    name="mfu",
    title=Text("model FLOPs utilisation of a run", "训练的算力利用率（MFU）"),
    inputs=Observed,
    formula=utilisation,
    unit="percent",
    example="--parameters 7B --accelerator h100-sxm --speed '80000 tokens/s' --accelerators 8",
)
