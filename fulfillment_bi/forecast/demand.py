"""Forecast every series: its class's method, its own level, a distribution for each period and for whole horizons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fulfillment_bi.forecast.choice import Choice, Method, choose, level_of
from fulfillment_bi.forecast.counts import quantiles
from fulfillment_bi.forecast.level import category_rates, naive
from fulfillment_bi.forecast.panel import CLASSES, Mask, Numbers, Panel, Whole, classify
from fulfillment_bi.forecast.season import factors

BLOCK = 4_000
"""Series forecast together: enough for numpy, few enough for its memory."""
Tick = Callable[[int, int], None]
"""Told the series that are done, and all."""


@dataclass(frozen=True)
class Demand:
    """What is expected: `mean` (S, H) units a period with stock, `dispersion` and `shared` (S,), `kind` (S,)."""

    mean: Numbers
    dispersion: Numbers
    shared: Numbers
    kind: Whole

    def quantiles(self, levels: tuple[float, ...]) -> Numbers:
        """(levels, S, H): units a period that demand stays within with each probability."""
        return quantiles(self.mean, self.dispersion[:, None], levels)

    def over(self, periods: Numbers) -> tuple[Numbers, Numbers]:
        """Mean and dispersion of the demand of the first `periods` periods of each series, (S,) each.

        A part of a period counts in proportion; beyond the horizon its mean period goes on.
        """
        horizon = self.mean.shape[1]
        running = np.concatenate([np.zeros((len(self.mean), 1)), np.cumsum(self.mean, axis=1)], axis=1)
        within = np.clip(periods, 0, horizon)
        low = np.floor(within).astype(np.int64)
        part = within - low
        row = np.arange(len(self.mean))
        high = np.minimum(low + 1, horizon)
        mean = running[row, low] * (1 - part) + running[row, high] * part
        mean = mean + np.maximum(periods - horizon, 0) * running[:, -1] / horizon
        return mean, self.dispersion_over(np.maximum(periods, 1.0))

    def dispersion_over(self, periods: Numbers) -> Numbers:
        """The dispersion of so many periods together: what is shared stays, the rest averages out."""
        return self.dispersion * (self.shared + (1 - self.shared) / periods)


def forecast(
    panel: Panel, horizon: int, events: Whole | None = None, choice: Choice | None = None, tick: Tick | None = None
) -> tuple[Demand, Choice]:
    """The demand of the next `horizon` periods and how the methods were chosen (unless `choice` is given)."""
    chosen = choice if choice is not None else choose(panel, horizon, events)
    kind = classify(panel)
    season = factors(panel, horizon, events)
    prior = category_rates(panel)
    blocks = []
    for first in range(0, panel.series, BLOCK):
        block = np.arange(first, min(first + BLOCK, panel.series))
        blocks.append(_block(panel.take(block), kind[block], season, prior[block], horizon, chosen))
        if tick:
            tick(int(block[-1]) + 1, panel.series)
    if not blocks:
        return Demand(np.zeros((0, horizon)), np.zeros(0), np.zeros(0), kind), chosen
    mean, dispersion, shared = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return Demand(mean, dispersion, shared, kind), chosen


def _block(
    panel: Panel, kind: Whole, season: Numbers, prior: Numbers, horizon: int, choice: Choice
) -> tuple[Numbers, Numbers, Numbers]:
    mean = np.zeros((panel.series, horizon))
    dispersion, shared = np.zeros(panel.series), np.zeros(panel.series)
    for place, name in enumerate(CLASSES):
        member: Mask = kind == place
        if member.any():
            method = choice.method(name)
            mean[member], dispersion[member] = _forecast_class(
                panel.take(member), season, prior[member], horizon, method
            )
            shared[member] = method.shared
    return mean, dispersion, shared


def _forecast_class(
    panel: Panel, season: Numbers, prior: Numbers, horizon: int, method: Method
) -> tuple[Numbers, Numbers]:
    factor = season if method.seasonal else np.ones_like(season)
    level = level_of(panel, factor, method, prior)
    if method.kind == "naive":
        return naive(panel, horizon), level.dispersion * method.spread
    ahead = factor[panel.group, panel.periods : panel.periods + horizon]
    return level.rate[:, None] * ahead * method.bias, level.dispersion * method.spread
