"""A promotion against the picking capacity of each warehouse: orders an hour, what piles up, and what would be enough.

1. A usual day is the median of the newest four weeks. A peak like an earlier day has that day's orders over what was
   usual before it, hour by hour, with the two days after it, which carry what a promotion leaves behind; else a usual
   day times the uplift, followed by two usual ones.
2. The capacity of an hour of the day is what was packed in that hour at the 95th percentile of the newest days on which
   the warehouse worked: overtime that was seen counts, hands that were never seen do not.
3. The queue starts empty, first come first served. `needed` is the least multiple of the capacity with which no order
   waits longer than `within` hours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fulfillment_bi.errors import UsageError
from fulfillment_bi.forecast.panel import Numbers
from fulfillment_bi.forecast.texts import load_query
from fulfillment_bi.warehouse.engine import Session

USUAL_DAYS, CAPACITY_DAYS, HISTORY_DAYS = 28, 60, 400
PEAK_DAYS, HOURS = 3, 24
CAPACITY_LEVEL = 0.95
LEAST_PEAK = 1.5
"""A day with fewer orders than this many usual ones is no peak to learn from."""
DEFAULT_UPLIFT, MOST_UPLIFT, WITHIN = 3.0, 100.0, 24


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to expect: a day like `like`, or `uplift` times a usual one, or the one scaled to the other.

    None of both: like the busiest day that is known, else three usual days in one. `within`: hours an order may wait.
    """

    like: date | None = None
    uplift: float | None = None
    within: int = WITHIN

    def __post_init__(self) -> None:
        sized = self.uplift is None or 0 < self.uplift <= MOST_UPLIFT
        if not sized or not 1 <= self.within <= PEAK_DAYS * HOURS:
            raise UsageError(
                "The peak is out of range.", hint=f"Uplift up to {MOST_UPLIFT:.0f} times, a wait of 1 to 72 hours."
            )


@dataclass(frozen=True, slots=True)
class Load:
    """One warehouse. Orders a day and an hour; hours from the day's start until the queue is gone, None if it stays.

    `waiting_most`: orders waiting at once; `wait_hours`: the longest wait; `needed` as a multiple of the capacity,
    None where it never packs.
    """

    warehouse: str
    usual: float
    orders: float
    peak_hour: int
    peak_orders: float
    capacity_hour: float
    capacity_day: float
    waiting_most: float
    clear_hours: int | None
    wait_hours: float | None
    needed: float | None


@dataclass(frozen=True)
class Peak:
    """The warehouses, the one that is short of most first. `uplift` is that of all warehouses on the day itself."""

    like: date | None
    uplift: float
    within: int
    loads: tuple[Load, ...]
    known: tuple[date, ...]
    """Past days that were peaks, the busiest first."""


@dataclass(frozen=True)
class Hours:
    """(W, D, 24) each: orders that came and that were packed, from `start` on."""

    warehouses: tuple[str, ...]
    start: date
    came: Numbers
    packed: Numbers

    @property
    def days(self) -> int:
        """Number of days."""
        return int(self.came.shape[1])


def plan_peak(session: Session, today: date, wanted: Wanted) -> Peak | None:
    """The peak as if it came on `today`; None where nothing was ordered lately. Raises UsageError for a strange day."""
    start = today - timedelta(days=HISTORY_DAYS)
    rows = session.rows(load_query("peak_hours"), (start, today - timedelta(days=1)))
    names = tuple(dict.fromkeys(row[0] for row in rows))
    shape = (len(names), HISTORY_DAYS, HOURS)
    came, packed = np.zeros(shape), np.zeros(shape)
    for name, day, hour, arrived, done in rows:
        came[names.index(name), day, hour], packed[names.index(name), day, hour] = arrived, done
    return peak_of(Hours(names, start, came, packed), wanted)


def peak_of(hours: Hours, wanted: Wanted) -> Peak | None:
    """The same from known hours; pure."""
    usual = _usual(hours, hours.days)
    if not usual.sum():
        return None
    known = known_peaks(hours)
    like = wanted.like
    if like is None and wanted.uplift is None and known:
        like = known[0]
    arrivals = _arrivals(hours, usual, like, wanted.uplift)
    capacity = capacity_of(hours)
    order = np.argsort(-_shortage(arrivals, capacity), kind="stable").tolist()
    loads = tuple(
        _load(hours.warehouses[at], float(usual[at]), arrivals[at], capacity[at], wanted.within) for at in order
    )
    uplift = float(arrivals[:, :HOURS].sum() / usual.sum())
    return Peak(like, uplift, wanted.within, loads, known)


def _usual(hours: Hours, until: int) -> Numbers:
    """Orders of a usual day of each warehouse in the four weeks before day `until`, (W,)."""
    stretch = hours.came[:, max(until - USUAL_DAYS, 0) : until].sum(axis=2)
    return np.asarray(np.median(stretch, axis=1)) if stretch.size else np.zeros(len(hours.warehouses))


def known_peaks(hours: Hours) -> tuple[date, ...]:
    """Days with far more orders than was usual before them, the busiest first; the day after a peak is not another."""
    total = hours.came.sum(axis=(0, 2))
    found = []
    for day in np.flatnonzero(total > 0).tolist():
        before, after = total[max(day - USUAL_DAYS, 0) : day], total[day + 1 : day + 1 + USUAL_DAYS // 2]
        # Where more has been ordered ever since, the day is no peak but a beginning.
        usual = max(float(np.median(each)) if len(each) else 0.0 for each in (before, after))
        local = total[max(day - 1, 0) : day + 2].max()
        if usual and total[day] >= LEAST_PEAK * usual and total[day] == local:
            found.append((float(total[day]), hours.start + timedelta(days=day)))
    return tuple(day for _, day in sorted(found, reverse=True))


def _arrivals(hours: Hours, usual: Numbers, like: date | None, uplift: float | None) -> Numbers:
    """Orders by hour of the peak day and the two after it, (W, 72)."""
    span = PEAK_DAYS * HOURS
    if like is None:
        lately = hours.came[:, -USUAL_DAYS:].sum(axis=1)
        profile = lately / np.maximum(lately.sum(axis=1, keepdims=True), 1.0)
        day = profile * usual[:, None]
        return np.concatenate([day * (uplift or DEFAULT_UPLIFT), day, day], axis=1)
    place = (like - hours.start).days
    before = _usual(hours, place) if 0 < place < hours.days else np.zeros(len(usual))
    if not before.sum():
        raise UsageError(f"Nothing is known of the weeks before {like}.", hint="Take another day, or --uplift.")
    seen = np.zeros((len(usual), span))
    there = hours.came[:, place : place + PEAK_DAYS].reshape(len(usual), -1)
    seen[:, : there.shape[1]] = there
    # A warehouse that was not there yet gets the peak of all of them.
    ratio = np.where(before > 0, usual / np.maximum(before, 1e-9), 0.0)
    shape = seen.sum(axis=0) / before.sum()
    made = np.where(before[:, None] > 0, seen * ratio[:, None], usual[:, None] * shape[None, :])
    if uplift is None:
        return np.asarray(made)
    return np.asarray(made * (uplift * usual.sum() / max(float(made[:, :HOURS].sum()), 1e-9)))


def capacity_of(hours: Hours) -> Numbers:
    """Orders packed in each hour of the day at the 95th percentile of the newest working days, (W, 24)."""
    lately = hours.packed[:, -CAPACITY_DAYS:]
    found = np.zeros((len(hours.warehouses), HOURS))
    for at, days in enumerate(lately):
        working = days[days.sum(axis=1) > 0]
        if len(working):
            found[at] = np.quantile(working, CAPACITY_LEVEL, axis=0)
    return found


def _shortage(arrivals: Numbers, capacity: Numbers) -> Numbers:
    return np.asarray(arrivals[:, :HOURS].sum(axis=1) - capacity.sum(axis=1))


def _load(name: str, usual: float, arrivals: Numbers, capacity: Numbers, within: int) -> Load:
    wait, waiting = waits(arrivals, capacity)
    day = arrivals[:HOURS]
    gone = np.flatnonzero((waiting < 0.5) & (np.arange(len(waiting)) >= int(np.argmax(waiting))))
    return Load(
        name,
        usual,
        float(day.sum()),
        int(day.argmax()),
        float(day.max()),
        float(capacity.max()),
        float(capacity.sum()),
        float(waiting.max()),
        int(gone[0]) + 1 if len(gone) else None,
        wait,
        needed(arrivals, capacity, within),
    )


def waits(arrivals: Numbers, capacity: Numbers) -> tuple[float | None, Numbers]:
    """The longest wait in hours (None: some are never packed within a week after), and those waiting after each hour.

    `arrivals` (T,), `capacity` (24,) from the day's first hour on.
    """
    idle = np.zeros(HOURS * 7)
    came = np.cumsum(np.concatenate([arrivals, idle]))
    room = np.cumsum(np.tile(capacity, len(came) // HOURS))
    # Finished by the end of each hour: the queue in closed form, as in the replay.
    done = np.minimum(came, room + np.minimum(np.minimum.accumulate(came - room), 0.0))
    end = np.searchsorted(done, came[: len(arrivals)] - 1e-6)
    busy = arrivals > 0
    late = end[busy] >= len(came)
    waiting = (came - done)[: len(arrivals)]
    if not busy.any():
        return 0.0, waiting
    return None if late.any() else float((end[busy] - np.flatnonzero(busy)).max()), waiting


def needed(arrivals: Numbers, capacity: Numbers, within: int) -> float | None:
    """The least multiple of the capacity with which nobody waits longer than `within` hours, to a hundredth."""
    if not capacity.any():
        return None
    low, high = 0.0, MOST_UPLIFT
    while high - low > 0.0004:
        middle = (low + high) / 2
        wait, _ = waits(arrivals, capacity * middle)
        low, high = (low, middle) if wait is not None and wait <= within else (middle, high)
    # Rounded up, but for what the search itself leaves open: a hundredth less would not do.
    return math.ceil(high * 100 - 0.05) / 100
