"""Demand by series and period as a matrix: what was sold, and how much of the period it could have been sold in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Panel:
    """S series over T periods of `step` days (1 or 7), the first starting on `start`.

    units     sold or ordered, (S, T)
    exposure  share of the period with stock, 0 to 1, (S, T): sales of a period without stock are not demand
    least     demand was at least the units, for the stock ran out within the period, (S, T)
    group     the category of each series, 0 and up, (S,)
    """

    units: Numbers
    exposure: Numbers
    least: Mask
    group: Whole
    start: date
    step: int = 1

    @property
    def series(self) -> int:
        """Number of series."""
        return int(self.units.shape[0])

    @property
    def periods(self) -> int:
        """Number of periods."""
        return int(self.units.shape[1])

    def day_of(self, period: int) -> date:
        """The first day of a period; those after the last are to come."""
        return self.start + timedelta(days=period * self.step)

    def until(self, period: int) -> Panel:
        """What was known before `period`."""
        cut = slice(0, period)
        return self._with(self.units[:, cut], self.exposure[:, cut], self.least[:, cut])

    def take(self, chosen: Whole | Mask) -> Panel:
        """Some of the series."""
        return Panel(
            self.units[chosen], self.exposure[chosen], self.least[chosen], self.group[chosen], self.start, self.step
        )

    def blind(self) -> Panel:
        """The same history as if every period without sales had been one without demand."""
        return self._with(self.units, np.ones_like(self.exposure), np.zeros_like(self.least))

    def weekly(self) -> Panel:
        """The same in whole weeks that end with the last day; days before the first whole week are left out."""
        if self.step == DAYS_A_WEEK:
            return self
        weeks = self.periods // DAYS_A_WEEK
        skip = self.periods - weeks * DAYS_A_WEEK
        shape = (self.series, weeks, DAYS_A_WEEK)
        # A day on which stock ran out is a part of its week as it was seen: the week's other days say its rate.
        return Panel(
            self.units[:, skip:].reshape(shape).sum(axis=2),
            self.exposure[:, skip:].reshape(shape).mean(axis=2),
            np.zeros((self.series, weeks), dtype=bool),
            self.group,
            self.start + timedelta(days=skip),
            DAYS_A_WEEK,
        )

    def _with(self, units: Numbers, exposure: Numbers, least: Mask) -> Panel:
        return Panel(units, exposure, least, self.group, self.start, self.step)


CLASSES = ("new", "smooth", "erratic", "intermittent", "lumpy")
NEW_PERIODS = {1: 28, 7: 8}
"""With stock for fewer periods, or sold in fewer than three, a series has no history of its own to judge by."""
SMOOTH_INTERVAL, SMOOTH_VARIATION = 1.32, 0.49


def classify(panel: Panel) -> Whole:
    """The place in `CLASSES` of each series (Syntetos, Boylan and Croston 2005), by the periods that had stock.

    `interval` is periods per period with sales, `variation` the squared coefficient of variation of these sales.
    """
    counted = np.where(panel.exposure > 0, panel.units, 0.0)
    seen = panel.exposure.sum(axis=1)
    sold = (counted > 0).sum(axis=1)
    interval = seen / np.maximum(sold, 1)
    mean = counted.sum(axis=1) / np.maximum(sold, 1)
    squares = (counted**2).sum(axis=1) / np.maximum(sold, 1)
    variation = np.where(mean > 0, squares / np.maximum(mean, 1e-12) ** 2 - 1, 0.0)
    rare, wild = interval >= SMOOTH_INTERVAL, variation >= SMOOTH_VARIATION
    kind = 1 + 2 * rare.astype(np.int64) + wild.astype(np.int64)
    return np.where((seen < NEW_PERIODS[panel.step]) | (sold < 3), 0, kind)
