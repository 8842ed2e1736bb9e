"""Stock that runs down: what is free, what is there, and which lines get it. It balances to the unit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fulfillment_bi.sample.clock import NEVER, Mask, Times, Whole
from fulfillment_bi.sample.products import Numbers
from fulfillment_bi.sample.purchasing import Policy, Receipts, no_receipts

Movement = tuple[Whole, Whole]  # cells, units


@dataclass
class Agenda:
    """Movements of stock that are known to come, by the index of their day."""

    days: dict[int, list[Movement]] = field(default_factory=dict)

    def add(self, day: Whole, cells: Whole, units: Whole) -> None:
        """Plan movements (arrays of equal length)."""
        if len(day) == 0:
            return
        order = np.argsort(day, kind="stable")
        day, cells, units = day[order], cells[order], units[order]
        edges = np.flatnonzero(np.diff(day, prepend=-1) != 0)
        for first, last in zip(edges.tolist(), [*edges[1:].tolist(), len(day)], strict=True):
            self.days.setdefault(int(day[first]), []).append((cells[first:last], units[first:last]))

    def due(self, day: int, cells: int) -> Whole:
        """Units per cell that move on a day; they are taken off the agenda."""
        total = np.zeros(cells, dtype=np.int64)
        for where, units in self.days.pop(day, []):
            total += np.bincount(where, weights=units, minlength=cells).astype(np.int64)
        return total

    def copy(self) -> Agenda:
        """The same plans, to go another way from here."""
        return Agenda({day: list(moves) for day, moves in self.days.items()})


@dataclass
class Stock:
    """One world's stock, per cell; changed day by day.

    `on_hand` is what the books say is there, `free` what of it no order has taken (below zero: sold but not there),
    `phantom` what the books say and nobody will find.
    """

    on_hand: Whole
    free: Whole
    phantom: Whole
    safety: Whole
    expected: Receipts = field(default_factory=no_receipts)
    shipped: Agenda = field(default_factory=Agenda)
    released: Agenda = field(default_factory=Agenda)
    returned: Agenda = field(default_factory=Agenda)
    corrected: Agenda = field(default_factory=Agenda)

    @property
    def cells(self) -> int:
        """Number of stock cells."""
        return len(self.free)

    def copy(self) -> Stock:
        """The same stock, to go another way from here."""
        return Stock(
            self.on_hand.copy(), self.free.copy(), self.phantom.copy(), self.safety, self.expected,
            self.shipped.copy(), self.released.copy(), self.returned.copy(), self.corrected.copy(),
        )  # fmt: skip

    def position(self) -> Whole:
        """Free stock and what is on order, per cell."""
        coming = self.expected.coming - self.expected.rejected
        ordered = np.bincount(self.expected.cell, weights=coming, minlength=self.cells)
        return np.asarray(self.free + ordered.astype(np.int64))

    def receive(self, day_end: float) -> tuple[Receipts, Whole, Times]:
        """Take what is due before `day_end`: those receipts, good units per cell, and when the last of them came."""
        came = self.expected.due < day_end
        now = self.expected.take(came)
        self.expected = self.expected.take(~came)
        good = now.coming - now.rejected
        units = np.bincount(now.cell, weights=good, minlength=self.cells).astype(np.int64)
        when = np.zeros(self.cells)
        np.maximum.at(when, now.cell, now.due)
        self.on_hand += units
        return now, units, when

    def settle(self, day: int) -> Whole:
        """Book the day's movements; returned units are free again. Gives what was taken off the books per cell."""
        corrected = self.corrected.due(day, self.cells)
        back = self.returned.due(day, self.cells)
        self.on_hand += back - self.shipped.due(day, self.cells) - corrected
        self.free += back
        return corrected


def opening_stock(policy: Policy) -> Stock:
    """Stock on the eve of the window: each cell somewhere between its reorder point and its full level."""
    point, level = policy.bounds(0)
    cells = np.arange(len(point))
    share: Numbers = policy.world.luck.uniform(cells, 60)
    units = np.ceil(point + share * (level - point)).astype(np.int64)
    safety = np.ceil(point - policy.forecast(0, policy.lead_days)).astype(np.int64)
    return Stock(units, units.copy(), np.zeros(len(cells), dtype=np.int64), safety)


@dataclass(frozen=True)
class Claim:
    """Lines that ask for stock, the earliest claim first: those that wait, then the new ones."""

    cell: Whole
    quantity: Whole
    created: Times
    must: Mask  # accepted whatever the stock says: waits already, or the shop sells it regardless
    lag: Times  # seconds for which the shop goes on selling after the last unit


@dataclass(frozen=True)
class Answer:
    """Per claim: accepted, when its stock is there (`NEVER`: not yet), and whether that stock is only in the books."""

    accepted: Mask
    there: Times
    phantom: Mask


def share_out(
    claim: Claim, begins: float, there_now: Whole, phantom: Whole, received: Whole, received_at: Times, coming: Whole
) -> Answer:
    """First come, first served, cell by cell, on the day that `begins` then.

    `there_now`: units per cell that no accepted line has been given; `coming`: what the shops count on beyond it.
    What was sold out the day before is known to be: only where a shop's stock lags by so long does it go on selling.
    """
    cells = len(there_now)
    wanted = np.bincount(claim.cell, weights=claim.quantity, minlength=cells)
    scarce = (wanted > there_now) | (phantom > 0)
    accepted = np.ones(len(claim.cell), dtype=bool)
    there = claim.created.copy()
    ghost = np.zeros(len(claim.cell), dtype=bool)
    hard = np.flatnonzero(scarce[claim.cell])
    if len(hard) == 0:
        return Answer(accepted, there, ghost)
    hard = hard[np.argsort(claim.cell[hard], kind="stable")]
    cell, units = claim.cell[hard], claim.quantity[hard]
    new = np.flatnonzero(np.diff(cell, prepend=-1) != 0)
    segment = np.cumsum(np.diff(cell, prepend=-1) != 0) - 1
    limit = (there_now + received + coming)[cell]
    fits = _running(units, new, segment) <= limit
    closed = np.full(len(new), NEVER)
    np.minimum.at(closed, segment[~fits], claim.created[hard][~fits])
    closed = np.where(limit[new] <= 0, begins, closed)
    yes = fits | claim.must[hard] | (claim.created[hard] < closed[segment] + claim.lag[hard])
    taken = _running(np.where(yes, units, 0), new, segment)
    real = np.maximum(there_now - phantom, 0)[cell]
    books = np.maximum(there_now, 0)[cell]
    now = np.where(taken <= books, claim.created[hard], NEVER)
    when = np.where(
        (taken > books) & (taken <= np.maximum(there_now + received, 0)[cell]),
        np.maximum(received_at[cell], claim.created[hard]),
        now,
    )
    accepted[hard], there[hard] = yes, when
    ghost[hard] = yes & (taken > real) & (taken <= books)
    return Answer(accepted, there, ghost)


def _running(units: Whole, new: Whole, segment: Whole) -> Whole:
    """Running totals within segments that begin at `new`."""
    total = np.cumsum(units)
    before = total[new] - units[new]
    return np.asarray(total - before[segment])
