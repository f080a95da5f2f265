"""An accelerator of the tables as quantities. What its row does not say is an error that names the chip."""

from __future__ import annotations

from assistant.calculators.calculator import Text, number
from assistant.calculators.errors import BadInputError
from assistant.calculators.quantity import Quantity, given
from corpus.tables import Accelerator


def peak_speed(accelerator: Accelerator) -> Quantity:
    """Dense BF16 (else FP16) peak of one accelerator as vendors print it; never the sparse figure, twice as large."""
    tflops = accelerator.bf16_tflops or accelerator.fp16_tflops
    return _known(accelerator, tflops, "TFLOP / second / accelerator", "S", Text("dense BF16 speed", "稠密 BF16 算力"))


def bandwidth(accelerator: Accelerator) -> Quantity:
    """How fast one accelerator reads its memory."""
    known = accelerator.bandwidth_tb_s
    return _known(accelerator, known, "TB / second / accelerator", "BW", Text("memory bandwidth", "显存带宽"))


def memory_of(accelerator: Accelerator) -> Quantity:
    """The memory of one accelerator as its vendor prints it (often GiB written GB: a little more than counted here)."""
    return given(accelerator.memory_gb, "GB / accelerator", "M")


def usable_share(*, unless: tuple[str, ...] = ()) -> Quantity:
    """Declare the input for the share of the memory that a server may fill."""
    return _usable(Text("vLLM and others take 90% and leave the rest", "vLLM 等服务默认占用 90%"), unless)


def usable_in_training() -> Quantity:
    """Declare the input for the share of the memory that training may plan with."""
    return _usable(Text("the rest goes to buffers and fragmentation", "其余留给缓冲区和显存碎片"), ())


def _usable(because: Text, unless: tuple[str, ...]) -> Quantity:
    label = Text("usable share of the memory", "可用显存比例")
    declared: Quantity = number(label, "percent", "u", default=90, most=100, because=because, unless=unless)
    return declared


def _known(accelerator: Accelerator, value: float | None, unit: str, symbol: str, label: Text) -> Quantity:
    if not value:
        raise BadInputError(
            "accelerator",
            Text(
                f"the table has no {label.en} of {accelerator.name}; choose another one or add it to your tables",
                f"表中没有 {accelerator.name} 的{label.zh}；请换一种加速卡，或在自己的表中补上",
            ),
        )
    return given(value, unit, symbol)
