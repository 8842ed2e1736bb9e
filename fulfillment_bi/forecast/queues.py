"""Orders once more through picking, hand-over and transport, with other hands, trucks, places or carriers.

Picking. Each warehouse is a queue, first come first served. Its capacity of an hour is what it packed in it while
more than that still waited, and the most it packed in an hour of that weekday and time of day where none did. What an
order takes beside the queue (it is picked and packed even where none waits) is the mean of what was left over at its
hour of arrival on the days before those that are replayed, so that the replayed days say what the replay is worth.

Hand-over. An order is sent as long after packing as it really was. Trucks that leave some hours later take an order as
they took those packed so many hours earlier.

Transport. An order travels as long as it really did; by another carrier, or from another warehouse, the difference of
the two lanes' medians longer, where both are known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.forecast.panel import Mask, Numbers, Whole

HOUR = 3600.0
WEEK_HOURS, DAY_HOURS = 168, 24
PRIOR_ORDERS = 20.0
"""Orders that the mean of a warehouse is worth beside those of one hour of the day."""
LEAST_LANE = 10


@dataclass(frozen=True)
class Orders:
    """(N,) each, in the order they came, seconds: `due` and `delivered` are NaN where not known.

    `warehouse`, `carrier`, `region` are places; `counted` marks the replayed days, the others only teach.
    """

    came: Numbers
    packed: Numbers
    shipped: Numbers
    promised: Numbers
    delivered: Numbers
    due: Numbers
    warehouse: Whole
    carrier: Whole
    region: Whole
    is_complete: Mask
    is_otif: Mask
    counted: Mask

    def __len__(self) -> int:
        return len(self.came)


@dataclass(frozen=True)
class Course:
    """When orders are packed, sent and signed, (N,) each; NaN for what never was signed."""

    packed: Numbers
    shipped: Numbers
    delivered: Numbers


@dataclass(frozen=True)
class Steering:
    """What is changed about orders: see `forecast.whatif.Change`. Places of warehouses and carrier, -1 for none."""

    capacity: float = 1.0
    trucks: float = 0.0
    source: int = -1
    target: int = -1
    share: float = 0.0
    carrier: int = -1


def happened(orders: Orders) -> Course:
    """What really was."""
    return Course(orders.packed, orders.shipped, orders.delivered)


def play(orders: Orders, steering: Steering) -> Course:
    """The course of all orders under a change; of none, the unchanged replay."""
    where = _moved(orders, steering)
    handling = _handling(orders)
    packed = np.zeros(len(orders))
    for place in np.unique(orders.warehouse):
        own = orders.warehouse == place
        capacity, first = _capacity(orders.came[own], orders.packed[own])
        here = where == place
        if here.any():
            packed[here] = _served(orders.came[here], capacity * steering.capacity, first)
    packed = np.maximum(packed + handling[where, _hour(orders.came)], orders.came)
    shipped = packed + _hand_over(orders, packed, steering.trucks)
    transit = np.maximum(orders.delivered - orders.shipped + _lane_change(orders, where, steering.carrier), 0.0)
    return Course(packed, shipped, shipped + transit)


def slowest_and_quickest(orders: Orders) -> tuple[int, int]:
    """The warehouses in whose picking orders wait longest and least, on the mean; (-1, -1) where there is one only."""
    places = np.unique(orders.warehouse)
    if len(places) < 2:
        return -1, -1
    waited = [float((orders.packed - orders.came)[orders.warehouse == place].mean()) for place in places]
    return int(places[int(np.argmax(waited))]), int(places[int(np.argmin(waited))])


def serve(came: Numbers, packed: Numbers, share: float) -> Numbers:
    """When each order of one warehouse gets through the queue at `share` of the capacity it had, in seconds."""
    capacity, first = _capacity(came, packed)
    return _served(came, capacity * share, first)


def _moved(orders: Orders, steering: Steering) -> Whole:
    """The warehouse of each order; of the source's, an even share goes to the target."""
    where = orders.warehouse.copy()
    if steering.source >= 0 and steering.share > 0:
        theirs = np.flatnonzero(where == steering.source)
        # Every so many-th order, the same ones on every call.
        step = np.floor((np.arange(len(theirs)) + 1) * steering.share) > np.floor(
            np.arange(len(theirs)) * steering.share
        )
        where[theirs[step]] = steering.target
    return where


def _capacity(came: Numbers, packed: Numbers) -> tuple[Numbers, float]:
    """Orders an hour from the first arrival on: what was packed while some waited, else the most of that hour.

    With the first hour, counted from 1970.
    """
    first = float(np.floor(came.min() / HOUR))
    hours = int((packed.max() / HOUR) - first) + 2 + WEEK_HOURS
    arrivals = np.bincount((came / HOUR - first).astype(np.int64), minlength=hours)[:hours].astype(float)
    done = np.bincount((packed / HOUR - first).astype(np.int64), minlength=hours)[:hours].astype(float)
    # Those that wait for less than an hour's work are only being picked: the hands had room.
    busy: Mask = (np.cumsum(arrivals) - np.cumsum(done) > done) & (done > 0)
    place: Whole = ((np.arange(hours) + int(first)) % WEEK_HOURS).astype(np.int64)
    most = np.zeros(WEEK_HOURS)
    np.maximum.at(most, place, done)
    return np.where(busy, done, most[place]), first


def _served(came: Numbers, capacity: Numbers, first: float) -> Numbers:
    hours = len(capacity)
    since = np.clip(came / HOUR - first, 0, hours - 1)
    order = np.argsort(since, kind="stable")
    arrived = np.cumsum(np.bincount(since.astype(np.int64), minlength=hours)[:hours].astype(float))
    finished = _finished(arrived, capacity)
    rank = np.arange(1, len(came) + 1, dtype=float)
    hour = np.minimum(np.searchsorted(finished, rank - 1e-9, side="left"), hours - 1)
    before = np.where(hour > 0, finished[np.maximum(hour - 1, 0)], 0.0)
    within = (rank - before) / np.maximum(finished[hour] - before, 1e-9)
    moment = np.empty(len(came))
    moment[order] = np.maximum(hour + np.clip(within, 0, 1), since[order])
    return np.asarray((moment + first) * HOUR)


def _finished(arrived: Numbers, capacity: Numbers) -> Numbers:
    """Orders finished by the end of each hour: never more than came, nor than there was capacity for since any hour.

    D(t) = min over s <= t of (A(s) + C(t) - C(s)), A without what comes after s: the queue in closed form.
    """
    total = np.cumsum(capacity)
    room = np.minimum.accumulate(arrived - total)
    return np.asarray(np.minimum(arrived, total + np.minimum(room, 0.0)))


def _hour(moments: Numbers) -> Whole:
    return ((moments // HOUR) % DAY_HOURS).astype(np.int64)


def _handling(orders: Orders) -> Numbers:
    """Seconds beside the queue by warehouse and hour of arrival (UTC), (places, 24), from the days that teach."""
    places = int(orders.warehouse.max()) + 1 if len(orders) else 0
    found = np.zeros((places, DAY_HOURS))
    for place in np.unique(orders.warehouse):
        own = orders.warehouse == place
        left = orders.packed[own] - serve(orders.came[own], orders.packed[own], 1.0)
        teach = ~orders.counted[own]
        if teach.any():
            hour = _hour(orders.came[own][teach])
            sums = np.bincount(hour, weights=left[teach], minlength=DAY_HOURS)
            count = np.bincount(hour, minlength=DAY_HOURS)
            mean = float(left[teach].mean())
            found[place] = (sums + PRIOR_ORDERS * mean) / (count + PRIOR_ORDERS)
    return found


def _hand_over(orders: Orders, packed: Numbers, trucks: float) -> Numbers:
    """Seconds from packing to hand-over, where trucks leave so many hours later."""
    own = orders.shipped - orders.packed
    if not trucks:
        return own
    delay = np.zeros((int(orders.warehouse.max()) + 1, DAY_HOURS))
    for place in np.unique(orders.warehouse):
        here = orders.warehouse == place
        delay[place] = _delays(_hour(orders.packed[here]), own[here])
    now, then = _hour(packed), _hour(packed - trucks * HOUR)
    return np.asarray(np.maximum(own + delay[orders.warehouse, then] - delay[orders.warehouse, now], 0.0))


def _delays(hour: Whole, seconds: Numbers) -> Numbers:
    """Mean seconds by hour of the day, (24,); an hour in which nothing was packed waits for the next."""
    count = np.bincount(hour, minlength=DAY_HOURS)
    mean = np.bincount(hour, weights=seconds, minlength=DAY_HOURS) / np.maximum(count, 1)
    for at in range(2 * DAY_HOURS - 1, -1, -1):
        if not count[at % DAY_HOURS]:
            mean[at % DAY_HOURS] = mean[(at + 1) % DAY_HOURS] + HOUR
    return np.asarray(mean)


def _lane_change(orders: Orders, where: Whole, carrier: int) -> Numbers:
    """Seconds more on the way for orders that leave from elsewhere, or with another carrier; 0 where not known."""
    other = np.full(len(orders), carrier, dtype=np.int64) if carrier >= 0 else orders.carrier
    differ = (where != orders.warehouse) | (other != orders.carrier)
    if not differ.any():
        return np.zeros(len(orders))
    lanes = _lanes(orders)
    ways = np.stack([orders.warehouse, orders.region, orders.carrier, where, other], axis=1)
    names, place = np.unique(ways, axis=0, return_inverse=True)
    more = np.zeros(len(names))
    for at, (warehouse, region, own, to, by) in enumerate(names.tolist()):
        mine, theirs = lanes.get((warehouse, region, own)), lanes.get((to, region, by))
        if mine is not None and theirs is not None:
            more[at] = theirs - mine
    return np.asarray(more[place.ravel()])


def _lanes(orders: Orders) -> dict[tuple[int, int, int], float]:
    """Median seconds from hand-over to signing by warehouse, region and carrier, of lanes with enough orders."""
    known = np.flatnonzero(~np.isnan(orders.delivered))
    keys = np.stack([orders.warehouse[known], orders.region[known], orders.carrier[known]], axis=1)
    names, place, count = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    seconds = (orders.delivered - orders.shipped)[known]
    order = np.argsort(place.ravel(), kind="stable")
    parts = np.split(seconds[order], np.cumsum(count)[:-1])
    return {
        (int(name[0]), int(name[1]), int(name[2])): float(np.median(part))
        for name, part in zip(names, parts, strict=True)
        if len(part) >= LEAST_LANE
    }
