"""Every calculator there is, in the order in which they are listed."""

from __future__ import annotations

from typing import Any

from assistant.calculators.api_cost import API_COST
from assistant.calculators.api_vs_own import API_VS_OWN
from assistant.calculators.budget import BUDGET
from assistant.calculators.burn_multiple import BURN_MULTIPLE
from assistant.calculators.calculator import Calculator, Text
from assistant.calculators.carbon import CARBON
from assistant.calculators.chinchilla import OPTIMAL_SIZE, OPTIMAL_TOKENS
from assistant.calculators.compute import TRAINING_COMPUTE
from assistant.calculators.decode_bound import DECODE_BOUND
from assistant.calculators.error_budget import ERROR_BUDGET
from assistant.calculators.finetune import FINETUNE, FINETUNE_MEMORY
from assistant.calculators.fleet import FLEET
from assistant.calculators.gross_margin import GROSS_MARGIN
from assistant.calculators.interruptions import INTERRUPTIONS
from assistant.calculators.kv_cache import KV_CACHE
from assistant.calculators.memory import MEMORY
from assistant.calculators.mfu import MFU
from assistant.calculators.price_decline import PRICE_DECLINE
from assistant.calculators.rent import RENT
from assistant.calculators.rent_vs_buy import RENT_VS_BUY
from assistant.calculators.reserved_vs_spot import RESERVED_VS_SPOT
from assistant.calculators.runway import RUNWAY
from assistant.calculators.serve import CRITICAL_BATCH, SERVE, SERVE_SPEED
from assistant.calculators.speculative import SPECULATIVE_DECODING
from assistant.calculators.team_cost import TEAM_COST
from assistant.calculators.train import TRAIN, TRAIN_ACCELERATORS
from assistant.calculators.train_memory import TRAIN_MEMORY
from assistant.calculators.unit_economics import CAC_PAYBACK, LTV, UNIT_ECONOMICS

CALCULATORS: tuple[Calculator[Any], ...] = (
    # compute
    TRAIN,
    TRAIN_ACCELERATORS,
    TRAINING_COMPUTE,
    OPTIMAL_TOKENS,
    OPTIMAL_SIZE,
    MFU,
    # memory
    MEMORY,
    TRAIN_MEMORY,
    FINETUNE,
    FINETUNE_MEMORY,
    KV_CACHE,
    # serving
    SERVE,
    SERVE_SPEED,
    DECODE_BOUND,
    CRITICAL_BATCH,
    FLEET,
    SPECULATIVE_DECODING,
    # money
    BUDGET,
    API_COST,
    API_VS_OWN,
    RENT,
    RENT_VS_BUY,
    RESERVED_VS_SPOT,
    PRICE_DECLINE,
    RUNWAY,
    BURN_MULTIPLE,
    GROSS_MARGIN,
    LTV,
    CAC_PAYBACK,
    UNIT_ECONOMICS,
    TEAM_COST,
    # risk and footprint
    ERROR_BUDGET,
    INTERRUPTIONS,
    CARBON,
)

_BY_NAME = {calculator.name: calculator for calculator in CALCULATORS}


def find_calculator(name: str) -> Calculator[Any] | None:
    """The calculator of that name, or None when there is none."""
    return _BY_NAME.get(name)


# The group that begins with each of these, in the order above.
_GROUPS = {
    TRAIN.name: Text("Compute", "算力"),
    MEMORY.name: Text("Memory", "显存"),
    SERVE.name: Text("Serving", "推理"),
    BUDGET.name: Text("Money", "资金"),
    ERROR_BUDGET.name: Text("Risk and footprint", "风险与排放"),
}


def groups() -> dict[str, Text]:
    """The group of every calculator, by its name."""
    found: dict[str, Text] = {}
    group = _GROUPS[CALCULATORS[0].name]
    for calculator in CALCULATORS:
        group = _GROUPS.get(calculator.name, group)
        found[calculator.name] = group
    return found
