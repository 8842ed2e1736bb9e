"""What if: the history of stock and orders once more, with more stock, other lead times or another picking capacity.

Stock. The stock of each day is taken as it was; what is changed is added to it and carried on: safety stock raised by
a share of what the books call safety stock from the first day on, receipts moved by days, a share of the receipts'
lead. Demand of a day is filled as far as stock reaches on that day, and waits otherwise. More stock on any day can
only fill more: the fill rate is monotone in stock by construction.

Picking. Each warehouse is a queue, first come first served. Its capacity of an hour is what it packed in it while
orders waited, and the most it packed in an hour of that weekday and time of day where none did. An order is sent as
long after packing as it really was.

The unchanged history is replayed first: how far that is from what happened is the error to read everything else by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fulfillment_bi.errors import UsageError
from fulfillment_bi.forecast.panel import Mask, Numbers, Whole
from fulfillment_bi.forecast.texts import load_query
from fulfillment_bi.warehouse.engine import Session

DAYS, LEAST_DAYS = 60, 7
HOUR = 3600.0
WEEK_HOURS = 168


@dataclass(frozen=True)
class Change:
    """What is changed: shares (1.2 is a fifth more) of safety stock and picking capacity, days added to lead times."""

    safety: float = 1.0
    lead_days: int = 0
    capacity: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.safety <= 10 or not -30 <= self.lead_days <= 30 or not 0.1 <= self.capacity <= 10:
            raise UsageError(
                "The change is out of range.",
                hint="Safety stock 0 to 10 times, lead time -30 to 30 days, capacity 0.1 to 10 times what it was.",
            )


@dataclass(frozen=True)
class Stocked:
    """(S, T) units each, and (S,) `safety` and `unit_cost`."""

    available: Numbers
    demand: Numbers
    received: Numbers
    safety: Numbers
    unit_cost: Numbers


@dataclass(frozen=True)
class Queue:
    """The orders of one warehouse in the order they came, seconds each: came, packed, shipped, promised."""

    came: Numbers
    packed: Numbers
    shipped: Numbers
    promised: Numbers


@dataclass(frozen=True, slots=True)
class Score:
    """`fill`: units filled from stock at once; `capital`: mean money in stock; `in_time`: orders sent by their promise.

    None where there is nothing to judge by.
    """

    fill: float | None
    capital: float | None
    in_time: float | None
    orders_waiting: float | None


@dataclass(frozen=True, slots=True)
class Replay:
    """What happened, the replay without a change, and the one with it, over the days."""

    start: date
    end: date
    change: Change
    history: Score
    baseline: Score
    changed: Score

    def error(self, name: str) -> float | None:
        """How far the unchanged replay is from what happened."""
        was, again = getattr(self.history, name), getattr(self.baseline, name)
        return None if was is None or again is None else again - was

    def effect(self, name: str) -> float | None:
        """What the change does, replay against replay."""
        before, after = getattr(self.baseline, name), getattr(self.changed, name)
        return None if before is None or after is None else after - before


def replay(session: Session, today: date, change: Change, days: int = DAYS) -> Replay:
    """The newest whole `days` before `today` once more. Raises UsageError for fewer than a week."""
    if days < LEAST_DAYS:
        raise UsageError(f"A replay needs at least {LEAST_DAYS} days.", hint="Take more of the past.")
    end = today - timedelta(days=1)
    start = today - timedelta(days=days)
    stocked = _stocked(session, start, end)
    queues = _queues(session, start, end)
    happened = Score(
        None if stocked is None else _filled_then(session, start, end),
        None if stocked is None else _capital(stocked.available, stocked.unit_cost),
        _in_time([queue.shipped <= queue.promised for queue in queues]),
        _waiting([(queue.came, queue.packed) for queue in queues]),
    )
    return Replay(start, end, change, happened, score(stocked, queues, Change()), score(stocked, queues, change))


def score(stocked: Stocked | None, queues: list[Queue], change: Change) -> Score:
    """The scores under a change; pure."""
    fill = capital = None
    if stocked is not None:
        level = moved(stocked, change)
        demand = float(stocked.demand.sum())
        fill = float(filled(level, stocked.demand).sum()) / demand if demand else None
        capital = _capital(level, stocked.unit_cost)
    packed = [serve(queue, change.capacity) for queue in queues]
    in_time = _in_time(
        [done + (queue.shipped - queue.packed) <= queue.promised for queue, done in zip(queues, packed, strict=True)]
    )
    return Score(fill, capital, in_time, _waiting([(q.came, done) for q, done in zip(queues, packed, strict=True)]))


def moved(stocked: Stocked, change: Change) -> Numbers:
    """Stock at the end of each day under a change, (S, T): below zero where demand waits."""
    extra = stocked.safety * (change.safety - 1)
    arrived = np.cumsum(stocked.received, axis=1)
    later = np.zeros_like(arrived)
    shift, count = change.lead_days, arrived.shape[1]
    if shift >= 0:
        later[:, min(shift, count) :] = arrived[:, : max(count - shift, 0)]
    else:
        # What came after the last day is not known; the last days keep what came until then.
        later[:, :shift] = arrived[:, -shift:]
        later[:, shift:] = arrived[:, -1:]
    return np.asarray(stocked.available + extra[:, None] + later - arrived)


def filled(level: Numbers, demand: Numbers) -> Numbers:
    """Units of each day's demand that its stock covers: what is left at the end, with the demand, is what there was."""
    return np.minimum(demand, np.maximum(level + demand, 0.0))


def _capital(level: Numbers, unit_cost: Numbers) -> float:
    return float((np.maximum(level, 0.0).mean(axis=1) * unit_cost).sum())


def serve(queue: Queue, share: float) -> Numbers:
    """When each order is packed at `share` of the capacity, first come first served, in seconds."""
    first = float(np.floor(queue.came.min() / HOUR))
    came, done = (((each / HOUR) - first) for each in (queue.came, queue.packed))
    order = np.argsort(came, kind="stable")
    hours = int(done.max()) + 2 + WEEK_HOURS
    arrivals = np.bincount(came.astype(np.int64), minlength=hours)[:hours].astype(float)
    packed = np.bincount(done.astype(np.int64), minlength=hours)[:hours].astype(float)
    capacity = _capacity(arrivals, packed, first) * share
    finished = _finished(np.cumsum(arrivals), capacity)
    rank = np.arange(1, len(came) + 1, dtype=float)
    hour = np.searchsorted(finished, rank - 1e-9, side="left")
    hour = np.minimum(hour, hours - 1)
    before = np.where(hour > 0, finished[np.maximum(hour - 1, 0)], 0.0)
    within = (rank - before) / np.maximum(finished[hour] - before, 1e-9)
    moment = np.empty(len(came))
    moment[order] = np.maximum((hour + np.clip(within, 0, 1)), np.sort(came))
    return np.asarray((moment + first) * HOUR)


def _capacity(arrivals: Numbers, packed: Numbers, first: float) -> Numbers:
    """Orders an hour: what was packed while some waited, else the most of that hour of the week."""
    waiting = np.cumsum(arrivals) - np.cumsum(packed)
    busy: Mask = (waiting > 0) & (packed > 0)
    place: Whole = ((np.arange(len(packed)) + int(first)) % WEEK_HOURS).astype(np.int64)
    most = np.zeros(WEEK_HOURS)
    np.maximum.at(most, place, packed)
    usual: Numbers = most[place]
    return np.where(busy, packed, usual)


def _finished(arrived: Numbers, capacity: Numbers) -> Numbers:
    """Orders finished by the end of each hour: never more than came, nor than there was capacity for since any hour.

    D(t) = min over s <= t of (A(s) + C(t) - C(s)), A without what comes after s: the queue in closed form.
    """
    total = np.cumsum(capacity)
    room = np.minimum.accumulate(arrived - total)
    return np.asarray(np.minimum(arrived, total + np.minimum(room, 0.0)))


def _in_time(parts: list[Mask]) -> float | None:
    many = sum(len(part) for part in parts)
    return sum(float(part.sum()) for part in parts) / many if many else None


def _waiting(parts: list[tuple[Numbers, Numbers]]) -> float | None:
    """Mean hours from allocation to packing."""
    many = sum(len(came) for came, _ in parts)
    return sum(float((done - came).sum()) for came, done in parts) / many / HOUR if many else None


def _stocked(session: Session, start: date, end: date) -> Stocked | None:
    table = session.arrow(load_query("replay_stock"), (start, end))
    if table.num_rows == 0:
        return None
    row = {name: table[name].to_numpy() for name in table.column_names}
    series, day = row["series"].astype(np.int64), row["day"].astype(np.int64)
    shape = (int(series.max()) + 1, (end - start).days + 1)
    grids = {name: np.zeros(shape) for name in ("available", "demand", "received", "safety", "unit_cost")}
    for name, grid in grids.items():
        grid[series, day] = row[name]
    return Stocked(
        grids["available"], grids["demand"], grids["received"],
        grids["safety"].max(axis=1), grids["unit_cost"].max(axis=1),
    )  # fmt: skip


def _filled_then(session: Session, start: date, end: date) -> float | None:
    """What history says: units that did not have to wait for stock, of those sent at all."""
    units, complete = session.rows(load_query("replay_filled"), (start, end))[0]
    return complete / units if units else None


def _queues(session: Session, start: date, end: date) -> list[Queue]:
    table = session.arrow(load_query("replay_orders"), (start, end))
    if table.num_rows == 0:
        return []
    row = {name: table[name].to_numpy() for name in table.column_names}
    found = []
    for warehouse in np.unique(row["warehouse_id"]):
        here = row["warehouse_id"] == warehouse
        found.append(Queue(*(row[name][here].astype(float) for name in ("came", "packed", "shipped", "promised"))))
    return found
