"""Arithmetic on arrays of times.

A time is a float64 number of whole seconds since 1970-01-01 00:00 **of the business zone's wall clock**; `NEVER`
(infinity) is a time that does not come. All functions keep the order of their inputs: a later start never ends earlier.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NEVER = float("inf")
HOUR = 3600.0
DAY = 86400.0
EPOCH = date(1970, 1, 1)
BUSINESS_OFFSET = 8 * HOUR  # of Asia/Shanghai, which has no summer time


def midnight(day: date) -> float:
    """The first second of a day."""
    return (day - EPOCH).days * DAY


def work(start: Times, seconds: Times, opens: float, closes: float) -> Times:
    """When `seconds` of work that begin at `start` end, if people work from `opens` to `closes` o'clock every day."""
    length = (closes - opens) * HOUR
    finite = np.where(np.isfinite(start), start, 0.0)
    days = np.floor(finite / DAY)
    done_today = np.clip(finite - days * DAY - opens * HOUR, 0.0, length)
    total = days * length + done_today + seconds
    # Work that ends exactly at closing time ends then, not at the next opening.
    end_days = np.ceil(total / length) - 1
    end = end_days * DAY + opens * HOUR + (total - end_days * length)
    return np.where(np.isfinite(start), np.ceil(np.maximum(end, finite)), NEVER)


def next_departure(ready: Times, hours: tuple[float, ...]) -> Times:
    """The next of the daily departures (o'clock, ascending) at or after `ready`."""
    finite = np.where(np.isfinite(ready), ready, 0.0)
    days = np.floor(finite / DAY)
    schedule = np.array([*hours, hours[0] + 24.0]) * HOUR
    slot = np.searchsorted(schedule, finite - days * DAY, side="left")
    return np.where(np.isfinite(ready), days * DAY + schedule[slot], NEVER)


def within_hours(moment: Times, opens: float, closes: float, spread: Times) -> Times:
    """`moment`, but on no day before `spread` seconds after opening nor after closing."""
    finite = np.where(np.isfinite(moment), moment, 0.0)
    days = np.floor(finite / DAY)
    late = finite - days * DAY > closes * HOUR
    first = np.where(late, days + 1, days) * DAY + opens * HOUR + spread
    moved = np.maximum(finite, first)
    return np.where(np.isfinite(moment), np.ceil(moved), NEVER)


def release(moment: Times, start: float, end: float, drain: float) -> Times:
    """First in, first out behind a closed gate: arrivals from `start` to `end` pass after it, over `drain` seconds."""
    share = (moment - start) / (end - start)
    inside = (moment >= start) & (moment < end)
    passed = np.where(inside, end + share * drain, moment)
    # The tail of the queue is still being worked off when the next ones arrive.
    tail = np.where((moment >= end) & (moment < end + drain), end + drain, moment)
    return np.ceil(np.where(inside, passed, tail))
