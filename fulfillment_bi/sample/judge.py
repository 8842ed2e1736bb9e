"""Judging one block: which orders kept their promises at the as-of moment, and which incident broke the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.sample.clock import NEVER, Mask, Times, Whole
from fulfillment_bi.sample.demand import Calendar, Orders
from fulfillment_bi.sample.incidents import Incident
from fulfillment_bi.sample.process import SELLER, Draws, Outcome, simulate
from fulfillment_bi.sample.promises import Promises
from fulfillment_bi.sample.world import World


@dataclass(frozen=True)
class Verdict:
    """Per order: does the promise count yet, and was it broken (original promises, causes of everybody)."""

    due_sign: Mask
    failed_otif: Mask
    due_ship: Mask
    late_ship: Mask
    units_short: Whole


def judge(calendar: Calendar, orders: Orders, draws: Draws, promises: Promises, outcome: Outcome) -> Verdict:
    """The metric definitions applied to the truth: due basis, open past the promise fails, customers' own are out."""
    as_of = calendar.as_of
    signed = np.where(outcome.delivered <= as_of, outcome.delivered, NEVER)
    shipped = ship_event(outcome, as_of)
    owner = orders.line_order
    all_signed = _last(orders.count, draws.part_order, np.where(outcome.used, signed, -NEVER))
    all_shipped = _last(orders.count, draws.part_order, np.where(outcome.used, shipped, -NEVER))
    missing = np.bincount(owner, weights=outcome.line_due - outcome.line_sent, minlength=orders.count).astype(np.int64)
    cancelled = outcome.cancelled <= as_of
    counts = ~cancelled | (outcome.cancelled_by == SELLER)
    finished = np.isfinite(all_signed) | cancelled
    # What is still to come keeps an order from being shipped until it is finished.
    done_ship = np.where((missing > 0) & ~finished, NEVER, all_shipped)
    due_sign = counts & (promises.delivery <= as_of)
    due_ship = (counts | np.isfinite(done_ship)) & (promises.ship <= as_of)
    kept = (all_signed <= promises.delivery) & (missing == 0) & ~cancelled
    return Verdict(
        due_sign=due_sign,
        failed_otif=due_sign & ~kept,
        due_ship=due_ship,
        late_ship=due_ship & ~(done_ship <= promises.ship),
        units_short=np.where(due_sign & ~cancelled, missing, 0),
    )


def ship_event(outcome: Outcome, as_of: float) -> Times:
    """When a part counts as shipped, as known at the as-of moment: the scan, else the platform, else the warehouse."""
    scan = np.where(outcome.scanned <= as_of, outcome.scanned, NEVER)
    other = np.where(outcome.handed <= as_of, outcome.handed, NEVER)
    other = np.where(outcome.platform <= as_of, outcome.platform, other)
    return np.where(np.isfinite(scan), scan, other)


def _last(count: int, part_order: Whole, moments: Times) -> Times:
    latest = np.full(count, -NEVER)
    np.maximum.at(latest, part_order, moments)
    return np.where(latest == -NEVER, NEVER, latest)


@dataclass(frozen=True)
class Blame:
    """The incident that broke each order (-1: background, -2: kept), per measure, and which incidents touched it."""

    otif: Whole
    ship: Whole
    touched: Mask  # incidents x n


def attribute(
    world: World, calendar: Calendar, orders: Orders, draws: Draws, promises: Promises, incidents: tuple[Incident, ...]
) -> tuple[Outcome, Verdict, Blame]:
    """Run the block without incidents, then with one more at a time: the step at which an order fails is its cause.

    Every failed order has exactly one cause, so the causes sum to the failures.
    """
    outcome = simulate(world, calendar, orders, draws, promises, ())
    verdict = judge(calendar, orders, draws, promises, outcome)
    otif = np.where(verdict.failed_otif, -1, -2)
    ship = np.where(verdict.late_ship, -1, -2)
    touched = np.zeros((len(incidents), orders.count), dtype=bool)
    for index, incident in enumerate(incidents):
        if orders.created[0] >= incident.end + incident.recovery or orders.created[-1] < incident.start - _REACH:
            continue
        after = simulate(world, calendar, orders, draws, promises, incidents[: index + 1])
        touched[index] = _differs(orders, draws, outcome, after, calendar.as_of)
        outcome = after
        verdict = judge(calendar, orders, draws, promises, outcome)
        otif = np.where(verdict.failed_otif & (otif == -2), index, otif)
        ship = np.where(verdict.late_ship & (ship == -2), index, ship)
    otif = np.where(verdict.failed_otif, otif, -2)
    ship = np.where(verdict.late_ship, ship, -2)
    return outcome, verdict, Blame(otif, ship, touched)


_REACH = 25 * 86400.0  # no order is still in process this long after its creation


def _differs(orders: Orders, draws: Draws, before: Outcome, after: Outcome, as_of: float) -> Mask:
    parts = np.zeros(len(draws.part_order), dtype=bool)
    for name in ("allocated", "picked", "packed", "handed", "delivered"):
        parts |= np.minimum(getattr(before, name), as_of) != np.minimum(getattr(after, name), as_of)
    hit = np.bincount(draws.part_order, weights=parts & (before.used | after.used), minlength=orders.count) > 0
    hit |= np.bincount(orders.line_order, weights=before.line_sent != after.line_sent, minlength=orders.count) > 0
    hit |= np.minimum(before.cancelled, as_of) != np.minimum(after.cancelled, as_of)
    return np.asarray(hit, dtype=np.bool_)
