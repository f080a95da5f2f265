"""How good a ranking is: nDCG, recall, reciprocal rank. Pure functions over names, best first, each name once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet


def once(names: Iterable[str]) -> list[str]:
    """`names` without repetitions: several passages of one section are one find."""
    return list(dict.fromkeys(names))


def ndcg(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """Discounted cumulative gain of the first `k`, as a share of the best possible (Järvelin and Kekäläinen 2002)."""
    best = sorted(gains.values(), reverse=True)[:k]
    ideal = sum(gain / math.log2(place + 1) for place, gain in enumerate(best, start=1))
    found = sum(gains.get(name, 0.0) / math.log2(place + 1) for place, name in enumerate(ranked[:k], start=1))
    return found / ideal if ideal else 0.0


def recall(ranked: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """The share of `relevant` among the first `k`."""
    return len(relevant & set(ranked[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    """One over the place of the first right one; 0 when there is none."""
    return next((1 / place for place, name in enumerate(ranked, start=1) if name in relevant), 0.0)
