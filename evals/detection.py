"""Measures of a yes-or-no check that also gives a score: precision, recall, balanced accuracy, area under the ROC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim: whether it is true, whether it was accepted, and the score it got."""

    is_true: bool
    accepted: bool
    score: float


def precision(judged: Sequence[Judged]) -> float | None:
    """The share of the accepted that are true; None when nothing was accepted."""
    return _share([one.is_true for one in judged if one.accepted])


def recall(judged: Sequence[Judged]) -> float | None:
    """The share of the true that were accepted; None when none is true."""
    return _share([one.accepted for one in judged if one.is_true])


def false_accept_rate(judged: Sequence[Judged]) -> float | None:
    """The share of the untrue that were accepted; None when all are true."""
    return _share([one.accepted for one in judged if not one.is_true])


def balanced_accuracy(judged: Sequence[Judged]) -> float | None:
    """The mean of the shares of the true accepted and of the untrue not accepted: 0.5 for guessing."""
    accepted, wrongly = recall(judged), false_accept_rate(judged)
    return None if accepted is None or wrongly is None else (accepted + 1 - wrongly) / 2


def roc_auc(judged: Sequence[Judged]) -> float | None:
    """How often a true claim scores above an untrue one, ties counted half (Mann and Whitney 1947)."""
    true = np.array([one.score for one in judged if one.is_true])
    untrue = np.array([one.score for one in judged if not one.is_true])
    if not len(true) or not len(untrue):
        return None
    above: NDArray[np.bool_] = true[:, np.newaxis] > untrue
    level: NDArray[np.bool_] = true[:, np.newaxis] == untrue
    return float(np.mean(above + 0.5 * level))


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
