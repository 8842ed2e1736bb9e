"""Demand that finds no stock is lost, it does not wait: less than demand leaves the shelf until an order arrives.

While an order is on its way, sales are the target share of demand. What is lost is lost on the days of most demand, so
sales also vary less than demand: of a normal variable cut off where the loss function says that the target share
remains, the share of variance that is left. Levels that take the losses for a backlog would fill more than was asked.
"""

from __future__ import annotations

import math

import numpy as np

from fulfillment_bi.forecast.counts import normal_reached
from fulfillment_bi.forecast.panel import Numbers

_STEPS = 30
_LOWEST, _HIGHEST = -4.0, 6.0
Moments = tuple[Numbers, Numbers]
"""Mean and dispersion (variance = mean + dispersion x mean^2), (S,) each."""


def left_of_variance(lost: float, variation: Numbers) -> Numbers:
    """The share of demand's variance that sales have, where a share `lost` of demand is lost; same shape.

    `variation` is the coefficient of variation of the demand of a review period.
    """
    loss = lost / np.maximum(variation, 1e-6)
    low, high = np.full(loss.shape, _LOWEST), np.full(loss.shape, _HIGHEST)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        more = _normal_loss(middle) > loss
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    z = (low + high) / 2
    density, below = _density(z), normal_reached(z)
    mean = _normal_loss(z)
    return np.asarray(np.clip(below - z * density + z * z * (1 - below) - mean * mean, 0.0, 1.0))


def _density(z: Numbers) -> Numbers:
    return np.asarray(np.exp(-z * z / 2) / math.sqrt(2 * math.pi))


def _normal_loss(z: Numbers) -> Numbers:
    """E(max(X - z, 0)) of a standard normal X."""
    return np.asarray(_density(z) - z * (1 - normal_reached(z)))


def selling(early: Moments, late: Moments, lost: float, variation: Numbers) -> tuple[Moments, Moments]:
    """What is sold in the lead time, and that with the demand of the review period after it.

    `early`, `late`: demand of the lead time, and of lead time and review period. A share `lost` of the former is lost.
    """
    left = left_of_variance(lost, variation)
    mean, gone = early[0] * (1 - lost), early[0] * lost
    before = _variance(early)
    variance = before * left
    return (mean, _dispersion(mean, variance)), (
        late[0] - gone,
        _dispersion(late[0] - gone, _variance(late) - before + variance),
    )


def _variance(moments: Moments) -> Numbers:
    mean, dispersion = moments
    return np.asarray(mean + dispersion * mean**2)


def _dispersion(mean: Numbers, variance: Numbers) -> Numbers:
    return np.asarray(np.maximum(variance - mean, 0.0) / np.maximum(mean, 1e-9) ** 2)
