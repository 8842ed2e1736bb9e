"""What the systems recorded of what happened: all up to the as-of moment, with planted gaps and impossible times.

The defects are chosen so that no promise is judged differently because of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.sample.clock import HOUR, NEVER, Mask, Times, Whole
from fulfillment_bi.sample.demand import Calendar, Orders
from fulfillment_bi.sample.judge import Verdict
from fulfillment_bi.sample.process import CANCELLED_BY, Draws, Outcome
from fulfillment_bi.sample.promises import Promises

STATUSES = ("created", "paid", "processing", "shipped", "delivered", "cancelled")
SENTINEL = 0.0  # a system that writes 1970-01-01 00:00:00 for "none"
IMPOSSIBLE = ("shipped_before_created", "delivered_before_shipped", "shipped_before_paid")


@dataclass(frozen=True)
class Block:
    """One block with everything known about it."""

    orders: Orders
    draws: Draws
    promises: Promises
    outcome: Outcome
    verdict: Verdict


@dataclass(frozen=True)
class Record:
    """Recorded values: per order (n) and part (p); `NEVER` is a blank cell."""

    status: Whole
    paid: Times
    cancelled: Times
    cancelled_by: Whole
    scanned: Times
    delivered: Times
    picked: Times
    packed: Times
    all_delivered: Times  # truth, not record: when the last part arrived, for what follows from it
    late: Mask
    impossible: Whole  # index into IMPOSSIBLE, or -1
    defects: dict[str, int]


def record(calendar: Calendar, block: Block) -> Record:
    """The records of one block."""
    orders, draws, outcome = block.orders, block.draws, block.outcome
    as_of = calendar.as_of
    cancelled = outcome.cancelled <= as_of
    delivered_at = latest(orders.count, draws.part_order, np.where(outcome.used, outcome.delivered, -NEVER))
    status = _status(orders, draws, outcome, delivered_at, as_of)
    on_time = (status == 4) & ~block.verdict.failed_otif & ~block.verdict.late_ship & (draws.second_part < 0)
    luck = draws.u_order[11]
    first_scan = outcome.scanned[: orders.count]
    whole = on_time & (first_scan <= as_of)
    impossible = np.where(whole & (luck < 0.0021), np.floor(luck / 0.0007).astype(np.int64), -1)
    paid_missing = (status == 4) & (luck > 0.997)
    paid = np.where(paid_missing, NEVER, outcome.paid)
    paid = np.where(impossible == 2, first_scan + HOUR, paid)
    scanned, delivered = outcome.scanned.copy(), outcome.delivered.copy()
    index = np.arange(orders.count)
    early = index[impossible == 0]
    scanned[early] = orders.created[early] - np.floor((1 + 20 * draws.u_order[12][early]) * HOUR)
    soon = index[impossible == 1]
    delivered[soon] = first_scan[soon] - np.floor((0.2 + 2 * draws.u_order[12][soon]) * HOUR)
    shipped = outcome.used & (outcome.handed <= as_of)
    pick_missing = shipped & (draws.u_part[3] > 0.988)
    pack_sentinel = shipped & (draws.u_part[5] > 0.994)
    return Record(
        status=status,
        paid=paid,
        cancelled=np.where(cancelled, outcome.cancelled, NEVER),
        cancelled_by=np.where(cancelled, outcome.cancelled_by, 0),
        scanned=scanned,
        delivered=delivered,
        picked=np.where(pick_missing, NEVER, outcome.picked),
        packed=np.where(pack_sentinel, SENTINEL, outcome.packed),
        all_delivered=np.where(status == 4, delivered_at, NEVER),
        late=block.verdict.failed_otif,
        impossible=impossible,
        defects={
            **{name: int((impossible == place).sum()) for place, name in enumerate(IMPOSSIBLE)},
            "paid_time_missing": int(paid_missing.sum()),
            "picked_time_missing": int(pick_missing.sum()),
            "packed_time_sentinel": int(pack_sentinel.sum()),
        },
    )


def latest(count: int, owner: Whole, values: Times) -> Times:
    """The largest value per owner; `NEVER` for owners without any."""
    found = np.full(count, -NEVER)
    np.maximum.at(found, owner, values)
    return np.where(found == -NEVER, NEVER, found)


def _status(orders: Orders, draws: Draws, outcome: Outcome, delivered_at: Times, as_of: float) -> Whole:
    handed_at = latest(orders.count, draws.part_order, np.where(outcome.used, outcome.handed, -NEVER))
    return np.select(
        [
            outcome.cancelled <= as_of,
            delivered_at <= as_of,
            handed_at <= as_of,
            outcome.allocated[: orders.count] <= as_of,
            outcome.paid <= as_of,
        ],
        [5, 4, 3, 2, 1],
        default=0,
    )


def cancellations(found: Record) -> dict[str, int]:
    """Cancelled orders by who cancelled."""
    counts = np.bincount(found.cancelled_by, minlength=len(CANCELLED_BY))
    return {name: int(counts[place]) for place, name in enumerate(CANCELLED_BY) if place}
