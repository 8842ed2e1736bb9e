"""Where the young cohorts of an order-date view will land: observed, pending, projected value with an interval.

Of each young cohort (the orders of a day) some promises are judged and some pending. How many of the pending will be
kept is read from older cohorts: what became of the part of them that was pending at the same age. Their mean share and
how much it varied from day to day, beyond chance, make a beta-binomial distribution; its quantiles are the interval.

Whether the interval holds is tried on history: for every day in the past, only with what was known on that day, the
projection is made and compared with what came of it. The share that it held is the coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from fulfillment_bi.metrics.development import Cell
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.run import Stamp

LEVEL = 0.90
"""Share of cases that the interval should hold."""
HISTORY = 56
"""Cohorts to learn from, at most: eight weeks."""
LEAST_HISTORY = 7
LANDED = 0.9
"""Share of a cohort that must be judged for it to teach: a few promises reach months ahead."""
MOST_COUNTED = 100_000
"""Of more pending cases (amounts of money), chance in single ones is as nothing beside what days differ by."""
LONGEST = 120
"""A promise further away counts as one of so many days."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Landing:
    """One cohort: judged so far (`n` of `d`), pending, and where it will land; `projected` is None without history.

    A cohort with nothing pending has landed: its projection is its value.
    """

    day: date
    n: float
    d: float
    pending: float
    projected: float | None
    low: float | None
    high: float | None
    history: int = 0

    @property
    def value(self) -> float | None:
        """The share so far."""
        return self.n / self.d if self.d else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The trial on history: of `cases` past projections, `inside` held; `width` is the interval's mean width."""

    cases: int
    inside: int
    width: float
    level: float = LEVEL

    @property
    def share(self) -> float | None:
        """How often the interval held."""
        return self.inside / self.cases if self.cases else None


@dataclass(frozen=True, slots=True)
class Maturity:
    """The young and landed cohorts of a metric, and how far the projections can be trusted. `whole` is all together."""

    query: Query
    landings: tuple[Landing, ...]
    whole: Landing
    coverage: Coverage
    as_of: str
    timezone: str
    version: str


@dataclass(frozen=True, slots=True)
class _Cohorts:
    """Sums by cohort (row) and age in days (column): judged by that age, and in all what is pending now."""

    first: date
    n: Numbers
    d: Numbers
    pending: Numbers
    last_age: NDArray[np.int64]

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> _Cohorts:
        first = min(cell.day for cell in cells)
        length = (max(cell.day for cell in cells) - first).days + 1
        grids = np.zeros((3, length, LONGEST + 1))
        for cell in cells:
            age = min(max((cell.judged - cell.day).days, 0), LONGEST)
            grids[:, (cell.day - first).days, age] += (cell.n, cell.d, cell.pending)
        some = (grids[1] + grids[2]) > 0
        last = np.where(some.any(axis=1), LONGEST - np.argmax(some[:, ::-1], axis=1), 0)
        return cls(first, grids[0].cumsum(axis=1), grids[1].cumsum(axis=1), grids[2].sum(axis=1), last)

    def counts(self, row: int, age: int = LONGEST) -> tuple[float, float, float]:
        """(kept, judged, to come) of a cohort at an age."""
        n, d = float(self.n[row, age]), float(self.d[row, age])
        return n, d, float(self.d[row, -1] + self.pending[row]) - d


def mature(cells: Sequence[Cell], query: Query, stamp: Stamp, grain: str, *, trial: bool = True) -> Maturity:
    """The cohorts of `query`'s period, in steps of `grain` ("day", "week" or "month")."""
    today = stamp.setting.today
    found = landings(cells, today, query.start, query.end)
    whole = together(found, query.start or (found[0].day if found else today))
    steps = tuple(by_grain(found, grain))
    tried = coverage(cells if trial else (), today)
    return Maturity(query, steps, whole, tried, stamp.as_of, stamp.timezone, stamp.version)


def landings(cells: Sequence[Cell], today: date, start: date | None = None, end: date | None = None) -> list[Landing]:
    """Every cohort of the period (inclusive, None for open); `today` is the data's last day, which may not be over."""
    if not cells:
        return []
    cohorts = _Cohorts.of(cells)
    now = (today - cohorts.first).days
    found = []
    for row in range(len(cohorts.d)):
        day = cohorts.first + timedelta(days=row)
        counts = cohorts.counts(row)
        if (start and day < start) or (end and day > end) or not any(counts):
            continue
        known = _remainders(cohorts, row, now, min(max(now - row, 0), LONGEST))
        found.append(_landing(day, counts, *known))
    return found


def coverage(cells: Sequence[Cell], today: date, days: int = 120) -> Coverage:
    """The trial on the last `days` cohorts that have landed, each at every age at which it was still young."""
    if not cells:
        return Coverage(0, 0, 0.0)
    cohorts = _Cohorts.of(cells)
    now, last = (today - cohorts.first).days, cohorts.last_age
    landed = [row for row in range(len(last)) if row + last[row] < now and cohorts.d[row, -1]]
    cases, inside, widths = 0, 0, 0.0
    for row in landed[-days:]:
        final = float(cohorts.n[row, -1] / cohorts.d[row, -1])
        for age in range(last[row]):
            known = _remainders(cohorts, row, row + age, age + 1)
            landing = _landing(cohorts.first, cohorts.counts(row, age), *known)
            if landing.pending and landing.low is not None and landing.high is not None:
                cases += 1
                inside += bool(landing.low - 1e-12 <= final <= landing.high + 1e-12)
                widths += landing.high - landing.low
    return Coverage(cases, inside, widths / cases if cases else 0.0)


def together(found: Sequence[Landing], day: date) -> Landing:
    """Several cohorts as one, called `day`. Their intervals are added up: days fail together, not by turns."""
    n, d, pending = (sum(getattr(one, name) for one in found) for name in ("n", "d", "pending"))
    whole = d + pending
    if not whole or any(one.projected is None for one in found if one.pending):
        return Landing(day, n, d, pending, None, None, None)

    def total(name: str) -> float:
        return float(sum((getattr(one, name) or 0.0) * (one.d + one.pending) for one in found) / whole)

    history = min((one.history for one in found if one.pending), default=0)
    return Landing(day, n, d, pending, total("projected"), total("low"), total("high"), history)


def by_grain(found: Sequence[Landing], grain: str) -> list[Landing]:
    """The cohorts by day, week (from Monday) or month, each under its first day."""

    def first(one: Landing) -> date:
        if grain == "week":
            return one.day - timedelta(days=one.day.weekday())
        return one.day.replace(day=1) if grain == "month" else one.day

    return [together(list(group), day) for day, group in groupby(found, key=first)]


def _remainders(cohorts: _Cohorts, row: int, now: int, age: int) -> tuple[Numbers, Numbers]:
    """(kept, judged) at `age` or later, of the latest cohorts before `row` that had all but landed by the day `now`.

    An age at which too few cohorts had anything left to judge learns from the age before it.
    """
    rows = np.arange(max(row - LONGEST - HISTORY, 0), row)
    ages = np.minimum(now - rows, LONGEST)
    kept, judged = (grid[rows, ages] - (grid[rows, age - 1] if age else 0) for grid in (cohorts.n, cohorts.d))
    whole = cohorts.d[rows, -1] + cohorts.pending[rows]
    usable = np.flatnonzero((cohorts.d[rows, ages] >= LANDED * whole) & (judged > 0))[-HISTORY:]
    if len(usable) < LEAST_HISTORY and age:
        return _remainders(cohorts, row, now, age - 1)
    return kept[usable], judged[usable]


def _landing(day: date, counts: tuple[float, float, float], kept: Numbers, judged: Numbers) -> Landing:
    n, d, pending = map(float, counts)
    if not pending:
        value = n / d if d else None
        return Landing(day, n, d, pending, value, value, value)
    if len(judged) < LEAST_HISTORY:
        return Landing(day, n, d, pending, None, None, None, len(judged))
    mean, low, high = _predict(pending, kept, judged)
    whole = d + pending
    return Landing(day, n, d, pending, (n + mean) / whole, (n + low) / whole, (n + high) / whole, len(judged))


def _predict(pending: float, kept: Numbers, judged: Numbers) -> tuple[float, float, float]:
    """Mean and interval of how many of `pending` will be kept."""
    alpha, beta = _fit(kept, judged)
    share = float(alpha / (alpha + beta))
    count = min(max(round(pending), 1), MOST_COUNTED)
    scale = pending / count
    low, high = _quantiles(count, alpha, beta)
    return share * pending, min(low, share * count) * scale, max(high, share * count) * scale


def _fit(kept: Numbers, judged: Numbers) -> tuple[float, float]:
    """Beta parameters by moments: the mean share, and how far it varied between days beyond chance."""
    total, cohorts = float(judged.sum()), len(judged)
    mean = (float(kept.sum()) + 0.5) / (total + 1)
    spread = float((judged * (kept / judged - mean) ** 2).sum()) / (mean * (1 - mean))
    room = total - float((judged**2).sum()) / total - (cohorts - 1)
    within = (spread - (cohorts - 1)) / room if room > 0 else 1.0
    # The mean itself is known from so many days only, which the days' own variation understates.
    within = min(max(within * (1 + 1 / cohorts), 1 / (total + 1)), 0.5)
    size = 1 / within - 1
    return mean * size, (1 - mean) * size


def _quantiles(count: int, alpha: float, beta: float) -> tuple[int, int]:
    """The beta-binomial's quantiles that leave out half of what LEVEL does at either end."""
    at = np.arange(count, dtype=np.float64)
    steps = np.log(count - at) - np.log(at + 1) + np.log(at + alpha) - np.log(count - at - 1 + beta)
    logs = np.concatenate(([0.0], np.cumsum(steps)))
    weights = np.exp(logs - logs.max())
    upto = np.cumsum(weights) / weights.sum()
    low, high = np.searchsorted(upto, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return int(low), int(min(high, count))
