"""Counts that vary more than by chance: the negative binomial, for many series at once, and what stock it leaves short.

With mean m and dispersion k the variance is m + k m^2; k = 0 is Poisson. Nothing but numpy: whole matrices of
distributions are summed term by term, the small ones in few terms; beyond `EXACT_MEAN` the gamma distribution that a
negative binomial tends to is close enough, by the cube root of Wilson and Hilferty (1931).
"""

from __future__ import annotations

import math

import numpy as np

from fulfillment_bi.forecast.panel import Numbers

EXACT_MEAN = 60.0
LEAST_MEAN, LEAST_DISPERSION, MOST_DISPERSION = 1e-9, 1e-4, 20.0
_BANDS = (0.3, 1.0, 3.0, 8.0, 20.0, EXACT_MEAN)


def quantiles(mean: Numbers, dispersion: Numbers, levels: tuple[float, ...]) -> Numbers:
    """The least whole number that is reached with each probability of `levels` (ascending): (levels, *shape)."""
    m, k = np.broadcast_arrays(np.maximum(mean, LEAST_MEAN), np.clip(dispersion, LEAST_DISPERSION, MOST_DISPERSION))
    flat, spread = m.ravel(), k.ravel()
    found = np.zeros((len(levels), flat.size))
    low = 0.0
    for high in _BANDS:
        place = np.flatnonzero((flat > low) & (flat <= high))
        found[:, place] = _summed(flat[place], spread[place], levels)
        low = high
    large = np.flatnonzero(flat > EXACT_MEAN)
    found[:, large] = _wilson_hilferty(flat[large], spread[large], levels)
    return found.reshape(len(levels), *m.shape)


def _summed(mean: Numbers, dispersion: Numbers, levels: tuple[float, ...]) -> Numbers:
    size = 1 / dispersion
    odds = mean / (size + mean)
    term = np.exp(-size * np.log1p(mean / size))
    total = term.copy()
    found = np.full((len(levels), mean.size), -1.0)
    active = np.arange(mean.size)
    at = 0
    while active.size:
        for place, level in enumerate(levels):
            reached = (found[place, active] < 0) & (total >= level)
            found[place, active[reached]] = at
        going = found[-1, active] < 0
        if not going.all():
            active, term, total, size, odds = active[going], term[going], total[going], size[going], odds[going]
        term = term * ((at + size) / (at + 1)) * odds
        total = total + term
        at += 1
        if at > 20_000:  # rounding keeps a sum from reaching a level near 1
            found[:, active] = np.where(found[:, active] < 0, at, found[:, active])
            break
    return found


def _wilson_hilferty(mean: Numbers, dispersion: Numbers, levels: tuple[float, ...]) -> Numbers:
    relative = np.sqrt(1 / mean + dispersion)
    ninth = relative**2 / 9
    normal = [normal_quantile(level) for level in levels]
    return np.stack([np.ceil(mean * np.maximum(1 - ninth + z * np.sqrt(ninth), 0.0) ** 3 - 0.5) for z in normal])


def normal_quantile(level: float) -> float:
    """The standard normal quantile."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(level)


def reached(mean: Numbers, dispersion: Numbers, units: Numbers) -> tuple[Numbers, Numbers]:
    """P(demand < units) and P(demand <= units), for whole units of at least 0; same shapes."""
    m = np.maximum(mean, LEAST_MEAN)
    k = np.clip(dispersion, LEAST_DISPERSION, MOST_DISPERSION)
    m, k, units = (np.array(each, dtype=float) for each in np.broadcast_arrays(m, k, units))
    below, upto = np.zeros(m.shape), np.zeros(m.shape)
    small = (m <= EXACT_MEAN) & (units <= 8 * EXACT_MEAN)
    if small.any():
        below[small], upto[small] = _reached_summed(m[small], k[small], units[small])
    large = ~small
    for value, edge in ((below, -0.5), (upto, 0.5)):
        value[large] = _reached_gamma(m[large], k[large], units[large] + edge)
    return below, upto


def _reached_summed(mean: Numbers, dispersion: Numbers, units: Numbers) -> tuple[Numbers, Numbers]:
    size = 1 / dispersion
    odds = mean / (size + mean)
    term = np.exp(-size * np.log1p(mean / size))
    below, total = np.zeros(mean.shape), term.copy()
    last = total.copy()
    for at in range(1, int(units.max()) + 1):
        term = term * ((at - 1 + size) / at) * odds
        here = units >= at
        below = np.where(here, total, below)
        total = total + term
        last = np.where(here, total, last)
    return below, np.minimum(last, 1.0)


def _reached_gamma(mean: Numbers, dispersion: Numbers, units: Numbers) -> Numbers:
    ninth = (1 / mean + dispersion) / 9
    z = (np.cbrt(np.maximum(units, 0.0) / mean) - (1 - ninth)) / np.sqrt(ninth)
    return np.where(units < 0, 0.0, normal_reached(z))


def normal_reached(z: Numbers) -> Numbers:
    """P(standard normal <= z), to 1e-7 (Abramowitz and Stegun 26.2.17)."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = poly * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return np.asarray(np.where(z >= 0, 1 - tail, tail))


def expected_short(mean: Numbers, dispersion: Numbers, stock: Numbers) -> Numbers:
    """The loss function: E(max(demand - stock, 0)), the units that `stock` leaves short; same shapes.

    E(D - s)+ = m (1 - F'(s - 1)) - s (1 - F(s)), where F' is the distribution weighted by size: a negative binomial
    with one more success, whose mean is m (1 + k) and whose dispersion is k / (1 + k).
    """
    whole = np.floor(np.maximum(stock, 0.0))
    k = np.clip(dispersion, LEAST_DISPERSION, MOST_DISPERSION)
    m = np.maximum(mean, LEAST_MEAN)
    _, upto = reached(m, k, whole)
    weighted, _ = reached(m * (1 + k), k / (1 + k), whole)
    short = m * (1 - weighted) - whole * (1 - upto)
    return np.clip(short, 0.0, m)
