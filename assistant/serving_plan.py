"""Whether a model fits a machine, by the calculators' formulas, and how it is then served: dtype, context, split."""

from __future__ import annotations

import math
from dataclasses import dataclass

from assistant.calculators.calculator import Text, Trace
from assistant.calculators.kv_cache import Cache, cache_memory
from assistant.calculators.quantity import given
from corpus.tables import Tables
from serving.launching.hardware import Gpu, Machine
from serving.weights.recommended import Recommended, load_recommended
from serving.weights.shape import Shape

# What the assistant sends at most (passages, instructions, history, an answer) fits twice; longer costs memory only.
WANTED_CONTEXT = 16384
LEAST_CONTEXT = 4096
# A few people at once are the least that a team's server is for.
_ASKERS = 8
# vLLM fills this share of a GPU. CUDA's own context and what a step computes with take this much of it: an estimate,
# not measured here (no GPU was at hand); vLLM measures it itself when it starts.
_SHARE, _WORKING = 0.90, 2.5e9
# On a CPU vLLM took 7.5 GB for 3.5 GB of weights and a cache of 2 GiB (2026-11-22); a little more is planned with.
_WORKING_ON_CPU, _MOST_CACHE_ON_CPU = 2.5e9, 4 << 30
_CONTEXT_ON_CPU = 8192
_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is served, or why not. Sizes in bytes; `sequences` of `context` tokens fit at once, in all."""

    fits: bool
    reason: Text
    dtype: str = "bfloat16"
    context: int = 0
    tensor_parallel: int = 1
    data_parallel: int = 1
    memory_share: float = 0.0
    cache: int = 0
    sequences: float = 0.0
    notes: tuple[Text, ...] = ()


def make_plan(shape: Shape, machine: Machine, tables: Tables) -> Plan:
    """The plan for the GPUs of `machine`, or for its processor when it has none."""
    token = cache_of_a_token(shape, tables)
    return _plan_on_gpus(shape, machine.gpus, token) if machine.gpus else _plan_on_cpu(shape, machine, token)


def best_fitting(machine: Machine, tables: Tables) -> Recommended | None:
    """The first of the recommended models that fits; on a processor the smallest, which is slow enough."""
    fitting = [row for row in load_recommended() if make_plan(row.shape, machine, tables).fits]
    return (fitting[0] if machine.gpus else fitting[-1]) if fitting else None


def cache_of_a_token(shape: Shape, tables: Tables) -> float:
    """Bytes of KV cache for one token in bf16, as `assistant cost kv-cache` computes it."""
    kept = Cache(
        parameters=None,
        layers=given(shape.cache_layers, "", "L"),
        kv_heads=given(shape.kv_heads, "", "H"),
        head_dim=given(shape.head_dim, "", "d"),
        precision="bf16",
        context=given(1, "token / sequence", "s"),
        sequences=given(1, "sequence", "B"),
    )
    return cache_memory(kept, Trace(tables)).to("byte")


def _plan_on_gpus(shape: Shape, gpus: tuple[Gpu, ...], token: float) -> Plan:
    # Every GPU does the same share, so the smallest says what each can do.
    total = min(gpu.memory for gpu in gpus)
    share = min(_SHARE, math.floor(min((gpu.free - 0.5e9) / gpu.memory for gpu in gpus) * 100) / 100)
    usable = max(0.0, total * share - _WORKING)
    splits = [n for n in (2**power for power in range(7)) if n <= len(gpus) and shape.heads % n == 0]
    tokens = {n: _tokens_in(usable - shape.weights / n, shape, token, n) for n in splits}
    wanted = min(shape.context, WANTED_CONTEXT)
    split = next((n for n in splits if tokens[n] >= wanted * _ASKERS), max(splits, key=lambda n: tokens[n]))
    context = _context(wanted, tokens[split])
    notes = _notes_on_gpus(gpus, share)
    if not context:
        return Plan(False, _too_large(shape, usable * max(splits), gpus, max(splits)), notes=notes)
    copies = len(gpus) // split
    has_bfloat16 = all(gpu.has_bfloat16 for gpu in gpus)
    return Plan(
        True,
        _fits(shape, tokens[split] * token, context, f"{split * copies} × {gpus[0].name}", split, copies),
        dtype="bfloat16" if has_bfloat16 else "float16",
        context=context,
        tensor_parallel=split,
        data_parallel=copies,
        memory_share=share,
        cache=int(tokens[split] * token * copies),
        sequences=tokens[split] / context * copies,
        notes=notes,
    )


def _tokens_in(room: float, shape: Shape, token: float, split: int) -> float:
    """Tokens whose cache fits in `room` of each of `split` GPUs. A key-value head is never cut, but copied."""
    return max(0.0, room) / (token / min(split, shape.kv_heads))


def _context(wanted: int, tokens: float) -> int:
    """The longest of `wanted` and its halves that fits at least once; 0 when the least does not."""
    context = wanted
    while context > tokens and context > LEAST_CONTEXT:
        context = max(LEAST_CONTEXT, context // 2)
    return context if context <= tokens else 0


def _plan_on_cpu(shape: Shape, machine: Machine, token: float) -> Plan:
    room = machine.free_memory - shape.weights - _WORKING_ON_CPU
    cache = min(_MOST_CACHE_ON_CPU, int(room) // _GIB * _GIB)  # vLLM takes whole GiB
    context = _context(min(shape.context, _CONTEXT_ON_CPU), max(0, cache) / token)
    if not context:
        need = shape.weights + _WORKING_ON_CPU + max(_GIB, LEAST_CONTEXT * token)
        return Plan(
            False,
            Text(
                f"does not fit: weights {_gb(shape.weights)} and what it works with come to {_gb(need)}; "
                f"{_gb(machine.free_memory)} of memory are free",
                f"放不下：权重 {_gb(shape.weights)}，连同运行所需共 {_gb(need)}；空闲内存 {_gb(machine.free_memory)}",
            ),
        )
    slow = Text(
        "there is no GPU: a few words a second at most. Good for trying it out; the embedded model is faster here",
        "没有 GPU：每秒只有几个词，适合试用；在这台机器上内置模型更快",
    )
    return Plan(
        True,
        _fits(shape, cache, context, f"{machine.cores} CPU cores", 1, 1),
        context=context,
        cache=cache,
        sequences=cache / token / context,
        notes=(slow,),
    )


def _notes_on_gpus(gpus: tuple[Gpu, ...], share: float) -> tuple[Text, ...]:
    notes = []
    if share < _SHARE:
        least = min(gpus, key=lambda gpu: gpu.free / gpu.memory)
        notes.append(
            Text(
                f"other programs hold {_gb(least.memory - least.free)} of {least.name}; {share:.0%} of it is used",
                f"{least.name} 已被其他程序占用 {_gb(least.memory - least.free)}，只使用其中 {share:.0%}",
            )
        )
    if len({gpu.memory for gpu in gpus}) > 1:
        notes.append(
            Text(
                "the GPUs differ; each is given what the smallest can take; CUDA_VISIBLE_DEVICES chooses among them",
                "各 GPU 不同，按最小的一块分配；可用 CUDA_VISIBLE_DEVICES 选择",
            )
        )
    return tuple(notes)


def _fits(shape: Shape, cache: float, context: int, where: str, split: int, copies: int) -> Text:
    way_en = f", split over {split}" if split > 1 else ""
    way_zh = f"，拆分到 {split} 块" if split > 1 else ""
    if copies > 1:
        way_en += f", {copies} copies side by side"
        way_zh += f"，并行 {copies} 份"
    return Text(
        f"fits on {where}: weights {_gb(shape.weights)}{way_en}; {_gb(cache)} of KV cache; up to {context:,} tokens",
        f"{where} 放得下：权重 {_gb(shape.weights)}{way_zh}；KV 缓存 {_gb(cache)}，单条文本至多 {context:,} token",
    )


def _too_large(shape: Shape, usable: float, gpus: tuple[Gpu, ...], count: int) -> Text:
    return Text(
        f"does not fit: weights {_gb(shape.weights)} and a KV cache beside them; {count} × {gpus[0].name} have "
        f"{_gb(usable)} for both",
        f"放不下：权重 {_gb(shape.weights)}，另需 KV 缓存；{count} × {gpus[0].name} 可用 {_gb(usable)}",
    )


def _gb(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"
