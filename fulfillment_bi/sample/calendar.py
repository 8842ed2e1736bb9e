"""The calendar of volumes: growth, paydays, promotions, a flash sale, days that remember each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fulfillment_bi.sample.clock import HOUR, Whole, midnight
from fulfillment_bi.sample.products import Numbers
from fulfillment_bi.sample.world import cumulative

# month, day, names, size of the peak relative to the largest
PROMOTIONS = ((11, 11, "双11", "Double 11", 1.0), (6, 18, "618", "618", 1.0), (12, 12, "双12", "Double 12", 0.35))
HOLIDAYS = (
    (1, 1, "元旦"), (5, 1, "劳动节"), (5, 2, "劳动节"), (10, 1, "国庆节"), (10, 2, "国庆节"), (10, 3, "国庆节"),
)  # fmt: skip
AS_OF_HOUR = 18
FLASH_DAYS = 2
_LIFT = {-3: 0.92, -2: 0.82, -1: 0.66, 0: 4.6, 1: 2.0, 2: 1.3, 3: 1.05, 4: 0.85, 5: 0.85, 6: 0.9}


@dataclass(frozen=True)
class Promotion:
    """One promotion: its day and names."""

    day: date
    zh: str
    en: str
    size: float


@dataclass(frozen=True)
class Calendar:
    """The simulated window and how many orders are created on each of its days."""

    start: date
    end: date
    as_of: float
    promotions: tuple[Promotion, ...]
    flash: int | None  # index of the first day of the flash sale
    counts: Whole
    as_of_hour: int

    @property
    def days(self) -> int:
        """Length of the window in days, both ends included."""
        return len(self.counts)

    @property
    def promotion(self) -> Promotion | None:
        """The newest large promotion."""
        large = [found for found in self.promotions if found.size >= 1]
        return max(large, key=lambda found: found.day, default=None)

    def day_at(self, index: int) -> float:
        """Midnight at the beginning of a day of the window."""
        return midnight(self.start + timedelta(days=index))

    def rush(self) -> Whole:
        """Indices of the days of promotions and of the days after them, when platforms allow a day more."""
        first = [(promotion.day - self.start).days for promotion in self.promotions]
        return np.array([day + more for day in first for more in (0, 1)], dtype=np.int64)

    def smooth(self) -> Numbers:
        """Orders of each day relative to an ordinary day, smoothed over three days."""
        counts = self.counts.astype(float)
        counts[-1] = counts[-2] if len(counts) > 1 else counts[-1]
        return np.asarray(np.convolve(counts, (0.5, 0.3, 0.2))[: self.days] / max(float(np.median(counts)), 1.0))


def plan(seed: int, orders: int, days: int, end: date, as_of_hour: int = AS_OF_HOUR) -> Calendar:
    """Spread `orders` over `days` days up to `end`, with the promotions that fall into them."""
    start = end - timedelta(days=days - 1)
    promotions = _promotions(start, end)
    rng = np.random.default_rng([seed, 2])
    weights = np.ones(days)
    mood = 0.0
    for index in range(days):
        day = start + timedelta(days=index)
        mood = 0.7 * mood + 0.05 * float(rng.standard_normal())
        weights[index] = (1 + 0.25 * index / days) * np.exp(mood) * _payday(day)
        for promotion in promotions:
            weights[index] *= 1 + (_LIFT.get((day - promotion.day).days, 1.0) - 1) * promotion.size
    weights[-1] *= 0.06 + 0.94 * as_of_hour / 24  # the last day ends at the as-of moment
    edges = np.round(cumulative(weights) * orders).astype(np.int64)
    counts = np.diff(np.concatenate([[0], edges]))
    flash = _flash(start, end, promotions) if days >= 28 else None
    return Calendar(start, end, midnight(end) + as_of_hour * HOUR, promotions, flash, counts, as_of_hour)


def _promotions(start: date, end: date) -> tuple[Promotion, ...]:
    """The real shopping festivals of the window, or the house's own sale where there is none with room after it."""
    if (end - start).days < 13:
        return ()
    found = [
        Promotion(date(year, month, day), zh, en, size)
        for month, day, zh, en, size in PROMOTIONS
        for year in range(start.year, end.year + 1)
        if start + timedelta(days=7) <= date(year, month, day) <= end - timedelta(days=9)
    ]
    if not any(promotion.size >= 1 for promotion in found):
        back = min(34, (end - start).days * 2 // 5)
        found.append(Promotion(end - timedelta(days=back), "店庆大促", "Anniversary sale", 1.0))
    return tuple(sorted(found, key=lambda promotion: promotion.day))


def _flash(start: date, end: date, promotions: tuple[Promotion, ...]) -> int:
    """The flash sale: about 40 days before the end (earlier in the window if that is short), clear of promotions."""
    days = (end - start).days + 1
    wanted = days - 1 - int(40 * min(1.0, days / 70))
    taken = {(promotion.day - start).days + near for promotion in promotions for near in range(-4, 6)}
    free = [day for day in range(min(14, days // 3), days - 8) if day not in taken]
    return min(free, key=lambda day: abs(day - wanted)) if free else wanted


def _payday(day: date) -> float:
    return 1.12 if day.day >= 25 or day.day <= 2 else (1.06 if 10 <= day.day <= 15 else 0.97)
