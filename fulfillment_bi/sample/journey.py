"""The open orders of one world and what has happened to each so far: they grow by a day, and shrink by what is done."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from fulfillment_bi.sample.clock import NEVER, Mask, Times, Whole
from fulfillment_bi.sample.demand import Orders
from fulfillment_bi.sample.promises import Promises

_PER_LINE = frozenset({
    "line_order", "line_no", "sku", "quantity", "price", "forced", "cell", "insisted", "exists", "there",
    "phantom", "given_up", "allocated", "slot", "picked", "packed", "handed", "scanned", "delivered", "exception",
    "sent", "done",
})  # fmt: skip
Table = TypeVar("Table", "Orders", "Promises", "Journey")


@dataclass
class Journey:
    """One world's record of the open orders. `NEVER` is a time that has not come or will not."""

    # per order
    reviewed: Times
    manual: Mask
    first_packed: Times
    cancelled: Times
    cancelled_by: Whole
    # per line
    sku: Whole  # what is bought: the customer takes something else where it was sold out
    cell: Whole
    insisted: Mask  # sold whether there is stock or not
    exists: Mask  # False: sold out, so it was never ordered
    there: Times  # when its stock is there
    phantom: Mask  # it is given stock that only the books have
    given_up: Times  # when it was clear that it will not be sent
    allocated: Times
    slot: Whole  # lines of an order with the same slot travel in one parcel
    picked: Times
    packed: Times
    handed: Times
    scanned: Times
    delivered: Times
    exception: Whole
    sent: Whole
    done: Mask


def begin(orders: Orders, cell: Whole) -> Journey:
    """The journey of orders that have just been created."""
    count, lines = orders.count, len(orders.sku)

    def never(size: int) -> Times:
        return np.full(size, NEVER)

    return Journey(
        reviewed=never(count),
        manual=np.zeros(count, dtype=bool),
        first_packed=never(count),
        cancelled=never(count),
        cancelled_by=np.zeros(count, dtype=np.int64),
        sku=orders.sku.copy(),
        cell=cell,
        insisted=orders.forced.copy(),
        exists=np.ones(lines, dtype=bool),
        there=never(lines),
        phantom=np.zeros(lines, dtype=bool),
        given_up=never(lines),
        allocated=never(lines),
        slot=np.zeros(lines, dtype=np.int64),
        picked=never(lines),
        packed=never(lines),
        handed=never(lines),
        scanned=never(lines),
        delivered=never(lines),
        exception=np.zeros(lines, dtype=np.int64),
        sent=np.zeros(lines, dtype=np.int64),
        done=np.zeros(lines, dtype=bool),
    )


def some(table: Table, orders: Mask, lines: Mask) -> Table:
    """The chosen orders (`orders`) with their lines (`lines`, which must be exactly theirs)."""
    made: dict[str, Any] = {}
    for field in fields(table):
        values = getattr(table, field.name)
        made[field.name] = values[lines if field.name in _PER_LINE else orders]
    if "line_order" in made:
        made["line_order"] = (np.cumsum(orders) - 1)[made["line_order"]]
    return type(table)(**made)


def joined(first: Table, second: Table) -> Table:
    """All orders of both, those of `first` first."""
    made: dict[str, Any] = {}
    for field in fields(first):
        values = getattr(second, field.name)
        if field.name == "line_order":
            values = values + len(getattr(first, "number"))  # noqa: B009 - only Orders has both
        made[field.name] = np.concatenate([getattr(first, field.name), values])
    return type(first)(**made)


def copied(journey: Journey) -> Journey:
    """The same journey, to go another way from here."""
    return Journey(**{field.name: getattr(journey, field.name).copy() for field in fields(journey)})
