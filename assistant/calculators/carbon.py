"""Energy, carbon and the electricity bill of accelerator-hours."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.calculators.calculator import Calculator, Text, Trace, chip, number
from assistant.calculators.prices import board_power
from assistant.calculators.quantity import Quantity
from corpus.tables import Accelerator

_BILLED_BELOW = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Hours of accelerators, their power, the data centre and the grid behind it."""

    hours: Quantity = number(Text("accelerator-hours", "卡时"), "accelerator * hour", "H", most=1e11)
    accelerator: Accelerator = chip(Text("accelerator", "加速卡"), default="h100-sxm")
    power: Quantity = number(
        Text("power draw", "功耗"), "W / accelerator", "W", most=1e5, lookup=board_power, lookup_of="accelerator"
    )
    pue: Quantity = number(
        Text("data centre overhead (PUE)", "机房能耗系数（PUE）"), "", "PUE", default=1.1, least=1, most=3,
        because=Text("the value of the LLaMA paper", "LLaMA 论文的取值"),
    )  # fmt: skip
    grid: Quantity = number(
        Text("carbon of the grid", "电网碳强度"), "tCO2e / MWh", "q", default=0.385, most=2, above_zero=False,
        because=Text("average of the United States in the LLaMA paper", "LLaMA 论文采用的美国平均值"),
    )  # fmt: skip
    electricity: Quantity | None = number(Text("electricity price", "电价"), "CUR / kWh", "E", most=100, optional=True)


def carbon(footprint: Footprint, trace: Trace) -> Quantity:
    """MWh = H × W × PUE; t CO2e = MWh × carbon of the grid (as in arXiv 2302.13971, table 15).

    It takes full power for every hour, so it is on the high side for the chips and leaves out processors, network and
    idle machines, the making of the hardware (BLOOM: 50.5 t against 24.7 t for the power alone, arXiv 2211.02001), and
    whatever certificates a supplier has bought. Grids lie between 0.02 and 0.9 t/MWh: put in your own.
    """
    trace.cite(*footprint.accelerator.sources)
    used = footprint.hours * footprint.power * footprint.pue
    # On a bill it is kWh; what a town would use is easier to read in MWh.
    unit = "kWh" if used.to("MWh") < _BILLED_BELOW else "MWh"
    energy = trace.step("e", Text("energy", "用电量"), used, unit).named("e", "MWh")
    if footprint.electricity:
        money = footprint.electricity.currency
        trace.step("K", Text("electricity bill", "电费"), energy.named("e", "kWh") * footprint.electricity, money)
    trace.note(
        Text(
            "Making the hardware, idle machines and the rest of the server are not in it.",
            "不含硬件制造、闲置机器和服务器其余部件。",
        )
    )
    return trace.step("c", Text("emissions", "碳排放"), energy * footprint.grid, "tCO2e")


CARBON = Calculator(
    name="carbon",
    title=Text("carbon of the accelerator-hours", "这些卡时的碳排放"),
    inputs=Footprint,
    formula=carbon,
    unit="tCO2e",
    example="--hours 184320 --accelerator a100-80gb-sxm",
)
