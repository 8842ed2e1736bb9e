"""The current rate of each series, smoothed over the periods that had stock, and how far outcomes scatter around it.

discounted   demand over exposure, both with weights that fall by `discount` a period: the mean of a gamma-Poisson
             filter with power discounting (Harvey and Fernandes 1989). A period without stock has no exposure and
             teaches nothing; one with little demand and little exposure teaches little; a new series starts at the
             mean rate of its category. No library at hand filters counts with exposure, so this is our own, written
             as one pass over the periods for all series at once.
tsb          chance of a sale and size of a sale smoothed apart (Teunter, Syntetos and Babai 2011): for intermittent
             demand, and for items that die.
naive        the same period of the last season; the one to beat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.forecast.counts import MOST_DISPERSION
from fulfillment_bi.forecast.panel import Numbers, Panel

PRIOR_PERIODS = 0.5
"""Periods of exposure that the category's rate is worth."""
NOISE_MEMORY = 0.985
SHRINK_PERIODS = 20.0
"""Periods of history that the dispersion of all series is worth beside a series' own."""
_WARM_UP = 8


@dataclass(frozen=True)
class Level:
    """`rate`: units a period of full exposure, seasonal factors taken out; `dispersion`: of a period; (S,) each."""

    rate: Numbers
    dispersion: Numbers


def category_rates(panel: Panel) -> Numbers:
    """The mean rate of each series' category, (S,)."""
    sold = np.where(panel.exposure > 0, panel.units, 0.0).sum(axis=1)
    seen = panel.exposure.sum(axis=1)
    groups = int(panel.group.max()) + 1 if panel.series else 1
    top = np.bincount(panel.group, weights=sold, minlength=groups)
    bottom = np.bincount(panel.group, weights=seen, minlength=groups)
    overall = sold.sum() / max(seen.sum(), 1.0)
    return np.asarray(((top + overall) / (bottom + 1.0))[panel.group])


def smooth(panel: Panel, factor: Numbers, discount: float, prior: Numbers, *, apart: bool = False) -> Level:
    """The level after the last period. `factor` is (groups, >= T); `apart` smooths chance and size apart."""
    units: Numbers = np.ascontiguousarray(panel.units.T)
    exposure: Numbers = np.ascontiguousarray(panel.exposure.T)
    least = np.ascontiguousarray(panel.least.T)
    sold, seen = prior * PRIOR_PERIODS, np.full(panel.series, PRIOR_PERIODS)
    times = np.minimum(prior, 1.0) * PRIOR_PERIODS
    excess, squares = np.zeros(panel.series), np.zeros(panel.series)
    for period in range(panel.periods):
        season = factor[panel.group, period]
        open_share = exposure[period]
        expected = sold / seen * season * open_share
        # Stock that ran out within the period hides some demand: it was at least what the rate says.
        demand = np.where(least[period], np.maximum(units[period], expected), units[period]) * (open_share > 0)
        if period >= _WARM_UP:
            excess = NOISE_MEMORY * excess + np.where(open_share > 0, (demand - expected) ** 2 - expected, 0.0)
            squares = NOISE_MEMORY * squares + expected**2
        sold = discount * sold + demand
        seen = discount * seen + open_share * season
        times = discount * times + (demand > 0)
    rate = sold / seen
    if apart:
        rate = _apart(units, exposure, factor[panel.group], discount, prior)
    return Level(rate, _dispersion(rate, excess, squares))


def _apart(units: Numbers, exposure: Numbers, factor: Numbers, discount: float, prior: Numbers) -> Numbers:
    chance, size = np.minimum(prior, 1.0), np.maximum(prior, 1.0)
    learn = 1 - discount
    for period in range(len(units)):
        season = factor[:, period]
        seen, sale = exposure[period] > 0, units[period] > 0
        chance = np.where(seen, chance + learn * (sale - chance), chance)
        whole = units[period] / np.maximum(season * exposure[period], 0.1)
        size = np.where(seen & sale, size + learn * (whole - size), size)
    return np.asarray(chance * size)


def _dispersion(rate: Numbers, excess: Numbers, squares: Numbers) -> Numbers:
    """By moments: variance beyond the mean over the mean squared, drawn to that of all series."""
    everyone = max(float(excess.sum()), 0.0) / max(float(squares.sum()), 1e-9)
    weight = SHRINK_PERIODS * rate**2
    return np.clip((excess + everyone * weight) / (squares + weight + 1e-9), 0.02, MOST_DISPERSION)


def season_length(panel: Panel) -> int:
    """Periods after which the naive forecast repeats: a year where there is one with the horizon, else a week."""
    if panel.step == 1:
        return 7 if panel.periods < 2 * 364 else 364
    return 52 if panel.periods > 60 else 1


def naive(panel: Panel, horizon: int) -> Numbers:
    """(S, horizon): the same period of the last season."""
    season = min(season_length(panel), panel.periods)
    last = panel.units[:, panel.periods - season :]
    return last[:, np.arange(horizon) % season]


def naive_spread(panel: Panel, level: float) -> Numbers:
    """(S,): what the naive forecast was exceeded by with this probability, period after period."""
    season = min(season_length(panel), panel.periods - 1)
    if season < 1:
        return np.zeros(panel.series)
    return np.asarray(np.quantile(panel.units[:, season:] - panel.units[:, :-season], level, axis=1))
