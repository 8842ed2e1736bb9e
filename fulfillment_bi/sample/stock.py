"""Daily stock of the top SKUs per warehouse, rebuilt from what was really shipped: it balances to the unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import DAY, Mask, Times, Whole, midnight
from fulfillment_bi.sample.columns import dates, money, numbers, words
from fulfillment_bi.sample.demand import Calendar
from fulfillment_bi.sample.incidents import Incident
from fulfillment_bi.sample.orderfiles import Columns
from fulfillment_bi.sample.record import Block
from fulfillment_bi.sample.world import Numbers, World

_CYCLE = 7  # days between two receipts of a SKU in a warehouse
_LEAD = 3  # days a receipt is on its way


@dataclass(frozen=True)
class Flows:
    """Units per tracked SKU, warehouse and day: taken by orders, and shipped. Blocks add to them."""

    skus: Whole
    place: Whole  # SKU -> row, or -1
    allocated: Whole
    shipped: Whole

    @classmethod
    def empty(cls, world: World, calendar: Calendar, incidents: tuple[Incident, ...]) -> Flows:
        """No flows yet, for the most popular SKUs and those an incident names."""
        total = len(world.products.code)
        popular = np.argsort(-np.diff(world.products.popularity, axis=1, prepend=0).mean(axis=0), kind="stable")
        named = [sku for incident in incidents for sku in incident.skus]
        skus = np.unique(np.concatenate([popular[: min(150, max(total // 13, 8))], np.array(named, dtype=np.int64)]))
        place = np.full(total, -1, dtype=np.int64)
        place[skus] = np.arange(len(skus))
        shape = (len(skus), len(tables.WAREHOUSES), calendar.days)
        return cls(skus, place, np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64))

    def add(self, calendar: Calendar, block: Block) -> None:
        """Count the units of one block."""
        outcome, orders = block.outcome, block.orders
        part = outcome.line_part
        row = self.place[orders.sku]
        shipped = outcome.handed[part]
        # Only what is still going to leave is taken out of the available stock.
        leaves = np.isfinite(shipped) | (outcome.cancelled[orders.line_order] > calendar.as_of)
        coming = outcome.line_sent * (row >= 0) * leaves
        for table, moment in ((self.allocated, outcome.allocated[part]), (self.shipped, shipped)):
            self._count(table, row, outcome.warehouse[part], moment, coming, calendar)

    @staticmethod
    def _count(table: Whole, row: Whole, warehouse: Whole, moment: Times, units: Whole, calendar: Calendar) -> None:
        known = (moment <= calendar.as_of) & (units > 0)
        day = np.floor((moment[known] - midnight(calendar.start)) / DAY).astype(np.int64)
        np.add.at(table, (row[known], warehouse[known], day), units[known])


def levels(flows: Flows, calendar: Calendar, incidents: tuple[Incident, ...], seed: int) -> tuple[Whole, Whole, Whole]:
    """On hand at the end of each day, units received on each day, and safety stock (SKU x warehouse)."""
    rng = np.random.default_rng([seed, 5])
    shape = flows.shipped.shape
    daily = flows.shipped.mean(axis=2)
    safety = np.ceil(daily * 4 + 1).astype(np.int64)
    shift = (rng.random(shape[:2]) * _CYCLE).astype(np.int64)
    buffer: Numbers = np.round(safety[:, :, None] * (0.5 + 1.3 * rng.random(shape)))
    on_hand, received = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    supplied = _supplied(flows, calendar, incidents)
    resumes = _resumption(supplied)
    receipts = _receipt_days(shift, supplied, resumes)
    following = _next_receipt(receipts)
    held = np.zeros(shape[:2], dtype=np.int64)
    for day in range(shape[2]):
        until = following[:, :, day]
        need = _shipped_between(flows.shipped, np.full_like(until, day), until)
        # Before a stop no more is bought than will be sold, so the shelf is empty while it lasts.
        last = np.maximum(np.broadcast_to(resumes[:, None], until.shape), until)
        limit = np.where(day < resumes[:, None], _shipped_between(flows.shipped, until, last), buffer[:, :, day])
        target = need + np.minimum(buffer[:, :, day], limit).astype(np.int64)
        received[:, :, day] = np.where(receipts[:, :, day], np.maximum(target - held, 0), 0)
        held = held + received[:, :, day] - flows.shipped[:, :, day]
        on_hand[:, :, day] = held
    return on_hand, received, safety


def _supplied(flows: Flows, calendar: Calendar, incidents: tuple[Incident, ...]) -> Mask:
    """Whether a SKU can be received on a day: not from the eve of its supplier's stop to the eve of its return."""
    days = midnight(calendar.start) + np.arange(calendar.days) * DAY
    supplied = np.ones((len(flows.skus), calendar.days), dtype=bool)
    for incident in incidents:
        rows = flows.place[list(incident.skus)]
        closed = (days >= incident.start - DAY) & (days < incident.end - DAY)
        supplied[np.ix_(rows, np.flatnonzero(closed))] = False
    return supplied


def _resumption(supplied: Mask) -> Whole:
    """Per SKU the first day after its last stop, 0 if it never stops."""
    days = np.arange(supplied.shape[1])
    return np.asarray(np.where(supplied, -1, days[None, :]).max(axis=1) + 1, dtype=np.int64)


def _receipt_days(shift: Whole, supplied: Mask, resumes: Whole) -> Mask:
    """Days with a receipt, per SKU, warehouse and day: the first, every week from then, and the first after a stop."""
    day = np.arange(supplied.shape[1])
    weekly = (day + shift[:, :, None]) % _CYCLE == 0
    return np.asarray((weekly & supplied[:, None, :]) | (day == 0) | (day == resumes[:, None])[:, None, :], dtype=bool)


def _next_receipt(receipts: Mask) -> Whole:
    """The first later day with a receipt, one past the window if there is none."""
    days = receipts.shape[2]
    found = np.full(receipts.shape, days, dtype=np.int64)
    for day in range(days - 2, -1, -1):
        found[:, :, day] = np.where(receipts[:, :, day + 1], day + 1, found[:, :, day + 1])
    return found


def _shipped_between(shipped: Whole, first: Whole, last: Whole) -> Whole:
    """Units shipped from day `first` up to but not including day `last`, per SKU and warehouse."""
    total = np.concatenate([np.zeros((*shipped.shape[:2], 1), dtype=np.int64), np.cumsum(shipped, axis=2)], axis=2)
    until = np.take_along_axis(total, last[:, :, None], axis=2)
    return np.asarray((until - np.take_along_axis(total, first[:, :, None], axis=2))[:, :, 0])


def stock_columns(
    world: World, calendar: Calendar, flows: Flows, incidents: tuple[Incident, ...], seed: int
) -> Iterator[Columns]:
    """Snapshots, one batch of columns per week."""
    on_hand, received, safety = levels(flows, calendar, incidents, seed)
    taken = np.cumsum(flows.allocated - flows.shipped, axis=2)
    ahead = np.concatenate([received[:, :, 1:], np.zeros((*received.shape[:2], _LEAD), dtype=np.int64)], axis=2)
    coming = sum(ahead[:, :, place : place + calendar.days] for place in range(_LEAD))
    sku_count, warehouses = on_hand.shape[:2]
    for first in range(0, calendar.days, 7):
        day, sku, warehouse = (
            axis.ravel()
            for axis in np.meshgrid(
                np.arange(first, min(first + 7, calendar.days)),
                np.arange(sku_count),
                np.arange(warehouses),
                indexing="ij",
            )
        )
        here = on_hand[sku, warehouse, day]
        reserved = np.clip(taken[sku, warehouse, day], 0, here)
        yield {
            "date": dates(midnight(calendar.start) + DAY * day.astype(np.float64)),
            "sku": words(world.products.code, flows.skus[sku]),
            "warehouse": words([w[0] for w in tables.WAREHOUSES], warehouse),
            "on_hand": numbers(here),
            "reserved": numbers(reserved),
            "available": numbers(here - reserved),
            "in_transit": numbers(np.asarray(coming)[sku, warehouse, day]),
            "safety_stock": numbers(safety[sku, warehouse]),
            "unit_cost": money(world.products.cost[flows.skus[sku]]),
        }


def product_columns(world: World) -> Columns:
    """The product list."""
    products = world.products
    every = np.arange(len(products.code))
    return {
        "sku": words(products.code, every),
        "name": words(products.name, every),
        "category": words([c[0] for c in tables.CATEGORIES], products.category),
        "brand": words(tables.BRANDS, products.brand),
        "list_price": money(products.price),
        "cost": money(products.cost),
        "lead_time_days": numbers(products.lead_days),
        "pack_size": numbers(products.pack_size),
    }
