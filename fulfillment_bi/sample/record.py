"""What the systems recorded of what happened: all up to the as-of moment, with planted gaps and impossible times.

The defects are chosen so that no promise is judged differently because of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.calendar import Calendar
from fulfillment_bi.sample.clock import HOUR, NEVER, Mask, Times, Whole
from fulfillment_bi.sample.judge import latest
from fulfillment_bi.sample.simulate import Block
from fulfillment_bi.sample.state import CANCELLED_BY
from fulfillment_bi.sample.world import World

STATUSES = ("created", "paid", "processing", "shipped", "delivered", "cancelled")
CREATED, PAID, PROCESSING, SHIPPED, DELIVERED, CANCELLED = range(6)
OWN_FORMAT = np.array([c.name in tables.OWN_FORMAT for c in tables.CHANNELS])
SENTINEL = 0.0  # a system that writes 1970-01-01 00:00:00 for "none"
IMPOSSIBLE = ("shipped_before_created", "delivered_before_shipped", "shipped_before_paid")


@dataclass(frozen=True)
class Record:
    """Recorded values: per order (n) and line (m); `NEVER` is a blank cell."""

    status: Whole
    paid: Times
    cancelled: Times
    cancelled_by: Whole
    last_handed: Times  # when the order's last parcel left, NEVER while one has not
    scanned: Times
    delivered: Times
    picked: Times
    packed: Times
    impossible: Whole  # index into IMPOSSIBLE, or -1
    defects: dict[str, int]


def record(world: World, calendar: Calendar, block: Block) -> Record:
    """The records of one block."""
    orders, journey, verdict = block.orders, block.journey, block.verdict
    as_of, owner = calendar.as_of, orders.line_order
    cancelled = verdict.cancelled <= as_of
    coming = journey.exists & ((journey.sent > 0) | ~journey.done)
    handed = latest(orders.count, owner[coming], journey.handed[coming])
    status = _status(block, handed, as_of)
    one_parcel = _parcels(block) == 1
    on_time = (status == DELIVERED) & ~verdict.failed_otif & ~verdict.late_ship & one_parcel
    plain = ~OWN_FORMAT[orders.channel]
    # The platforms do not tell what a warehouse is doing, so their orders are paid until they are sent.
    status = np.where((status == PROCESSING) & ~plain, PAID, status)
    luck, spread = world.luck.uniform(orders.number, 31), world.luck.uniform(orders.number, 32)
    scan = latest(orders.count, owner[coming], journey.scanned[coming])
    whole = on_time & (scan <= as_of)
    impossible = np.where(whole & (luck < 0.0021), np.floor(luck / 0.0007).astype(np.int64), -1)
    impossible = np.where((impossible == 2) & ~plain, -1, impossible)
    # Payment times are wrong or missing only where no platform says better.
    paid_missing = (status == DELIVERED) & plain & (luck > 0.997)
    paid = np.where(paid_missing, NEVER, orders.paid)
    paid = np.where(impossible == 2, scan + HOUR, paid)
    early = np.where(impossible == 0, orders.created - np.floor((1 + 20 * spread) * HOUR), NEVER)
    soon = np.where(impossible == 1, scan - np.floor((0.2 + 2 * spread) * HOUR), NEVER)
    scanned = np.where(np.isfinite(early[owner]) & np.isfinite(journey.scanned), early[owner], journey.scanned)
    delivered = np.where(np.isfinite(soon[owner]) & np.isfinite(journey.delivered), soon[owner], journey.delivered)
    sent = journey.handed <= as_of
    gap = world.luck.uniform(orders.number[owner] * 1024 + journey.slot, 33)
    pick_missing, pack_sentinel = sent & (gap > 0.988), sent & (gap < 0.006)
    return Record(
        status=status,
        paid=paid,
        cancelled=np.where(cancelled, verdict.cancelled, NEVER),
        cancelled_by=np.where(cancelled, verdict.cancelled_by, 0),
        last_handed=handed,
        scanned=scanned,
        delivered=delivered,
        picked=np.where(pick_missing, NEVER, journey.picked),
        packed=np.where(pack_sentinel, SENTINEL, journey.packed),
        impossible=impossible,
        defects={
            **{name: int((impossible == place).sum()) for place, name in enumerate(IMPOSSIBLE)},
            "paid_time_missing": int(paid_missing.sum()),
            "picked_time_missing": int(pick_missing.sum()),
            "packed_time_sentinel": int(pack_sentinel.sum()),
        },
    )


def _parcels(block: Block) -> Whole:
    """Number of parcels of each order that has sent something."""
    orders, journey = block.orders, block.journey
    sent = np.flatnonzero(journey.sent > 0)
    key = np.unique(orders.line_order[sent] * 1024 + journey.slot[sent])
    return np.bincount(key // 1024, minlength=orders.count)


def _status(block: Block, handed: Times, as_of: float) -> Whole:
    orders, journey = block.orders, block.journey
    begun: Mask = np.bincount(orders.line_order, weights=journey.allocated <= as_of, minlength=orders.count) > 0
    return np.select(
        [
            block.verdict.cancelled <= as_of,
            block.verdict.signed <= as_of,
            handed <= as_of,
            begun,
            orders.paid <= as_of,
        ],
        [CANCELLED, DELIVERED, SHIPPED, PROCESSING, PAID],
        default=CREATED,
    )


def cancellations(found: Record) -> dict[str, int]:
    """Cancelled orders by who cancelled."""
    counts = np.bincount(found.cancelled_by, minlength=len(CANCELLED_BY))
    return {name: int(counts[place]) for place, name in enumerate(CANCELLED_BY) if place}
