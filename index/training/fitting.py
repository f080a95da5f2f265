"""Trains the vectors of words, so that a Chinese text's sum lies where the encoder puts its English translation.

The loss is contrastive both ways over a batch (as in CLIP, Radford et al. 2021), which makes right neighbours, plus the
distance to the target (distillation across languages, Reimers and Gurevych 2020), which keeps the sum in the encoder's
space also among texts that were not in the batch.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import cross_entropy, embedding_bag, normalize

from index.encoder import Vectors

TEMPERATURE = 0.05
CLOSENESS = 3.0  # weight of the distance to the target beside the contrastive loss
SAME = 0.98  # targets closer than this say the same and are no negatives of each other
FORGOTTEN = 0.1  # share of a text's words that are left out each time it is seen
BATCH = 1024

Report = Callable[[str, Vectors], None]


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts as rows of the table, and where each is to lie; `each_round` of them are seen in a round, 0 for all."""

    rows: Sequence[Sequence[int]]
    targets: Vectors
    each_round: int = 0


def fit(start: Vectors, sets: Sequence[Examples], *, rounds: int, rate: float, report: Report) -> Vectors:
    """Train from `start`, shape (words, d). The same call gives the same vectors on the same machine."""
    chance = random.Random(0)
    torch.manual_seed(0)
    weights = torch.nn.Parameter(torch.tensor(start))
    optimizer = torch.optim.SparseAdam([weights], lr=rate)
    for number in range(rounds):
        losses = []
        batches = _batches(sets, chance)
        for place, (group, chosen) in enumerate(batches):
            # Falls to nothing: what is learned last would otherwise shake what was learned before.
            optimizer.param_groups[0]["lr"] = rate * (1 - (number + place / len(batches)) / rounds)
            targets = torch.tensor(group.targets[chosen])
            loss = _loss(_summed(weights, [_thinned(group.rows[n], chance) for n in chosen]), targets)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()  # type: ignore[no-untyped-call]
            losses.append(float(loss.detach()))
        report(f"round {number + 1}: loss {np.mean(losses):.3f}", weights.detach().numpy())
    return np.asarray(weights.detach().numpy(), dtype=np.float32)


def _batches(sets: Sequence[Examples], chance: random.Random) -> list[tuple[Examples, list[int]]]:
    """Each batch is of one set, so that a text has others of its kind for negatives."""
    found = []
    for group in sets:
        order = list(range(len(group.rows)))
        chance.shuffle(order)
        order = order[: group.each_round or None]
        found += [(group, order[first : first + BATCH]) for first in range(0, len(order), BATCH)]
    chance.shuffle(found)
    return found


def _thinned(rows: Sequence[int], chance: random.Random) -> Sequence[int]:
    return [row for row in rows if chance.random() >= FORGOTTEN] or rows


def _summed(weights: torch.Tensor, texts: Sequence[Sequence[int]]) -> torch.Tensor:
    starts: npt.NDArray[np.int64] = np.cumsum([0, *map(len, texts[:-1])])
    together = torch.tensor([row for rows in texts for row in rows])
    return normalize(embedding_bag(together, weights, torch.tensor(starts), mode="sum", sparse=True), dim=1)


def _loss(vectors: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    itself = torch.arange(len(targets))
    same = (targets @ targets.T > SAME) & ~torch.eye(len(targets), dtype=torch.bool)
    closeness = (vectors @ targets.T / TEMPERATURE).masked_fill(same, -1e4)
    apart = cross_entropy(closeness, itself) + cross_entropy(closeness.T, itself)
    return apart + CLOSENESS * (1 - (vectors * targets).sum(dim=1)).mean()
