"""What if: the history of stock and orders once more, with more stock, other lead times, hands, trucks or carriers.

Stock. The stock of each day is taken as it was; what is changed is added to it and carried on: safety stock raised by
a share of what the books call safety stock from the first day on, receipts moved by days. Demand of a day is filled as
far as stock reaches on that day, and waits otherwise. More stock on any day can only fill more: the fill rate is
monotone in stock by construction.

Orders. See `queues`: picking, hand-over and transport. Orders that are moved to another warehouse take their stock with
them, so that neither what is filled nor the money in stock changes by it.

Both. An order is fulfilled (on time and in full) when it is signed by its promise and complete. Where stock fills it at
once it is as its course says; where not, as often as orders that found no stock were fulfilled in history.

The unchanged history is replayed first: how far that is from what happened is the error to read everything else by.
What an order takes beside the queue is learnt on days before the replayed ones; where there are fewer days before, the
replayed ones are the newer half of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fulfillment_bi.errors import UsageError
from fulfillment_bi.forecast.panel import Mask, Numbers, Whole
from fulfillment_bi.forecast.queues import HOUR, Course, Orders, Steering, happened, play, slowest_and_quickest
from fulfillment_bi.forecast.replayed import Known, read_orders
from fulfillment_bi.forecast.texts import load_query
from fulfillment_bi.warehouse.engine import Session

DAYS, LEAST_DAYS = 60, 7
WAREHOUSES = 1 << 20
"""More than there will be, so that a SKU and a warehouse make one key."""


@dataclass(frozen=True)
class Change:
    """What is changed: shares (1.2 is a fifth more) of safety stock and picking capacity, days added to lead times.

    `cutoff`: hours by which the cut-off is later, that is by which trucks leave later. `split`: share of the orders of
    the warehouse that packs slowest that goes to the one that packs quickest. `carrier`: the one that takes all orders.
    """

    safety: float = 1.0
    lead_days: int = 0
    capacity: float = 1.0
    cutoff: float = 0.0
    split: float = 0.0
    carrier: str = ""

    def __post_init__(self) -> None:
        of_stock = 0 <= self.safety <= 10 and -30 <= self.lead_days <= 30
        of_orders = 0.1 <= self.capacity <= 10 and -12 <= self.cutoff <= 12 and 0 <= self.split <= 1
        if not of_stock or not of_orders:
            raise UsageError(
                "The change is out of range.",
                hint="Safety stock 0 to 10 times, lead time -30 to 30 days, capacity 0.1 to 10 times what it was, "
                "cut-off -12 to 12 hours, split 0 to 1.",
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
class Drawn:
    """The lines of orders, (L,) each: places of the order, of its stock series, and the day."""

    order: Whole
    series: Whole
    day: Whole


@dataclass(frozen=True, slots=True)
class Score:
    """`fill`: units filled from stock at once; `capital`: mean money in stock; `in_time`: orders sent by their promise.

    `otif`: orders signed in time and in full, of those due; `orders_waiting`: mean hours from allocation to packing.
    None where there is nothing to judge by.
    """

    fill: float | None
    capital: float | None
    in_time: float | None
    orders_waiting: float | None
    otif: float | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """What happened, the replay without a change, and the one with it, over the days.

    `source`, `target`: the warehouses that a split takes from and gives to; `carriers` those that orders went by.
    """

    start: date
    end: date
    change: Change
    history: Score
    baseline: Score
    changed: Score
    source: str = ""
    target: str = ""
    carriers: tuple[str, ...] = ()

    def error(self, name: str) -> float | None:
        """How far the unchanged replay is from what happened."""
        was, again = getattr(self.history, name), getattr(self.baseline, name)
        return None if was is None or again is None else again - was

    def effect(self, name: str) -> float | None:
        """What the change does, replay against replay."""
        before, after = getattr(self.baseline, name), getattr(self.changed, name)
        return None if before is None or after is None else after - before


def replay(session: Session, today: date, change: Change, days: int = DAYS) -> Replay:
    """The newest whole `days` before `today` once more, or fewer where the history is shorter than twice as long.

    Raises UsageError for fewer than a week, or an unknown carrier.
    """
    if days < LEAST_DAYS:
        raise UsageError(f"A replay needs at least {LEAST_DAYS} days.", hint="Take more of the past.")
    end = today - timedelta(days=1)
    found = read_orders(session, today - timedelta(days=2 * days), end)
    start = end - timedelta(days=days - 1)
    if found is not None:
        start = max(start, min(found.first + (today - found.first) // 2, end - timedelta(days=LEAST_DAYS - 1)))
    stock = _stocked(session, start, end)
    orders = None if found is None else found.since(start)
    steering = _steering(found, orders, change)
    drawn = None
    if stock is not None and found is not None:
        drawn = _drawn(session, stock[1], found, start, end)
    stocked = None if stock is None else stock[0]
    happened_then = Score(
        None if stocked is None else _filled_then(session, start, end),
        None if stocked is None else _capital(stocked.available, stocked.unit_cost),
        *(judge(orders, happened(orders)) if orders is not None else (None, None)),
        _otif_then(orders),
    )
    return Replay(
        start, end, change, happened_then,
        score(stocked, orders, drawn, Change(), Steering()),
        score(stocked, orders, drawn, change, steering),
        *(("", "") if found is None or steering.source < 0 else (
            found.warehouses[steering.source], found.warehouses[steering.target])),
        () if found is None else tuple(name for name in found.carriers if name != "unknown"),
    )  # fmt: skip


def _steering(found: Known | None, orders: Orders | None, change: Change) -> Steering:
    """The change as places. Raises UsageError for a carrier that took none of the orders."""
    if found is None or orders is None:
        return Steering()
    if change.carrier and change.carrier not in found.carriers:
        raise UsageError(f"No order went by {change.carrier}.", hint=f"Known: {', '.join(found.carriers)}.")
    source, target = slowest_and_quickest(orders)
    carrier = found.carriers.index(change.carrier) if change.carrier else -1
    return Steering(change.capacity, change.cutoff, source, target, change.split, carrier)


def score(
    stocked: Stocked | None, orders: Orders | None, drawn: Drawn | None, change: Change, steering: Steering
) -> Score:
    """The scores under a change; pure."""
    fill = capital = in_time = waiting = otif = None
    level = None
    if stocked is not None:
        level = moved(stocked, change)
        demand = float(stocked.demand.sum())
        fill = float(filled(level, stocked.demand).sum()) / demand if demand else None
        capital = _capital(level, stocked.unit_cost)
    if orders is not None:
        course = play(orders, steering)
        in_time, waiting = judge(orders, course)
        chance = np.ones(len(orders))
        usual = chance
        if stocked is not None and level is not None and drawn is not None:
            chance = _at_once(level, stocked.demand, drawn, len(orders))
            usual = _at_once(stocked.available, stocked.demand, drawn, len(orders))
        otif = _otif(orders, course, chance, usual)
    return Score(fill, capital, in_time, waiting, otif)


def judge(orders: Orders, course: Course) -> tuple[float | None, float | None]:
    """Orders sent by their promise, and mean hours until packed, of the replayed days."""
    counted = orders.counted
    if not counted.any():
        return None, None
    return (
        float((course.shipped <= orders.promised)[counted].mean()),
        float((course.packed - orders.came)[counted].mean()) / HOUR,
    )


def _otif_then(orders: Orders | None) -> float | None:
    if orders is None:
        return None
    judged = orders.counted & ~np.isnan(orders.due)
    return float(orders.is_otif[judged].mean()) if judged.any() else None


def _otif(orders: Orders, course: Course, chance: Numbers, usual: Numbers) -> float | None:
    """Of the orders that are due: by their course where stock fills them at once, else as those that found none.

    `chance` (N,) that stock fills an order at once, `usual` the same as it was.
    """
    judged = orders.counted & ~np.isnan(orders.due)
    if not judged.any():
        return None
    kept = (np.nan_to_num(course.delivered, nan=np.inf) <= orders.due) & orders.is_complete
    found, lacked = judged & (usual >= 0.5), judged & (usual < 0.5)
    otherwise = float(kept[lacked].mean()) if lacked.any() else 0.0
    # An order that stock would not have to wait for any more is as those that never had to.
    rate = float(kept[found].mean()) if found.any() else 0.0
    gained = np.maximum(chance - np.maximum(usual, 0.0), 0.0)
    lost = np.maximum(usual - chance, 0.0)
    expected = kept + gained * np.maximum(rate - kept, 0.0) - lost * np.maximum(kept - otherwise, 0.0)
    return float(expected[judged].mean())


def _at_once(level: Numbers, demand: Numbers, drawn: Drawn, orders: int) -> Numbers:
    """The chance of each order to find all of its lines in stock on its day, (orders,)."""
    share = np.where(demand > 0, filled(level, demand) / np.maximum(demand, 1e-9), 1.0)
    chance = np.ones(orders)
    np.minimum.at(chance, drawn.order, share[drawn.series, drawn.day])
    return chance


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


def _stocked(session: Session, start: date, end: date) -> tuple[Stocked, Whole] | None:
    """The stock of a stretch, and the key of each series in ascending order."""
    table = session.arrow(load_query("replay_stock"), (start, end))
    if table.num_rows == 0:
        return None
    row = {name: table[name].to_numpy() for name in table.column_names}
    series, day = row["series"].astype(np.int64), row["day"].astype(np.int64)
    shape = (int(series.max()) + 1, (end - start).days + 1)
    grids = {name: np.zeros(shape) for name in ("available", "demand", "received", "safety", "unit_cost")}
    for name, grid in grids.items():
        grid[series, day] = row[name]
    keys = np.zeros(shape[0], dtype=np.int64)
    keys[series] = _key(row["sku_id"], row["warehouse_id"])
    stocked = Stocked(
        grids["available"], grids["demand"], grids["received"],
        grids["safety"].max(axis=1), grids["unit_cost"].max(axis=1),
    )  # fmt: skip
    return stocked, keys


def _key(sku: Whole, warehouse: Whole) -> Whole:
    return np.asarray(sku.astype(np.int64) * WAREHOUSES + warehouse.astype(np.int64))


def _drawn(session: Session, series: Whole, orders: Known, start: date, end: date) -> Drawn:
    """The lines of known orders that draw on known series."""
    table = session.arrow(load_query("replay_lines"), (start, end))
    row = {name: table[name].to_numpy() for name in table.column_names}
    order, in_orders = _places(orders.key, row["order_key"])
    place, in_stock = _places(series, _key(row["sku_id"], row["warehouse_id"]))
    known = in_orders & in_stock
    return Drawn(order[known], place[known], row["day"][known].astype(np.int64))


def _places(known: Whole, wanted: Whole) -> tuple[Whole, Mask]:
    """Where each of `wanted` is in `known`, and whether it is there."""
    order = np.argsort(known, kind="stable")
    at = np.minimum(np.searchsorted(known[order], wanted), max(len(known) - 1, 0))
    place = order[at]
    return place, np.asarray(known[place] == wanted)


def _filled_then(session: Session, start: date, end: date) -> float | None:
    """What history says: units that did not have to wait for stock, of those sent at all."""
    units, complete = session.rows(load_query("replay_filled"), (start, end))[0]
    return complete / units if units else None
