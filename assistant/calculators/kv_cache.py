"""The memory of the KV cache: for one token, for one sequence, for all that run at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.calculators.calculator import Calculator, Text, Trace, known_model, number
from assistant.calculators.papers import ML_ENGINEERING
from assistant.calculators.precision import BYTES, cache_precision
from assistant.calculators.quantity import Quantity, constant, given
from assistant.calculators.written import in_words
from corpus.tables import TrainingRun


def shape_input(name: str, *, optional: bool = False, only_with: str = "", unless: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - a dataclass field
    """Declare one figure of a model's shape, taken from the known models where nobody gave it."""
    label, symbol = {
        "layers": (Text("layers", "层数"), "L"),
        "width": (Text("width of the hidden state", "隐藏层宽度"), "h"),
        "kv_heads": (Text("key-value heads", "键值头数"), "H"),
        "head_dim": (Text("dimension of a head", "每头维度"), "d"),
        "vocabulary": (Text("vocabulary", "词表大小"), "V"),
    }[name]
    return number(
        label, "", symbol, least=1, most=1e7, of_model=name, optional=optional, only_with=only_with, unless=unless
    )


def cache_per_token(layers: Quantity, kv_heads: Quantity, head_dim: Quantity, precision: str, trace: Trace) -> Quantity:
    """2·L·H·d·bytes: a key and a value for every layer and key-value head."""
    trace.cite(ML_ENGINEERING)
    size = given(BYTES[precision], "byte", "b_kv")
    label = Text("KV cache of one token", "每 token 的 KV 缓存")
    return trace.step("k", label, constant(2, "1 / token") * layers * kv_heads * head_dim * size, "KiB / token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """What is kept: the shape of the model (of its number of parameters where only that is known) and the tokens."""

    model: TrainingRun | None = known_model()
    parameters: Quantity | None = number(
        Text("parameters", "参数量"), "parameter", "N", least=1e6, most=1e14, of_model="parameters", optional=True
    )
    layers: Quantity = shape_input("layers")
    kv_heads: Quantity = shape_input("kv_heads")
    head_dim: Quantity = shape_input("head_dim")
    precision: str = cache_precision()
    context: Quantity = number(
        Text("tokens in one sequence", "每条序列的 token 数"), "token / sequence", "s", default=4096, least=1, most=1e8,
        because=Text("a long conversation or a short document", "一段长对话或一篇短文"),
    )  # fmt: skip
    sequences: Quantity = number(
        Text("sequences at once", "同时处理的序列数"), "sequence", "B", default=1, least=1, most=1e7,
        because=Text("one request", "一个请求"),
    )  # fmt: skip


def cache_memory(kept: Cache, trace: Trace) -> Quantity:
    """2 × layers × key-value heads × head dimension × bytes, for every token of every sequence.

    Source: Bekman, Machine Learning Engineering. Key-value heads are all heads without grouped-query attention, which
    makes the cache several times larger, and 1 with multi-query attention. It does not hold for latent attention
    (DeepSeek), sliding windows or linear attention; shared prefixes and paging change it by some percent.
    """
    token = cache_per_token(kept.layers, kept.kv_heads, kept.head_dim, kept.precision, trace)
    one = trace.step("c", Text("one sequence", "一条序列"), token * kept.context, "MB / sequence")
    total = trace.step("K", Text("all sequences", "全部序列"), one * kept.sequences, "GB")
    if BYTES[kept.precision] > 1:
        half = in_words(total / BYTES[kept.precision], "GB")
        trace.note(
            Text(
                f"With an 8-bit cache it is {half.en}. The weights come on top (see memory).",
                f"改用 8 位缓存为 {half.zh}。权重另计（见 memory）。",
            )
        )
    return total


KV_CACHE = Calculator(
    name="kv-cache",
    title=Text("memory of the KV cache", "KV 缓存占用的显存"),
    inputs=Cache,
    formula=cache_memory,
    unit="GB",
    example="--model llama-3-1-8b --context 8k --sequences 32",
)
