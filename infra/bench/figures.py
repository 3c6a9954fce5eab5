"""Arithmetic of measurements. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of all does not exceed (nearest rank); NaN of nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


def zipf_shares(count: int, exponent: float) -> list[float]:
    """The shares of the first, second, third most wanted of so many things; they add up to one."""
    weights = [1 / rank**exponent for rank in range(1, count + 1)]
    whole = sum(weights)
    return [weight / whole for weight in weights]
