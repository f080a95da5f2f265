"""How many bytes a number takes in each precision."""

from __future__ import annotations

from assistant.calculators.calculator import Text, choice
from assistant.calculators.quantity import Quantity, given

# Bytes for one parameter (Bekman, Machine Learning Engineering, inference). The MX formats include the 8-bit scale that
# 32 values share; the scales and zero points of other quantised formats come on top, a few percent.
BYTES = {
    "fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.0, "6-bit": 0.75, "5-bit": 0.625, "4-bit": 0.5,
    "3-bit": 0.375, "2-bit": 0.25, "mxfp8": 1.03125, "mxfp6": 0.78125, "mxfp4": 0.53125,
}  # fmt: skip
CACHE_PRECISIONS = ("fp32", "bf16", "fp16", "fp8", "int8", "4-bit")


def weight_precision(*, unless: tuple[str, ...] = ()) -> str:
    """Declare the precision of the weights."""
    declared: str = choice(
        Text("precision of the weights", "权重精度"), (*BYTES,), default="bf16", unless=unless,
        because=Text("models are published in bf16", "模型通常以 bf16 发布"),
    )  # fmt: skip
    return declared


def cache_precision(*, unless: tuple[str, ...] = ()) -> str:
    """Declare the precision of the KV cache."""
    declared: str = choice(
        Text("precision of the KV cache", "KV 缓存精度"), CACHE_PRECISIONS, default="bf16", unless=unless,
        because=Text("servers keep it in 16 bits unless told otherwise", "服务程序默认用 16 位保存"),
    )  # fmt: skip
    return declared


def weight_bytes(precision: str) -> Quantity:
    """Bytes for one parameter."""
    return given(BYTES[precision], "byte / parameter", "b")
