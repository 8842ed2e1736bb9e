"""Queues that really build up: first in, first out, behind people who can do so much an hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.sample.clock import HOUR, NEVER, Times, Whole
from fulfillment_bi.sample.products import Numbers

_APART = 1e9  # more work than a station ever does, so that stations can share one sorted array


@dataclass(frozen=True)
class Capacity:
    """How much work each station has been able to do by each full hour from `start`: stations x (hours + 1)."""

    start: float
    done: Numbers

    def by(self, station: Whole, moment: Times) -> Times:
        """Work a station can have done by a time."""
        hours = np.clip((moment - self.start) / HOUR, 0.0, self.done.shape[1] - 1.000001)
        place = hours.astype(np.int64)
        before = self.done[station, place]
        return np.asarray(before + (hours - place) * (self.done[station, place + 1] - before))

    def when(self, station: Whole, work: Times) -> Times:
        """The first moment by which a station has done so much work; `NEVER` beyond the horizon."""
        width = self.done.shape[1]
        flat = (self.done + np.arange(len(self.done))[:, None] * _APART).ravel()
        place = np.searchsorted(flat, work + station * _APART, side="left") - station * width
        beyond = place >= width
        place = np.clip(place, 1, width - 1)
        before, after = self.done[station, place - 1], self.done[station, place]
        share = np.clip((work - before) / np.maximum(after - before, 1e-12), 0.0, 1.0)
        return np.where(beyond, NEVER, np.ceil(self.start + (place - 1 + share) * HOUR))


def rates(start_hours: int, per_day: Numbers, opens: int, closes: int) -> Numbers:
    """Work per hour of each station: `per_day` (stations x days) spread over the opening hours of each day."""
    hours = np.arange(per_day.shape[1] * 24) + start_hours
    is_open = (hours % 24 >= opens) & (hours % 24 < closes)
    return np.asarray(np.repeat(per_day, 24, axis=1) / (closes - opens) * is_open[None, :])


def capacity(start: float, per_hour: Numbers) -> Capacity:
    """Capacities from work per hour (stations x hours)."""
    done = np.concatenate([np.zeros((len(per_hour), 1)), np.cumsum(per_hour, axis=1)], axis=1)
    return Capacity(start, done)


def serve(capacity: Capacity, busy: Numbers, station: Whole, ready: Times, work: Times) -> tuple[Times, Numbers]:
    """When each job is finished, and until what amount of work each station is then busy.

    Each station takes its jobs in the order in which they become ready; `busy` is where the last call left it.
    """
    if len(station) == 0:
        return np.zeros(0), busy
    order = np.lexsort((ready, station))
    place, amount = station[order], work[order]
    possible = np.maximum(capacity.by(place, ready[order]), busy[place]) + place * _APART
    total = np.cumsum(amount)
    # Job i ends when the work since the last idle moment j is done: max over j of possible_j + work_j..i.
    ends = total + np.maximum.accumulate(possible - (total - amount)) - place * _APART
    after = busy.copy()
    last = np.flatnonzero(np.diff(place, append=-1) != 0)
    after[place[last]] = ends[last]
    finished = np.empty(len(order))
    finished[order] = capacity.when(place, ends)
    return np.maximum(finished, ready), after
