"""How far confidence can be believed: intervals of shares, confidence against what is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

CERTAINTY = 0.95  # of an interval to hold the true share
BINS = 15  # of confidence: as is usual


@dataclass(frozen=True, slots=True)
class Bin:
    """Those of about one confidence."""

    low: float
    high: float
    n: int
    right: int
    confidence: float | None
    """Mean, 0 to 1; None of nothing."""
    accuracy: float | None
    """The share that is right, 0 to 1; None of nothing."""


def exact_interval(count: int, of: int) -> tuple[float, float]:
    """Return between which shares the true one lies, 95 % certain (Clopper and Pearson)."""
    tail = (1 - CERTAINTY) / 2
    low = float(betaincinv(count, of - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1 - tail)) if count < of else 1.0
    return low, high


def reliability(sure: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Return how often what is so sure is right, in bins of confidence.

    Args:
        sure: confidences, 0 to 1, (n,).
        right: whether each is right, (n,).
    """
    edges = np.linspace(0, 1, BINS + 1)
    place = np.clip(np.searchsorted(edges, sure) - 1, 0, BINS - 1)  # an edge is of the bin below
    return tuple(
        Bin(
            low=float(edges[index]),
            high=float(edges[index + 1]),
            n=int(inside.sum()),
            right=int(right[inside].sum()),
            confidence=float(sure[inside].mean()) if inside.any() else None,
            accuracy=float(right[inside].mean()) if inside.any() else None,
        )
        for index, inside in ((index, place == index) for index in range(BINS))
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return how far confidence and accuracy lie apart, in the mean, 0 to 1; of nothing 0."""
    gaps = [
        each.n * abs(each.confidence - each.accuracy)
        for each in bins
        if each.confidence is not None and each.accuracy is not None
    ]
    return sum(gaps) / max(sum(each.n for each in bins), 1)
