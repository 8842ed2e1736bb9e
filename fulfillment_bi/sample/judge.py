"""Judging orders: which kept their promises at the as-of moment, and which incident broke the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fulfillment_bi.sample.calendar import Calendar
from fulfillment_bi.sample.carriers import REFUSED, closing
from fulfillment_bi.sample.clock import NEVER, Mask, Times, Whole
from fulfillment_bi.sample.demand import Orders
from fulfillment_bi.sample.journey import Journey
from fulfillment_bi.sample.promises import Promises
from fulfillment_bi.sample.state import CUSTOMER, SELLER
from fulfillment_bi.sample.world import World

_SLOTS = 1024
Bits = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Verdict:
    """Per order: does the promise count yet, and was it broken (original promises, causes of everybody)."""

    due_sign: Mask
    failed_otif: Mask
    due_ship: Mask
    late_ship: Mask
    units_due: Whole  # of orders whose delivery promise counts
    units_failed: Whole  # of them, those not signed by the promise
    cancelled: Times  # final: a lost or refused parcel closes its order too
    cancelled_by: Whole
    signed: Times  # when the last line arrived; NEVER while one has not


def platform_time(world: World, orders: Orders, journey: Journey) -> Times:
    """When the platform says each line was sent: some shops report it before the truck has left."""
    owner = orders.line_order
    key = orders.number[owner] * _SLOTS + journey.slot
    early = (world.luck.uniform(key, 19) < 0.05) & ~np.isin(orders.channel[owner], _HONEST)
    later = np.where(early, journey.packed + 300, journey.handed + 30 + world.luck.uniform(key, 20) * 900)
    return np.ceil(later)


_HONEST = (2, 8)  # JD's and Amazon's systems do not let a shop report early


def judge(world: World, calendar: Calendar, orders: Orders, promises: Promises, journey: Journey) -> Verdict:
    """The metric definitions applied to the truth: due basis, open past the promise fails, customers' own are out."""
    as_of = calendar.as_of
    owner, count = orders.line_order, orders.count
    cancelled, by = _closed(world, orders, journey)
    gone = cancelled <= as_of
    # A line that still waits for stock is to come: it keeps its order open.
    sent = journey.exists & ((journey.sent > 0) | ~journey.done)
    signed = np.where(journey.delivered <= as_of, journey.delivered, NEVER)
    shipped = ship_event(world, orders, journey, as_of)
    all_signed = latest(count, owner[sent], signed[sent])
    all_shipped = latest(count, owner[sent], shipped[sent])
    due = np.where(journey.exists, orders.quantity, 0)
    never_sent = _total(owner, np.where(sent, 0, due), count)
    counts = ~gone | (by == SELLER)
    finished = np.isfinite(all_signed) | gone
    done_ship = np.where((never_sent > 0) & ~finished, NEVER, all_shipped)
    due_sign = counts & (promises.delivery <= as_of)
    due_ship = (counts | np.isfinite(done_ship)) & (promises.ship <= as_of)
    kept = (all_signed <= promises.delivery) & (never_sent == 0) & ~gone
    in_time = _total(owner, np.where(sent & (signed <= promises.delivery[owner]), orders.quantity, 0), count)
    units = _total(owner, due, count)
    return Verdict(
        due_sign=due_sign,
        failed_otif=due_sign & ~kept,
        due_ship=due_ship,
        late_ship=due_ship & ~(done_ship <= promises.ship),
        units_due=np.where(due_sign, units, 0),
        units_failed=np.where(due_sign, units - in_time, 0),
        cancelled=cancelled,
        cancelled_by=by,
        signed=all_signed,
    )


def _total(owner: Whole, values: Whole, count: int) -> Whole:
    return np.bincount(owner, weights=values, minlength=count).astype(np.int64)


def ship_event(world: World, orders: Orders, journey: Journey, as_of: float) -> Times:
    """When each line counts as shipped, as known at the as-of moment: scan, else platform, else warehouse."""
    platform = platform_time(world, orders, journey)
    scan = np.where(journey.scanned <= as_of, journey.scanned, NEVER)
    other = np.where(journey.handed <= as_of, journey.handed, NEVER)
    other = np.where(platform <= as_of, platform, other)
    return np.where(np.isfinite(scan), scan, other)


def latest(count: int, owner: Whole, moments: Times) -> Times:
    """The largest moment per owner; `NEVER` for owners without any."""
    found = np.full(count, -NEVER)
    np.maximum.at(found, owner, moments)
    return np.where(found == -NEVER, NEVER, found)


def _closed(world: World, orders: Orders, journey: Journey) -> tuple[Times, Whole]:
    """Cancellations; an order whose parcel got lost, damaged, refused or returned is closed a week or two later."""
    owner = orders.line_order
    hit = np.flatnonzero(journey.exception > 0)
    whose = owner[hit]
    key = orders.number[whose] * _SLOTS + journey.slot[hit]
    closed = np.full(orders.count, NEVER)
    np.minimum.at(closed, whose, closing(world, key, journey.scanned[hit], journey.exception[hit]))
    refused = np.zeros(orders.count, dtype=bool)
    refused[whose[journey.exception[hit] == REFUSED]] = True
    by = np.where(closed < journey.cancelled, np.where(refused, CUSTOMER, SELLER), journey.cancelled_by)
    return np.minimum(journey.cancelled, closed), by


@dataclass
class Ballot:
    """Which worlds each order failed in, one bit a world, over the whole sample: 9 bytes an order."""

    otif: Bits
    ship: Bits
    units: npt.NDArray[np.uint8]

    @classmethod
    def empty(cls, orders: int) -> Ballot:
        """No order has failed yet."""
        bits = np.zeros(orders, dtype=np.uint16)
        return cls(bits, bits.copy(), np.zeros(orders, dtype=np.uint8))

    def cast(self, number: Whole, failed: Mask, late: Mask, worlds: list[int]) -> None:
        """Count the verdict of one world for these orders, also for later worlds that are still the same."""
        bits = np.uint16(sum(1 << world for world in worlds))
        self.otif[number] |= np.where(failed, bits, np.uint16(0))
        self.ship[number] |= np.where(late, bits, np.uint16(0))

    def causes(self, failures: Bits, incidents: int) -> Whole:
        """The cause of each order that fails in the last world: 0 background, i + 1 incident i; -1 did not fail.

        World w has the first w incidents. An order's cause is the last step at which it began to fail.
        """
        cause = np.full(len(failures), -1)
        for world in range(incidents + 1):
            fails = (failures >> np.uint16(world)) & np.uint16(1) == 1
            cause = np.where(fails, np.where(cause < 0, world, cause), -1)
        return cause
