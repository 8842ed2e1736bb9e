"""What was promised when the order was paid, and what was agreed later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.calendar import Calendar
from fulfillment_bi.sample.clock import BUSINESS_OFFSET, DAY, HOUR, NEVER, Mask, Times, midnight
from fulfillment_bi.sample.demand import Orders
from fulfillment_bi.sample.world import World

_JD = [c.name for c in tables.CHANNELS].index("jd")
_DAY_END = DAY - 1e-6
_RENEGOTIATED = 21


@dataclass(frozen=True)
class Promises:
    """Per order (n), business-zone seconds, `NEVER` while unpaid; a date-only promise holds until its day ends."""

    ship: Times
    delivery: Times
    dated: Mask  # the delivery promise is a bare date


def promise(world: World, calendar: Calendar, orders: Orders) -> Promises:
    """Ship promises by the channel's rule, delivery promises by the lane's usual time and the channel's margin."""
    start = np.maximum(orders.paid, orders.created + orders.presale_seconds)
    ship_hours = np.array([float(c.ship_hours) for c in tables.CHANNELS])[orders.channel]
    margin = np.array([c.promise_margin for c in tables.CHANNELS])[orders.channel]
    day = np.floor((orders.created - midnight(calendar.start)) / DAY).astype(np.int64)
    rush = np.where(np.isin(day, calendar.rush()), 24.0, 0.0)
    ship = np.where(np.isfinite(start), np.floor(start + (ship_hours + rush) * HOUR), NEVER)
    # A promise at exactly midnight (here or, in exports with an offset, in UTC) would read as a bare date.
    second = np.where(np.isfinite(ship), ship, 1.0) % DAY
    ship = np.where((second == 0) | (second == BUSINESS_OFFSET), ship + 1, ship)
    lane = world.transit_hours(orders.warehouse, orders.carrier, orders.region)
    due = start + (lane * 1.16 + 18.0 + margin + rush) * HOUR
    dated = orders.channel != _JD
    finite = np.where(np.isfinite(due), due, 0.0)
    whole_day = np.floor(finite / DAY) * DAY
    # JD names an hour: nine in the evening.
    delivery = np.where(dated, whole_day + _DAY_END, whole_day + 21 * HOUR)
    return Promises(ship, np.where(np.isfinite(due), delivery, NEVER), dated)


def renegotiated(world: World, orders: Orders, promises: Promises, handed: Times, as_of: float) -> tuple[Times, Times]:
    """The current promises: some of those already broken at the warehouse, and a few others, were agreed anew.

    `handed` is when each order's last parcel left the warehouse.
    """
    luck = world.luck.uniform(orders.number, _RENEGOTIATED)
    late = (handed > promises.ship) & (promises.ship <= as_of)
    moved = (late & (luck < 0.4)) | (luck < 0.008)
    days = np.floor(1 + 3.99 * ((luck * 7919) % 1.0)) * DAY
    return (
        np.where(moved, promises.ship + days, promises.ship),
        np.where(moved, promises.delivery + days, promises.delivery),
    )
