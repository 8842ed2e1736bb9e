"""Buying: a reorder policy that looks ahead, suppliers with lead times, receipts in one part or two."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.calendar import FLASH_DAYS, Calendar
from fulfillment_bi.sample.clock import DAY, HOUR, NEVER, Mask, Times, Whole
from fulfillment_bi.sample.demand import FLASH_CHANNEL, FLASH_SHARE, MEAN_QUANTITY, Market, expected_units
from fulfillment_bi.sample.incidents import FLASH_LEAD_DAYS, Incident
from fulfillment_bi.sample.products import SUPPLIERS, Numbers, season
from fulfillment_bi.sample.world import MARGIN_DAYS, World

REVIEW_DAYS = 3  # a supplier is asked every third day
_CYCLE_DAYS = 9  # an order covers so many days beyond the lead time
_AHEAD_DAYS = 1  # days by which the shops sell what is promised to arrive


@dataclass(frozen=True)
class Receipts:
    """One row per receipt that is expected or has come; a purchase line has one or two."""

    cell: Whole
    day: Whole  # index of the day it was ordered on
    line_no: Whole
    receipt_no: Whole
    ordered: Times
    sent: Times
    confirmed: Times
    promised: Times
    due: Times
    quantity: Whole  # of the line
    coming: Whole  # of the receipt, with what will be rejected
    rejected: Whole

    def __len__(self) -> int:
        return len(self.cell)

    def take(self, chosen: Mask | Whole) -> Receipts:
        """The chosen rows."""
        return Receipts(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def then(self, more: Receipts) -> Receipts:
        """These rows and more."""
        return Receipts(*(np.concatenate([getattr(self, f.name), getattr(more, f.name)]) for f in fields(self)))


def no_receipts() -> Receipts:
    """None at all."""
    return Receipts(*(np.zeros(0, dtype=np.int64 if f.type in ("Whole",) else float) for f in fields(Receipts)))


@dataclass(frozen=True)
class Policy:
    """What the buyers know: the usual demand of each stock cell, and the volumes that are planned."""

    world: World
    calendar: Calendar
    usual: Numbers  # units per order, per cell
    volumes: Numbers  # running sum of planned orders by day, with a margin
    lead_days: Whole  # per cell
    supplier: Whole  # per cell
    error: Numbers  # how wrong the forecast of each cell is
    flash_cells: Whole
    flash_units: Whole

    def forecast(self, day: int, days: Whole | int) -> Numbers:
        """Units per cell expected in the `days` days from `day` on."""
        until = np.minimum(day + days, len(self.volumes) - 1)
        planned = self.volumes[until] - self.volumes[min(day, len(self.volumes) - 1)]
        month = season((self.calendar.start.timetuple().tm_yday + day - 1) % 365 + 1)
        factor = month[self.world.products.category[self.world.products.cell_sku]]
        return np.asarray(self.usual * planned * factor * self.error)

    def bounds(self, day: int) -> tuple[Numbers, Numbers]:
        """Reorder point and order-up-to level of each cell."""
        lead = self.forecast(day, self.lead_days + REVIEW_DAYS)
        point = lead + 0.5 * np.sqrt(lead * 2.2) + 0.2
        return point, point + self.forecast(day, _CYCLE_DAYS) + 1

    def needed(self, day: int, position: Whole) -> tuple[Whole, Whole]:
        """Cells to reorder on a day and quantities in whole packs, where the stock position has fallen too far."""
        products = self.world.products
        point, level = self.bounds(day)
        asked = (self.supplier + day) % REVIEW_DAYS == 0
        cells = np.flatnonzero(asked & (position <= point))
        pack = products.pack_size[products.cell_sku[cells]]
        units = np.ceil(np.maximum(level[cells] - position[cells], 1) / pack).astype(np.int64) * pack
        return cells, units


def make_policy(world: World, market: Market, calendar: Calendar) -> Policy:
    """The buyers of a world."""
    products = world.products
    _, usual = expected_units(world, market)
    counts = np.concatenate([calendar.counts, np.full(MARGIN_DAYS, np.median(calendar.counts))])
    supplier = products.supplier[products.cell_sku]
    cells = np.arange(len(supplier))
    hot = np.flatnonzero(np.isin(products.cell_sku, market.flash))
    units = np.zeros(0)
    if calendar.flash is not None:
        weights = np.array([c.weight for c in tables.CHANNELS])
        channel = tables.CHANNELS[FLASH_CHANNEL]
        orders = float(calendar.counts[calendar.flash : calendar.flash + FLASH_DAYS].sum())
        lines = orders * channel.weight / weights.sum() * (1 + channel.extra_lines) * FLASH_SHARE
        per_sku = lines * MEAN_QUANTITY / len(market.flash)
        units = np.ceil(per_sku * world.warehouse_load[products.cell_warehouse[hot]] * 1.5 + 3)
    return Policy(
        world=world,
        calendar=calendar,
        usual=usual,
        volumes=np.concatenate([[0.0], np.cumsum(counts)]),
        lead_days=world.suppliers.lead_days[supplier].astype(np.int64),
        supplier=supplier,
        error=np.exp(0.25 * world.luck.normal(cells, 41)),
        flash_cells=hot if calendar.flash is not None else np.zeros(0, dtype=np.int64),
        flash_units=units.astype(np.int64),
    )


def order(policy: Policy, day: int, cells: Whole, units: Whole) -> Receipts:
    """Order these units on a day: when they will come, in how many parts, and what of them will be rejected."""
    luck, suppliers = policy.world.luck, policy.world.suppliers
    key = cells * 5000 + day
    who = policy.supplier[cells]
    ordered = policy.calendar.day_at(day) + 10 * HOUR + np.floor(luck.uniform(key // 5000 % 1 + who, 42) * HOUR)
    sent = np.ceil(ordered + 900 + luck.uniform(who * 5000 + day, 43) * 6 * HOUR)
    confirmed = np.ceil(sent + suppliers.confirm_hours[who] * HOUR * (0.3 + 1.4 * luck.uniform(who * 5000 + day, 44)))
    lead = suppliers.lead_days[who]
    promised = np.floor(ordered / DAY) * DAY + (lead + 1) * DAY - 1e-6
    # A supplier is late with a whole order, a little more or less with each of its lines.
    mood = suppliers.spread[who] * luck.normal(who * 5000 + day, 45)
    taken = lead * np.exp(mood - suppliers.spread[who]) - 0.3 + 0.4 * luck.uniform(key, 46)
    due = _working_hour(ordered + np.maximum(taken, 1.0) * DAY, luck.uniform(key, 47))
    parted = (luck.uniform(key, 48) < suppliers.partial[who]) & (units >= 4)
    first = np.where(parted, np.ceil(units * 0.6).astype(np.int64), units)
    later = _working_hour(due + (1.5 + 3 * luck.uniform(key, 49)) * DAY, luck.uniform(key, 50))
    spoilt = np.floor(first * suppliers.rejected[who] * 2 * luck.uniform(key, 51) + luck.uniform(key, 52) * 0.6)
    made = Receipts(
        cell=cells,
        day=np.full(len(cells), day),
        line_no=_numbered(policy, cells, who),
        receipt_no=np.ones(len(cells), dtype=np.int64),
        ordered=ordered,
        sent=sent,
        confirmed=confirmed,
        promised=promised,
        due=due,
        quantity=units,
        coming=first,
        rejected=np.minimum(spoilt.astype(np.int64), first),
    )
    rest = made.take(parted)
    second = Receipts(**{
        **{field.name: getattr(rest, field.name) for field in fields(Receipts)},
        "receipt_no": rest.receipt_no + 1,
        "due": later[parted],
        "coming": (units - first)[parted],
        "rejected": np.zeros(len(rest), dtype=np.int64),
    })  # fmt: skip
    return made.then(second)


def order_flash(policy: Policy, day: int) -> Receipts:
    """The stock for the flash sale, which comes two days before it."""
    calendar = policy.calendar
    if calendar.flash is None or day != max(calendar.flash - FLASH_LEAD_DAYS, 0):
        return no_receipts()
    made = order(policy, day, policy.flash_cells, policy.flash_units)
    made = made.take(made.receipt_no == 1)
    come = calendar.day_at(max(calendar.flash - 2, day + 1)) + 10 * HOUR
    return Receipts(**{
        **{field.name: getattr(made, field.name) for field in fields(Receipts)},
        "line_no": made.line_no + 500,
        "due": np.full(len(made), come),
        "promised": np.full(len(made), np.floor(come / DAY) * DAY + DAY - 1e-6),
        "coming": made.quantity,
        "rejected": np.zeros(len(made), dtype=np.int64),
    })  # fmt: skip


def stop_supply(policy: Policy, receipts: Receipts, stop: Incident | None) -> Receipts:
    """What the stopped supplier should bring while it stops comes after that, over three days."""
    if stop is None or not len(receipts):
        return receipts
    late = (policy.supplier[receipts.cell] == stop.supplier) & (receipts.due >= stop.start) & (receipts.due < stop.end)
    key = receipts.cell * 5000 + receipts.day
    moved = _working_hour(stop.end + policy.world.luck.uniform(key, 53) * 3 * DAY, policy.world.luck.uniform(key, 54))
    return Receipts(**{
        **{field.name: getattr(receipts, field.name) for field in fields(Receipts)},
        "due": np.where(late, moved, receipts.due),
    })  # fmt: skip


def sellable(receipts: Receipts, day_end: float, cells: int) -> Whole:
    """Units per cell that the shops count on although they have not come: promised within a day, or overdue."""
    soon = receipts.promised < day_end + _AHEAD_DAYS * DAY
    return np.bincount(receipts.cell[soon], weights=receipts.coming[soon], minlength=cells).astype(np.int64)


def purchase_numbers(policy: Policy, receipts: Receipts) -> Whole:
    """The number of each receipt's purchase order: one per day, supplier and warehouse."""
    warehouse = policy.world.products.cell_warehouse[receipts.cell]
    return np.asarray((receipts.day * len(SUPPLIERS) + policy.supplier[receipts.cell]) * 8 + warehouse)


def _numbered(policy: Policy, cells: Whole, who: Whole) -> Whole:
    """Line numbers within each purchase order of a day."""
    group = who * 8 + policy.world.products.cell_warehouse[cells]
    place = np.argsort(group, kind="stable")
    begins = np.flatnonzero(np.diff(group[place], prepend=-1) != 0)
    sizes = np.diff(np.append(begins, len(place)))
    numbers = np.empty(len(cells), dtype=np.int64)
    numbers[place] = np.arange(len(place)) - np.repeat(begins, sizes) + 1
    return numbers


def _working_hour(moment: Times, chance: Times) -> Times:
    """The day of a moment, between nine and five; a time that never comes stays so."""
    finite = np.where(np.isfinite(moment), moment, 0.0)
    return np.where(np.isfinite(moment), np.floor(finite / DAY) * DAY + 9 * HOUR + np.floor(chance * 8 * HOUR), NEVER)
