"""How fast accelerators can serve a model: the roofline of decoding and prefill, and the batch that memory allows."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Text, Trace, chip, known_model, number
from assistant.calculators.chips import bandwidth, memory_of, peak_speed, usable_share
from assistant.calculators.compute import all_parameters
from assistant.calculators.errors import BadInputError
from assistant.calculators.kv_cache import cache_per_token, shape_input
from assistant.calculators.memory import WEIGHTS, cards, note_split
from assistant.calculators.papers import SCALING_BOOK
from assistant.calculators.precision import cache_precision, weight_bytes, weight_precision
from assistant.calculators.quantity import Quantity, ceil, constant, floor, largest, smallest
from corpus.tables import Accelerator, TrainingRun

# A decoding step gives one token to each sequence.
_ONE_EACH = constant(1, "token / sequence")
# What memory is planned for when a speed is wanted instead of a batch.
_USUAL_BATCH = constant(32, "sequence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A model on accelerators. With a measured `speed` (of calculators that take one) the model plays no part.

    `target` is the speed that each user must see; the batch is then the largest that keeps it. `accelerators` are one
    replica: as many as hold the model where nobody says.
    """

    model: TrainingRun | None = known_model()
    parameters: Quantity = all_parameters(unless=("speed",))
    active: Quantity | None = number(
        Text("active parameters", "激活参数量"), "parameter", "N_a", least=1e6, most=1e14, optional=True,
        of_model="active_parameters", unless=("speed",),
    )  # fmt: skip
    precision: str = weight_precision(unless=("speed",))
    layers: Quantity = shape_input("layers", unless=("speed",))
    kv_heads: Quantity = shape_input("kv_heads", unless=("speed",))
    head_dim: Quantity = shape_input("head_dim", unless=("speed",))
    kv_precision: str = cache_precision(unless=("speed",))
    context: Quantity = number(
        Text("tokens held per sequence, on average", "每条序列平均保留的 token 数"), "token / sequence", "s",
        default=2048, least=1, most=1e8, because=Text("a conversation of some turns", "几轮对话"), unless=("speed",),
    )  # fmt: skip
    batch: Quantity | None = number(
        Text("sequences at once", "同时处理的序列数"), "sequence", "B", default=32, least=1, most=1e6,
        because=Text("a moderate load", "中等负载"), unless=("target", "speed"),
    )  # fmt: skip
    target: Quantity | None = number(
        Text("speed that each user must see", "每位用户至少要看到的速度"), "token / second / sequence", "y_t", most=1e5,
        optional=True,
    )  # fmt: skip
    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    accelerators: Quantity | None = number(
        Text("accelerators of one replica", "每个副本的卡数"), "accelerator", "G", least=1, most=1e5, optional=True
    )
    usable: Quantity = usable_share(unless=("speed",))
    reached: Quantity = number(
        Text("share of the bound that is reached", "达到理论上限的比例"), "percent", "e", default=67, most=100,
        because=Text("real systems often come within 1.5 times of it", "实际系统通常差 1.5 倍以内"), unless=("speed",),
    )  # fmt: skip
    prefill_mfu: Quantity = number(
        Text("utilisation while reading prompts", "读取提示词时的算力利用率"), "percent", "e_p", default=40, most=100,
        because=Text("like a well-run training", "与调好的训练相当"), unless=("speed",),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replica:
    """What one replica does: its accelerators, sequences, speed of all users and of one, and of reading prompts."""

    accelerators: Quantity
    batch: Quantity
    speed: Quantity
    per_user: Quantity
    prefill: Quantity


@dataclass(frozen=True, slots=True)
class _Load:
    """What decoding needs and has: weights, cache of one sequence, arithmetic for a token, memory of an accelerator."""

    weights: Quantity
    cache: Quantity
    work: Quantity
    room: Quantity


@dataclass(frozen=True, slots=True)
class _Replica:
    """The accelerators of a replica and what they read and compute together."""

    count: Quantity
    bandwidth: Quantity
    peak: Quantity


def roofline(served: Served, trace: Trace) -> Replica:
    """One decoding step takes cache ÷ bandwidth + max(2·N·B ÷ peak, weights ÷ bandwidth), and gives a token to each.

    Source: How to Scale Your Model, chapter on inference. Peak and bandwidth are those of all accelerators of the
    replica together; arithmetic in BF16 whatever the weights are stored in; communication, scheduling, and for a small
    batch of a mixture of experts the experts that are not read, are in the share that is reached.
    """
    trace.cite(SCALING_BOOK, *served.accelerator.sources)
    weights = trace.step("W", WEIGHTS, served.parameters * weight_bytes(served.precision), "GB")
    token = cache_per_token(served.layers, served.kv_heads, served.head_dim, served.kv_precision, trace)
    cache = trace.step("c", Text("cache of one sequence", "一条序列的缓存"), token * served.context, "MB / sequence")
    per_token = constant(2, "FLOP / parameter / token") * (served.active or served.parameters)
    work = trace.step("F", Text("arithmetic for one token", "每个 token 的计算量"), per_token, "FLOP / token")
    load = _Load(weights, cache, work, memory_of(served.accelerator) * served.usable)
    replica = _replica(served, load, trace)
    batch = _batch(served, load, replica, trace)
    _check_memory(served, load, replica, batch)
    step = _step_time(load, replica, batch, trace)
    label = Text("speed that each user sees", "每位用户看到的速度")
    per_user = trace.step("y", label, served.reached * _ONE_EACH / step, "token / second / sequence")
    label = Text("speed of all users together", "全部用户合计速度")
    speed = trace.step("v", label, per_user * batch, "token / second")
    label = Text("speed of reading prompts", "读取提示词的速度")
    prefill = trace.step("p", label, served.prefill_mfu * replica.peak / work, "token / second")
    return Replica(replica.count, batch, speed, per_user, prefill)


def critical_batch(accelerator: Accelerator, precision: str, trace: Trace) -> Quantity:
    """B* = peak ÷ bandwidth × bytes ÷ 2: from here on decoding waits for arithmetic and no longer for the weights."""
    trace.cite(SCALING_BOOK, *accelerator.sources)
    ratio = peak_speed(accelerator) / bandwidth(accelerator)
    batch = ratio * weight_bytes(precision) / constant(2, "FLOP / parameter / sequence")
    return trace.step("B*", Text("critical batch", "临界批量"), batch, "sequence")


def _replica(served: Served, load: _Load, trace: Trace) -> _Replica:
    count = served.accelerators
    if count is None:
        held = load.weights + load.cache * (served.batch or _USUAL_BATCH)
        label = Text("accelerators of one replica", "每个副本的卡数")
        count = trace.step("G", label, ceil(held / load.room, "accelerator"), "accelerator")
        if count.to("accelerator") > 1:
            held_by = cards(count, served.accelerator)
            trace.note(Text(f"One is not enough: a replica takes {held_by}.", f"一张放不下：每个副本需要 {held_by}。"))
        note_split(count, trace)
    label = Text("bandwidth of a replica", "副本的显存带宽")
    reads = trace.step("R", label, bandwidth(served.accelerator) * count, "TB / second")
    label = Text("peak of a replica", "副本的峰值算力")
    return _Replica(count, reads, trace.step("S_G", label, peak_speed(served.accelerator) * count, "TFLOP / second"))


def _batch(served: Served, load: _Load, replica: _Replica, trace: Trace) -> Quantity:
    if served.target is None:
        return served.batch or _USUAL_BATCH
    time = trace.step(
        "t_m", Text("longest step", "每步最长时间"), served.reached * _ONE_EACH / served.target, "millisecond"
    )
    reading = load.cache / replica.bandwidth
    computing = load.work * _ONE_EACH / replica.peak
    bounds = (
        (
            "B_r",
            Text("sequences by bandwidth", "带宽允许的序列数"),
            (time - load.weights / replica.bandwidth) / reading,
        ),
        ("B_c", Text("sequences by arithmetic", "算力允许的序列数"), time / (reading + computing)),
        (
            "B_m",
            Text("sequences by memory", "显存允许的序列数"),
            (load.room * replica.count - load.weights) / load.cache,
        ),
    )
    if min(most.to("sequence") for _, _, most in bounds) < 1:
        raise _too_slow(served, load, time)
    least = smallest(*(trace.step(symbol, label, most, "sequence") for symbol, label, most in bounds))
    label = Text("sequences at once that keep the speed", "保证速度的并发序列数")
    return trace.step("B", label, floor(least, "sequence"), "sequence")


def _check_memory(served: Served, load: _Load, replica: _Replica, batch: Quantity) -> None:
    held = load.weights + load.cache * batch
    # The last bits of a count that was itself computed from the memory are rounding.
    if held.to("byte") <= (load.room * replica.count).to("byte") * (1 + 1e-9):
        return
    needed = cards(ceil(held / load.room, "accelerator"), served.accelerator)
    raise BadInputError(
        "accelerators",
        Text(
            f"weights and cache take {held.to('GB'):,.4g} GB and do not fit on so few accelerators; it takes {needed}",
            f"权重与缓存共 {held.to('GB'):,.4g} GB，这么少的卡放不下；需要 {needed}",
        ),
    )


def _too_slow(served: Served, load: _Load, time: Quantity) -> BadInputError:
    read = load.weights + load.cache * constant(1, "sequence")
    by_speed = read / (bandwidth(served.accelerator) * time)
    name = cards(ceil(largest(by_speed, read / load.room), "accelerator"), served.accelerator)
    return BadInputError(
        "target",
        Text(
            f"one user alone would not see that speed; it takes at least {name} a replica, or smaller weights",
            f"单个用户也达不到这个速度；每个副本至少需要 {name}，或更小的权重",
        ),
    )


def _step_time(load: _Load, replica: _Replica, batch: Quantity, trace: Trace) -> Quantity:
    times = (
        ("t_c", Text("reading the cache", "读取缓存"), load.cache * batch / replica.bandwidth),
        ("t_w", Text("reading the weights", "读取权重"), load.weights / replica.bandwidth),
        ("t_f", Text("arithmetic", "计算"), load.work * _ONE_EACH * batch / replica.peak),
    )
    cache, weights, work = (trace.step(symbol, label, time, "millisecond") for symbol, label, time in times)
    label = Text("least time of one decoding step", "每步解码的最短时间")
    return trace.step("t", label, cache + largest(weights, work), "millisecond")
