"""Demand of many series together: what was asked for, what was forecast, and what is expected with its band."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fulfillment_bi.forecast.choice import Choice
from fulfillment_bi.forecast.counts import normal_quantile
from fulfillment_bi.forecast.demand import forecast
from fulfillment_bi.forecast.outlook import HORIZON, Outlook
from fulfillment_bi.forecast.panel import Numbers, Whole

PAST_DAYS = 56
SURPRISE = 1.75
"""Times what was told for a day from which on it was a surprise: a sale that nothing before it was like."""
CHANCE = 0.9
CHI_SQUARE_MEDIAN = 0.4549
"""The median of a squared standard normal."""


@dataclass(frozen=True)
class Course:
    """Days and units: `actual` and `told` (the forecast made a horizon ago) of the past, then `mean`, `low`, `high`.

    `error`: by how much what was told missed the total that came, as a share; None where nothing came. `surprises` are
    the days on which far more came than was told, and `error_usual` is the error without them.
    """

    past: tuple[date, ...]
    actual: Numbers
    told_days: tuple[date, ...]
    told: Numbers
    ahead: tuple[date, ...]
    mean: Numbers
    low: Numbers
    high: Numbers
    error: float | None
    surprises: tuple[date, ...] = ()
    error_usual: float | None = None


def course(outlook: Outlook, chosen: Whole, events: Whole | None = None) -> Course:
    """The course of the `chosen` series together. The band has what is seen of errors they share: see below."""
    panel = outlook.panel.take(chosen)
    horizon = HORIZON[1]
    origin = panel.periods - horizon
    actual = panel.units.sum(axis=0)
    told = np.zeros(0)
    relative = 0.0
    if origin >= horizon:
        choice: Choice = outlook.choices[1]
        before, _ = forecast(
            panel.until(origin), horizon, None if events is None else events[: origin + horizon], choice
        )
        told = (before.mean * panel.exposure[:, origin:]).sum(axis=0)
        # The scatter of single items averages out over many; what all of them share does not, and shows in the total.
        noise = (before.mean + before.dispersion[:, None] * before.mean**2).sum(axis=0)
        excess = np.maximum((actual[origin:] - told) ** 2 - noise, 0.0) / np.maximum(told**2, 1e-9)
        # The median day, not the mean: a festival that nobody had seen before must not widen every day to come.
        relative = float(np.sqrt(np.median(excess) / CHI_SQUARE_MEDIAN))
    demand = outlook.daily
    mean = demand.mean[chosen].sum(axis=0)
    noise = (demand.mean[chosen] + demand.dispersion[chosen][:, None] * demand.mean[chosen] ** 2).sum(axis=0)
    half = normal_quantile(CHANCE) * np.sqrt(noise + (relative * mean) ** 2)
    first = max(panel.periods - PAST_DAYS, 0)
    came = actual[origin:] if len(told) else told
    usual = came <= SURPRISE * told
    days = _days(panel.day_of(origin), len(told))
    return Course(
        _days(panel.day_of(first), panel.periods - first), actual[first:], days, told,
        _days(outlook.start, horizon), mean, np.maximum(mean - half, 0.0), mean + half,
        _missed(told, came),
        tuple(day for day, plain in zip(days, usual.tolist(), strict=True) if not plain),
        _missed(told[usual], came[usual]),
    )  # fmt: skip


def _missed(told: Numbers, came: Numbers) -> float | None:
    total = float(came.sum())
    return float(told.sum()) / total - 1 if total else None


def _days(first: date, count: int) -> tuple[date, ...]:
    return tuple(first + timedelta(days=at) for at in range(count))
