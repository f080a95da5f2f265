"""Speculative decoding: how much faster a model answers when a small one drafts for it."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, number
from assistant.calculators.papers import SPECULATIVE
from assistant.calculators.quantity import Quantity, constant

_MOST_DRAFTED = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """A draft model and how often the large one agrees with it."""

    acceptance: Quantity = number(Text("acceptance rate", "接受率"), "percent", "a", most=99.99, above_zero=False)
    drafted: Quantity = number(
        Text("tokens drafted at a time", "每次草拟 token 数"), "", "g", default=4, least=1, most=100,
        because=Text("3 to 8 are usual", "常用 3～8"),
    )  # fmt: skip
    cost: Quantity = number(
        Text("cost of a draft token against one of the model", "草拟与目标模型的单 token 成本比"), "percent", "c",
        default=5, most=100, above_zero=False,
        because=Text("a draft model of a twentieth of the size", "草拟模型约为 1/20 大小"),
    )  # fmt: skip


def speed_up(drafting: Drafting, trace: Trace) -> Quantity:
    """Tokens for one pass (1 − a^(g+1)) ÷ (1 − a); speed-up = tokens ÷ (g·c + 1) (arXiv 2211.17192, theorem 3.8).

    Acceptance is taken as independent from token to token. It holds where decoding waits for memory (small batches); at
    large batches the checked tokens cost compute and the gain shrinks or turns into a loss. Output is unchanged.
    """
    trace.cite(SPECULATIVE)
    tokens = trace.step(
        "n", Text("tokens for one pass of the model", "目标模型每次前向得到的 token 数"), _tokens(drafting), ""
    )
    label = Text("cost of a round in passes", "一轮的成本（以前向次数计）")
    cost = trace.step("k", label, drafting.drafted * drafting.cost + constant(1), "")
    gain = trace.step("x", Text("speed-up", "加速倍数"), tokens / cost, "")
    best = max(range(1, _MOST_DRAFTED + 1), key=lambda count: _gain(drafting, count))
    if gain.to("") < 1:
        trace.note(Text("Below 1: it makes decoding slower.", "小于 1：反而更慢。"))
    trace.note(
        Text(
            f"The best number of drafted tokens here is {best}: {_gain(drafting, best):.3g}×. For small batches only.",
            f"此处最佳草拟数为 {best}：{_gain(drafting, best):.3g} 倍。仅适用于小批量。",
        )
    )
    return gain


def _tokens(drafting: Drafting) -> Quantity:
    rejected = constant(1) - drafting.acceptance
    return (constant(1) - drafting.acceptance ** (drafting.drafted.to("") + 1)) / rejected


def _gain(drafting: Drafting, drafted: int) -> float:
    a, c = drafting.acceptance.to(""), drafting.cost.to("")
    return (1 - a ** (drafted + 1)) / ((1 - a) * (drafted * c + 1))


SPECULATIVE_DECODING = Calculator(
    name="speculative",
    title=Text("speed-up by speculative decoding", "投机解码的加速"),
    inputs=Drafting,
    formula=speed_up,
    unit="",
    example="--acceptance 80% --drafted 4 --cost 5%",
)
