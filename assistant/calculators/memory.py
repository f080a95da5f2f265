"""The memory that weights take, and how many accelerators hold them."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, choice, known_model, number
from assistant.calculators.chips import memory_of, usable_share
from assistant.calculators.compute import all_parameters
from assistant.calculators.kv_cache import cache_per_token, shape_input
from assistant.calculators.papers import ML_ENGINEERING
from assistant.calculators.precision import BYTES, weight_bytes, weight_precision
from assistant.calculators.quantity import Quantity, ceil, given
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
    original: str = choice(
        Text("precision compared with", "对比的精度"), (*BYTES,), default="bf16",
        because=Text("models are published in it", "模型通常以此发布"),
    )  # fmt: skip
    cache: Quantity | None = number(
        Text("KV cache beside the weights", "另需的 KV 缓存"), "GB", "K", most=1e6, optional=True, above_zero=False
    )
    context: Quantity | None = number(
        Text("tokens in one sequence", "每条序列的 token 数"), "token / sequence", "s", least=1, most=1e8, optional=True
    )
    sequences: Quantity = number(
        Text("sequences at once", "同时处理的序列数"), "sequence", "B", default=1, least=1, most=1e7,
        because=Text("one request", "一个请求"), only_with="context",
    )  # fmt: skip
    layers: Quantity = shape_input("layers", only_with="context")
    kv_heads: Quantity = shape_input("kv_heads", only_with="context")
    head_dim: Quantity = shape_input("head_dim", only_with="context")
    accelerator: Accelerator | None = chip(
        Text("accelerator", "加速卡"), default="h100-sxm", because=Text("the most common one", "最常见的一种"),
        unless=("card",),
    )  # fmt: skip
    card: Quantity | None = number(
        Text("memory of one accelerator", "单卡显存"), "GB / accelerator", "M", least=4, most=1e4, optional=True
    )
    usable: Quantity = usable_share()


def weight_memory(held: Weights, trace: Trace) -> Quantity:
    """W = N × bytes per parameter, with a KV cache beside it if it or its tokens are given; accelerators = ceil(W ÷
    usable memory).

    Source: Bekman, Machine Learning Engineering. GB are 10⁹ bytes. All experts of a mixture count. Against a wider
    precision the saving is N × the difference in bytes. Not in it: activations, the KV cache unless it is given (see
    kv-cache and serve), scales of quantised formats, uneven splits; training takes 8 to 9 times as much (see
    train-memory).
    """
    trace.cite(ML_ENGINEERING, *(held.accelerator.sources if held.accelerator else ()))
    weights = trace.step("W", WEIGHTS, held.parameters * weight_bytes(held.precision), "GB")
    _compare(held, weights, trace)
    total, cache = weights, _cache(held, trace)
    if cache is not None:
        total = trace.step("W_K", Text("weights and KV cache", "权重与 KV 缓存合计"), weights + cache, "GB")
    memory = memory_of(held.accelerator) if held.accelerator and held.card is None else held.card
    assert memory is not None  # a card is assumed where its memory is not given
    usable = trace.step("U", Text("usable memory", "可用显存"), memory * held.usable, "GB / accelerator")
    label = Text("accelerators that hold it", "放得下所需的卡数")
    needed = trace.step("G", label, ceil(total / usable, "accelerator"), "accelerator")
    if cache is not None:
        # With the cache known, all that the usable share is kept free for is the working memory.
        label = Text("accelerators if every byte could be used", "显存全部可用时至少需要的卡数")
        trace.step("G_0", label, ceil(total / memory, "accelerator"), "accelerator")
    _say_what_follows(held, cache, total, usable, needed, trace)
    return weights


def _cache(held: Weights, trace: Trace) -> Quantity | None:
    """The cache that was given, or that of so many tokens in 16 bits, as servers keep it unless told otherwise."""
    if held.cache is not None or held.context is None:
        return held.cache
    token = cache_per_token(held.layers, held.kv_heads, held.head_dim, "bf16", trace)
    return trace.step("K", Text("KV cache", "KV 缓存"), token * held.context * held.sequences, "GB")


def _compare(held: Weights, weights: Quantity, trace: Trace) -> None:
    """What the precision saves against a wider one."""
    if BYTES[held.precision] >= BYTES[held.original]:
        return
    size = given(BYTES[held.original], "byte / parameter", "b_0")
    before = trace.step(
        "W_0", Text(f"weights in {held.original}", f"{held.original} 权重"), held.parameters * size, "GB"
    )
    trace.step("S", Text("memory saved", "节省的显存"), before - weights, "GB")


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


def _say_what_follows(
    held: Weights, cache: Quantity | None, total: Quantity, usable: Quantity, needed: Quantity, trace: Trace
) -> None:
    one = usable.to("GB / accelerator")
    if held.accelerator and held.card is None:
        name = cards(needed, held.accelerator)
    else:
        name = f"{needed.to('accelerator'):,.0f} × {(usable / held.usable).to('GB / accelerator'):g} GB"
    if needed.to("accelerator") == 1:
        left = in_words(usable - total / needed, "GB / accelerator")
        trace.note(
            Text(
                f"Fits on {name}; {left.en} remain for the KV cache and the working memory.",
                f"{name} 放得下；剩余显存{left.zh}，供 KV 缓存和运行使用。",
            )
        )
    else:
        size = held.parameters.to("parameter") / 1e9
        one -= cache.to("GB") if cache is not None else 0
        enough = next(
            (p for p in _SMALLER if BYTES[p] < BYTES[held.precision] and BYTES[p] * size <= one * _WITH_ROOM), None
        )
        trace.note(
            Text(
                f"Needs {name}"
                + (" for the weights alone" if cache is None else "")
                + (f"; with {enough} weights one is enough." if enough else "."),
                ("仅权重就需要" if cache is None else "需要")
                + f" {name}"
                + (f"；改用 {enough} 权重，一张即可。" if enough else "。"),
            )
        )
        note_split(needed, trace)
    alone = cache is None
    binary = total.to("GiB")
    trace.note(
        Text(
            f"Tools that count in GiB show {binary:.4g} for it." + (" The KV cache comes on top." if alone else ""),
            f"按 GiB 计数的工具显示为 {binary:.4g}。" + ("KV 缓存另计。" if alone else ""),
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
