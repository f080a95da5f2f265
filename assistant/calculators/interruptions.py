"""How often a long run on many accelerators will be interrupted, what that costs in time, and the spares it needs."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Curve, Result, Text, Trace, number
from assistant.calculators.quantity import Quantity, ceil, constant


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRun:
    """A run, how often one accelerator stops it, and what follows each time."""

    accelerators: Quantity = number(Text("number of accelerators", "加速卡数量"), "accelerator", "G", least=1, most=1e7)
    time: Quantity = number(Text("length of the run", "训练时长"), "day", "T", most=3660)
    rate: Quantity = number(
        Text("interruptions of one accelerator", "单卡中断率"), "interruption / accelerator / year", "q", default=0.173,
        most=100,
        because=Text(
            "Llama 3: 419 unexpected ones in 54 days on 16,384 H100",
            "Llama 3：16,384 张 H100 在 54 天内意外中断 419 次",
        ),
    )  # fmt: skip
    restart: Quantity = number(
        Text("time to restart", "恢复时间"), "minute", "r", default=30, most=10080,
        because=Text("half an hour to find the fault and load the checkpoint", "定位故障并加载检查点约半小时"),
    )  # fmt: skip
    checkpoint: Quantity = number(
        Text("time between checkpoints", "检查点间隔"), "hour", "c", default=1, most=720,
        because=Text("a checkpoint every hour", "每小时保存一次"),
    )  # fmt: skip
    write: Quantity | None = number(
        Text("time to write a checkpoint", "写检查点的停顿"), "minute", "s", most=1440, optional=True
    )
    hardware: Quantity = number(
        Text("share caused by hardware", "硬件原因占比"), "percent", "x", default=78, most=100,
        because=Text("Llama 3: about 78%", "Llama 3：约 78%"),
    )  # fmt: skip
    repair: Quantity = number(
        Text("time until a failed node is back", "故障节点修复时间"), "day", "p", default=3, most=365,
        because=Text("a few days for an exchange", "更换部件约需数天"),
    )  # fmt: skip
    node: Quantity = number(
        Text("accelerators in a node", "每台服务器的卡数"), "accelerator / node", "g", default=8, least=1, most=1024,
        because=Text("the usual server", "常见服务器"),
    )  # fmt: skip


def interruptions(run: LongRun, trace: Trace) -> Quantity:
    """Expected n = G·T·q; one each T ÷ n; each costs the restart and half the time between checkpoints.

    q is from the Llama 3 report (arXiv 2407.21783). Spares: m nodes are out at once, m = G·q·x·p, and ceil(m + 2·√m)
    of them cover all but a few percent of the time. It takes failures to be independent and equally likely: new
    hardware fails more often, and a power or network fault takes many nodes at once. With the time that writing a
    checkpoint takes, the best interval is √(2·s·MTBF) (Young 1974), true while that is much shorter than the MTBF.
    """
    expected = trace.step(
        "n", Text("expected interruptions", "预计中断次数"), run.accelerators * run.time * run.rate, "interruption"
    )
    between = trace.step("MTBF", Text("mean time between them", "平均间隔"), run.time / expected, "hour / interruption")
    added = trace.step(
        "A",
        Text("time added to the run", "增加的时间"),
        expected * (run.restart + run.checkpoint / constant(2)) / constant(1, "interruption"),
        "day",
    )
    trace.step("E", Text("effective share of the time", "有效时间占比"), run.time / (run.time + added), "percent")
    if run.write:
        best = (constant(2) * run.write * between * constant(1, "interruption")) ** 0.5
        trace.step("c*", Text("best time between checkpoints", "最佳检查点间隔"), best, "hour")
    _spares(run, trace)
    trace.fact("long-run-stops")
    return expected


def _spares(run: LongRun, trace: Trace) -> None:
    out = trace.step(
        "m",
        Text("nodes out at once", "同时离线的服务器"),
        run.accelerators * run.rate * run.hardware * run.repair * constant(1, "node / interruption"),
        "node",
    )
    nodes = trace.step(
        "S",
        Text("spare nodes", "备用服务器"),
        ceil(out + constant(2) * (out * constant(1, "node")) ** 0.5, "node"),
        "node",
    )
    trace.step("S_g", Text("spare accelerators", "备用加速卡"), nodes * run.node, "accelerator")
    kept = trace.fact("cluster-spares").figures
    trace.note(
        Text(
            f"BLOOM kept {kept['spare_gpus_count']:g} of {kept['all_gpus_count']:g} GPUs as spares.",
            f"BLOOM 在 {kept['all_gpus_count']:g} 张卡中留了 {kept['spare_gpus_count']:g} 张备用。",
        )
    )


def _twice_as_many(result: Result) -> float:
    given = next(read.value for read in result.inputs if read.name == "accelerators")
    return 2 * given.to("accelerator") if isinstance(given, Quantity) else 0.0


INTERRUPTIONS = Calculator(
    name="interruptions",
    title=Text("expected interruptions of a long run", "长时间训练的预计中断次数"),
    inputs=LongRun,
    formula=interruptions,
    unit="interruption",
    example="--accelerators 1024 --time 60days",
    curve=Curve("accelerators", ("E",), _twice_as_many, starts_at=0.05),
)
