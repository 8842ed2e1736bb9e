"""How orders go through review, warehouse and carrier: a pure function of orders, their draws and active incidents.

The draws are made once per block, so the same orders can run again without an incident: the difference is its effect.
An order has one or two *parts* (what one warehouse sends in one parcel); a part without lines is not used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import (
    DAY,
    HOUR,
    NEVER,
    Mask,
    Times,
    Whole,
    midnight,
    next_departure,
    within_hours,
    work,
)
from fulfillment_bi.sample.demand import Calendar, Orders
from fulfillment_bi.sample.incidents import Incident, gate_reviews, hold_parcels, is_out_of_stock, slow_station
from fulfillment_bi.sample.promises import Promises
from fulfillment_bi.sample.world import World, pick

CANCELLED_BY = ("", "customer", "seller", "platform", "timeout", "unknown")
CUSTOMER, SELLER = 1, 2
REFUSED = 3  # of the exceptions: none, lost, damaged, refused
_DEPARTURES = (11.0, 15.0, 18.0, 21.0, 23.5)


@dataclass(frozen=True)
class Draws:
    """The luck of one block: uniform numbers `u_*` and standard normal numbers `z_*`, per order, part and line."""

    u_order: npt.NDArray[np.float64]  # 16 x n
    z_order: npt.NDArray[np.float64]  # 4 x n
    u_part: npt.NDArray[np.float64]  # 10 x p
    z_part: npt.NDArray[np.float64]  # 6 x p
    u_line: npt.NDArray[np.float64]  # 4 x m
    part_order: Whole  # p: the first n parts are the orders' own, then the second parts
    second_part: Whole  # n: index of the order's second part, or -1


@dataclass(frozen=True)
class Outcome:
    """What happened, per order (n), part (p) and line (m), after the as-of moment too; `NEVER` where it did not."""

    paid: Times
    reviewed: Times
    manual: Mask
    cancelled: Times
    cancelled_by: Whole
    warehouse: Whole
    carrier: Whole
    used: Mask
    allocated: Times
    picked: Times
    packed: Times
    handed: Times
    platform: Times
    scanned: Times
    delivered: Times
    exception: Whole
    line_part: Whole
    line_due: Whole
    line_sent: Whole


def draw_luck(seed: int, first: int, orders: Orders, second: Mask) -> Draws:
    """Draw all luck of the block that begins on day `first`; `second` marks orders that may need a second part."""
    rng = np.random.default_rng([seed, 4, first])
    n, m = orders.count, len(orders.sku)
    u_order, z_order = rng.random((16, n)), rng.standard_normal((4, n))
    u_line = rng.random((4, m))
    size = np.bincount(orders.line_order, minlength=n)
    extra = np.flatnonzero(second | ((size > 1) & (u_order[0] < 0.06)))
    index = np.full(n, -1, dtype=np.int64)
    index[extra] = n + np.arange(len(extra))
    parts = n + len(extra)
    return Draws(
        u_order,
        z_order,
        rng.random((10, parts)),
        rng.standard_normal((6, parts)),
        u_line,
        np.concatenate([np.arange(n), extra]),
        index,
    )


def pay(orders: Orders, draws: Draws) -> Times:
    """Payment times; about 1.3 % never pay."""
    slow = draws.u_order[1] > 0.86
    median = np.where(slow, 900.0, 45.0)
    seconds = np.minimum(median * np.exp(0.9 * draws.z_order[0]), 6 * HOUR)
    return np.where(draws.u_order[2] < 0.013, NEVER, np.ceil(orders.created + seconds + 3))


def place(world: World, orders: Orders, draws: Draws) -> tuple[Whole, Whole]:
    """Warehouse and carrier of every part; a second part leaves from another draw of the network."""
    region = orders.region[draws.part_order]
    channel = orders.channel[draws.part_order]
    warehouse = pick(world.warehouse_share[region], draws.u_part[0])
    return warehouse, pick(world.carrier_share[channel, region], draws.u_part[1])


def simulate(
    world: World, calendar: Calendar, orders: Orders, draws: Draws, promises: Promises, active: tuple[Incident, ...]
) -> Outcome:
    """Run one block through the process under the active incidents."""
    paid = promises.paid
    reviewed, manual = _review(orders, draws, paid, active)
    line_part, due, sent, restock = _assign_lines(orders, draws, reviewed, active)
    used = np.bincount(line_part, weights=sent, minlength=len(draws.part_order)) > 0
    warehouse, carrier = place(world, orders, draws)
    allocated, picked, packed = _warehouse_work(
        world, calendar, orders, draws, np.maximum(reviewed[draws.part_order], restock), warehouse, active
    )
    out_of_stock = (draws.u_order[3] < 0.0045)[draws.part_order]
    picked, packed = np.where(out_of_stock, NEVER, picked), np.where(out_of_stock, NEVER, packed)
    cancelled, by = _cancel(orders, draws, promises, reviewed, np.where(used, packed, NEVER), used)
    gone = cancelled[draws.part_order]
    allocated, picked, packed = (np.where(t > gone, NEVER, t) for t in (allocated, picked, packed))
    handed = next_departure(packed, _DEPARTURES)
    handed = np.where(np.isfinite(handed), handed + np.floor(draws.u_part[2] * 1500), NEVER)
    scanned, delivered, exception = _carry(world, calendar, orders, draws, handed, warehouse, carrier, active)
    exception = np.where(used, exception, 0)
    cancelled, by = _close(draws, scanned, exception, cancelled, by)
    # Some shops report the shipment before the truck has left.
    early = (draws.u_part[3] < 0.05) & ~np.isin(orders.channel[draws.part_order], (1, 5))
    platform = np.ceil(np.where(early, packed + 300, handed + 30 + draws.u_part[4] * 900))
    return Outcome(
        paid=paid,
        reviewed=np.where(reviewed > cancelled, NEVER, reviewed),
        manual=manual,
        cancelled=cancelled,
        cancelled_by=by,
        warehouse=warehouse,
        carrier=carrier,
        used=used,
        allocated=allocated,
        picked=picked,
        packed=packed,
        handed=handed,
        platform=platform,
        scanned=scanned,
        delivered=delivered,
        exception=exception,
        line_part=line_part,
        line_due=due,
        line_sent=sent,
    )


def _review(orders: Orders, draws: Draws, paid: Times, active: tuple[Incident, ...]) -> tuple[Times, Mask]:
    share = np.array([c.manual_share for c in tables.CHANNELS])[orders.channel]
    manual = draws.u_order[4] < share
    start = np.maximum(paid, orders.created + orders.presale_seconds)
    by_hand = work(start, 1500 * np.exp(0.8 * draws.z_order[1]), 8.5, 22.0)
    automatic = np.ceil(start + 40 * np.exp(0.9 * draws.z_order[1]))
    reviewed = np.where(manual, by_hand, automatic)
    return gate_reviews(active, reviewed, orders.channel, draws.u_order[5], manual), manual


def _assign_lines(
    orders: Orders, draws: Draws, reviewed: Times, active: tuple[Incident, ...]
) -> tuple[Whole, Whole, Whole, Times]:
    """Part, units due and units sent of each line, and when a part's stock is there at the earliest."""
    owner = orders.line_order
    part = owner.copy()
    second = draws.second_part[owner]
    split = (second >= 0) & (draws.u_order[0] < 0.06)[owner] & (draws.u_line[0] < 0.5) & (orders.line_no > 1)
    part = np.where(split, second, part)
    withdrawn = np.where((orders.quantity > 1) & (draws.u_line[3] < 0.012), 1, 0)
    due = orders.quantity - withdrawn
    short = (draws.u_line[1] < 0.006) & ((orders.line_no > 1) | (due > 1))
    sent = np.where(short, np.where(orders.line_no > 1, due // 2, np.maximum(due // 2, 1)), due)
    restock = np.zeros(len(draws.part_order))
    for incident in active:
        if incident.kind != "stock":
            continue
        hit = is_out_of_stock(incident, orders.sku, reviewed[owner])
        lost = hit & (draws.u_line[2] < incident.strength)
        sent = np.where(lost, 0, sent)
        waits = hit & ~lost
        part = np.where(waits, second, part)
        place_in_queue = (reviewed[owner] - incident.start) / (incident.end - incident.start)
        arrival = incident.end + place_in_queue * incident.recovery
        np.maximum.at(restock, part[waits], arrival[waits])
    return part, due, sent, restock


def _warehouse_work(
    world: World,
    calendar: Calendar,
    orders: Orders,
    draws: Draws,
    ready: Times,
    warehouse: Whole,
    active: tuple[Incident, ...],
) -> tuple[Times, Times, Times]:
    day = _day_index(calendar, orders)[draws.part_order]
    weekend = np.where((calendar.start.weekday() + day) % 7 >= 5, 1.3, 1.0)
    own = np.where((orders.channel == 1)[draws.part_order], 0.55, 1.0)  # the platform's own network is faster
    pace = world.warehouse_swing[warehouse, day] * weekend * own * calendar.load()[day] ** 0.35
    # Now and then the stock is not where the system says, and somebody has to look for it.
    hunt = np.where(draws.z_part[4] > 2.0, 8 + 22 * draws.u_part[4], 0.0)
    allocated = np.where(np.isfinite(ready), np.ceil((ready + 60) / 600) * 600 + np.floor(draws.u_part[5] * 240), NEVER)
    picked = work(allocated, np.ceil((3.1 * np.exp(0.7 * draws.z_part[0]) + hunt) * pace * HOUR), 7.0, 22.0)
    picked = slow_station(active, "pick", picked, warehouse)
    packed = work(picked, np.ceil(0.9 * HOUR * pace * np.exp(0.6 * draws.z_part[1])), 7.0, 22.5)
    return allocated, picked, slow_station(active, "pack", packed, warehouse)


def _day_index(calendar: Calendar, orders: Orders) -> Whole:
    """Days from the start of the window to each order's creation."""
    return np.floor((orders.created - midnight(calendar.start)) / DAY).astype(np.int64)


def _carry(
    world: World,
    calendar: Calendar,
    orders: Orders,
    draws: Draws,
    handed: Times,
    warehouse: Whole,
    carrier: Whole,
    active: tuple[Incident, ...],
) -> tuple[Times, Times, Whole]:
    region = orders.region[draws.part_order]
    day = _day_index(calendar, orders)[draws.part_order]
    scanned = np.ceil(handed + 1.9 * HOUR * np.exp(0.75 * draws.z_part[2]))
    spread = np.array([c[3] for c in tables.CARRIERS])[carrier]
    swing = world.carrier_swing[carrier, day] * world.region_swing[region, day]
    hours = world.transit_hours(warehouse, carrier, region) * swing * np.exp(spread * draws.z_part[3])
    # The occasional parcel goes astray and turns up days later.
    stray = np.where(draws.u_part[6] < 0.009, 30 + 90 * draws.u_part[7], 0.0)
    arrival = np.where(np.isfinite(scanned), scanned + (hours + stray) * HOUR, NEVER)
    delivered = within_hours(arrival, 8.5, 21.0, np.floor(draws.u_part[7] * 3.5 * HOUR))
    delivered = hold_parcels(active, delivered, carrier, region, draws.u_part[9])
    delivered = within_hours(delivered, 8.5, 21.0, np.floor(draws.u_part[7] * 3.5 * HOUR))
    fate = draws.u_part[8]
    exception = np.select([fate < 0.0008, fate < 0.0014, fate < 0.0032], [1, 2, 3], default=0)
    exception = np.where(np.isfinite(delivered), exception, 0)
    return scanned, np.where(exception > 0, NEVER, delivered), exception


def _close(draws: Draws, scanned: Times, exception: Whole, cancelled: Times, by: Whole) -> tuple[Times, Whole]:
    """Orders whose parcel was lost, damaged or refused are refunded and closed a week or two later."""
    wait = np.where(exception > 0, np.ceil(scanned + (7 + 6 * draws.u_part[9]) * DAY), NEVER)
    closed = np.full(len(cancelled), NEVER)
    np.minimum.at(closed, draws.part_order, wait)
    refused = np.bincount(draws.part_order, weights=exception == REFUSED, minlength=len(cancelled)) > 0
    return np.minimum(cancelled, closed), np.where(closed < cancelled, np.where(refused, CUSTOMER, SELLER), by)


def _cancel(
    orders: Orders, draws: Draws, promises: Promises, reviewed: Times, packed: Times, used: Mask
) -> tuple[Times, Whole]:
    """When and by whom each order was cancelled; nobody can once its first part is packed."""
    first_packed = np.full(orders.count, NEVER)
    np.minimum.at(first_packed, draws.part_order, packed)
    nothing = np.bincount(draws.part_order, weights=used, minlength=orders.count) == 0
    u = draws.u_order
    regret = promises.paid + 60 + 5 * HOUR * -np.log1p(-u[7])
    impatient = promises.paid + (58 + 60 * u[7]) * HOUR
    customer = np.where(u[6] < 0.034, regret, np.where(u[6] < 0.08, impatient, NEVER))
    no_stock = (u[3] < 0.0045) | nothing
    seller = np.where(no_stock, work(reviewed, (2 + 14 * u[8]) * HOUR, 8.5, 22.0), NEVER)
    platform = np.where(u[9] < 0.0025, promises.paid + (0.3 + 4 * u[8]) * HOUR, NEVER)
    wait = np.where(np.isin(orders.channel, (0, 1)), 24 * HOUR, 0.5 * HOUR)
    timeout = np.where(np.isfinite(promises.paid), NEVER, orders.created + wait)
    moments = np.ceil(np.array([customer, seller, platform, timeout]))
    by = np.argmin(moments, axis=0) + 1
    when = moments.min(axis=0)
    when = np.where((when < first_packed) & np.isfinite(when), when, NEVER)
    by = np.where((by == 1) & (u[10] < 0.04), 5, by)
    return when, np.where(np.isfinite(when), by, 0)
