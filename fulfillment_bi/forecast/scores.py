"""How good quantile forecasts are, counted only where demand could be seen."""

from __future__ import annotations

import numpy as np

from fulfillment_bi.forecast.counts import reached
from fulfillment_bi.forecast.panel import Numbers


def pinball(actual: Numbers, forecast: Numbers, level: float, weight: Numbers) -> float:
    """Mean pinball loss in units: `level` of a unit for each unit too low, 1 - `level` for each too high."""
    gap = actual - forecast
    total = float(weight.sum())
    return float((np.maximum(level * gap, (level - 1) * gap) * weight).sum()) / total if total else 0.0


def wape(actual: Numbers, forecast: Numbers, weight: Numbers) -> float | None:
    """Sum of absolute errors over the sum of what was sold; None where nothing was."""
    sold = float((np.abs(actual) * weight).sum())
    return float((np.abs(actual - forecast) * weight).sum()) / sold if sold else None


def coverage(
    actual: Numbers, mean: Numbers, dispersion: Numbers, levels: tuple[float, ...], weight: Numbers
) -> tuple[float, ...]:
    """The share of outcomes below each quantile, the jump of a count at its quantile counted in proportion.

    Half of all weeks may sell nothing: then no whole number has half of the outcomes under it. So an outcome counts
    as covered by as much of its own probability as lies below the level (the randomised probability integral
    transform of Czado, Gneiting and Held 2009, in expectation).
    """
    below, upto = reached(mean, dispersion, actual)
    jump = np.maximum(upto - below, 1e-12)
    total = max(float(weight.sum()), 1e-12)
    return tuple(float((np.clip((level - below) / jump, 0.0, 1.0) * weight).sum()) / total for level in levels)
