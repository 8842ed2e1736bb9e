"""The rows of the order, line, fulfilment and parcel files of one block, as columns under the contracts' names."""

from __future__ import annotations

import numpy as np

from fulfillment_bi.sample import layout, tables
from fulfillment_bi.sample.clock import NEVER, Mask, Times, Whole
from fulfillment_bi.sample.columns import (
    Column,
    blank,
    digits,
    join,
    moments,
    money,
    numbers,
    promised,
    universal,
    words,
)
from fulfillment_bi.sample.demand import Calendar
from fulfillment_bi.sample.identity import city_names, order_numbers, receivers, shop_names, tracking_numbers
from fulfillment_bi.sample.process import CANCELLED_BY
from fulfillment_bi.sample.record import STATUSES, Block, Record
from fulfillment_bi.sample.world import World

Columns = dict[str, Column]
_CHANNELS = [c.name for c in tables.CHANNELS]


def is_global(block: Block) -> Mask:
    """Orders of the channels abroad."""
    return np.array([c.is_global for c in tables.CHANNELS])[block.orders.channel]


def order_columns(world: World, calendar: Calendar, block: Block, found: Record, *, abroad: bool) -> Columns:
    """The orders file: `abroad` writes times with an offset and English words."""
    orders, promises = block.orders, block.promises
    as_of = calendar.as_of

    def when(times: Times) -> Column:
        return universal(times, as_of) if abroad else moments(times, as_of)

    def promise_time(times: Times) -> Column:
        shown = np.where(paid, times, NEVER)
        return universal(shown, FAR) if abroad else moments(shown, FAR)

    paid = promises.paid <= as_of
    handed = block.outcome.handed[: orders.count]
    ship_now, delivery_now = promises.renegotiated(handed, block.draws.u_order[13], as_of)
    goods, freight, discount = amounts(block)
    return {
        "channel": words(_CHANNELS, orders.channel),
        "shop": shop_names(orders),
        "order_no": order_numbers(orders.channel, orders.number, orders.created),
        "customer_no": join("tb_", digits(orders.customer, 10)),
        **receivers(world, orders, block.draws.u_order[14]),
        "province": blank(words([r[1] for r in world.region_names], orders.region), block.draws.u_order[15] > 0.002),
        "city": city_names(world, orders),
        "country": words([r[0] for r in world.region_names], orders.region),
        "created_at": when(orders.created),
        "paid_at": when(found.paid),
        "promised_ship_at_original": promise_time(promises.ship),
        "promised_ship_at_current": promise_time(ship_now),
        "promised_delivery_at_original": promised(np.where(paid, promises.delivery, NEVER), promises.dated),
        "promised_delivery_at_current": promised(np.where(paid, delivery_now, NEVER), promises.dated),
        "status": words(STATUSES if abroad else layout.STATUS_ZH, found.status),
        "cancelled_at": when(found.cancelled),
        "cancelled_by": words(CANCELLED_BY if abroad else layout.CANCELLED_BY_ZH, found.cancelled_by),
        "cancel_reason": _reasons(found, block.draws.u_order[8]),
        "presale": words(("0", "1"), (orders.presale_seconds > 0).astype(np.int64)),
        "review_mode": words(("auto", "manual") if abroad else ("自动", "人工"), block.outcome.manual.astype(np.int64)),
        "order_value": money(goods + freight - discount),
        "freight": money(freight),
        "discount": money(discount),
    }


FAR = float(np.finfo(np.float64).max)


def amounts(block: Block) -> tuple[Whole, Whole, Whole]:
    """Goods, freight and discount of each order, in cents."""
    orders = block.orders
    value = orders.price * orders.quantity
    goods = np.bincount(orders.line_order, weights=value, minlength=orders.count).astype(np.int64)
    freight = np.where(goods < 5900, 800, 0)
    return goods, freight, np.where(goods >= 20000, goods // 20000 * 1000, 0)


def _reasons(found: Record, luck: Times) -> Column:
    choices = [layout.CANCEL_REASONS.get(name, ("",)) for name in CANCELLED_BY]
    sizes = np.array([len(c) for c in choices])
    offsets = np.cumsum(sizes) - sizes
    place = offsets[found.cancelled_by] + (luck * sizes[found.cancelled_by]).astype(np.int64)
    return words([reason for group in choices for reason in group], place)


def line_columns(world: World, block: Block, *, abroad: bool) -> Columns:
    """The lines file."""
    orders = block.orders
    owner = orders.line_order
    names = world.products.english if abroad else world.products.name
    return {
        "channel": words(_CHANNELS, orders.channel[owner]),
        "order_no": order_numbers(orders.channel[owner], orders.number[owner], orders.created[owner]),
        "line_no": numbers(orders.line_no),
        "sku": words(world.products.code, orders.sku),
        "product_name": words(names, orders.sku),
        "qty_ordered": numbers(orders.quantity),
        "qty_cancelled": numbers(orders.quantity - block.outcome.line_due),
        "unit_price": money(orders.price),
    }


def fulfilment_rows(calendar: Calendar, block: Block) -> Mask:
    """Lines the warehouse system knows: of reviewed orders, with something to send."""
    reviewed = block.outcome.reviewed[block.orders.line_order] <= calendar.as_of
    return reviewed & (block.outcome.line_sent > 0)


def fulfilment_columns(world: World, calendar: Calendar, block: Block, found: Record) -> Columns:
    """The warehouse system's shipping notes, one row per line."""
    orders, outcome = block.orders, block.outcome
    line = np.flatnonzero(fulfilment_rows(calendar, block))
    owner, part = orders.line_order[line], outcome.line_part[line]
    second = (part >= orders.count).astype(np.int64)
    key = orders.number[owner] * 2 + second
    as_of = calendar.as_of
    sent = outcome.handed[part] <= as_of
    operators = [f"{w[0][:2]}{number:02d}号" for w in tables.WAREHOUSES for number in range(1, 13)]
    return {
        "fulfilment_no": join("CK", digits(key, 9)),
        "channel": words(_CHANNELS, orders.channel[owner]),
        "order_no": order_numbers(orders.channel[owner], orders.number[owner], orders.created[owner]),
        "line_no": numbers(orders.line_no[line]),
        "sku": words(world.products.code, orders.sku[line]),
        "qty_shipped": numbers(outcome.line_sent[line]),
        "warehouse": words([w[0] for w in tables.WAREHOUSES], outcome.warehouse[part]),
        "reviewed_at": moments(outcome.reviewed[owner], as_of),
        "allocated_at": moments(outcome.allocated[part], as_of),
        "picked_at": moments(found.picked[part], as_of),
        "packed_at": moments(found.packed[part], as_of),
        "shipped_at_warehouse": moments(outcome.handed[part], as_of),
        "shipped_at_platform": moments(outcome.platform[part], as_of),
        "carrier": blank(words([c[0] for c in tables.CARRIERS], outcome.carrier[part]), sent),
        "tracking_no": blank(tracking_numbers(outcome.carrier[part], key), sent),
        "operator_key": words(operators, outcome.warehouse[part] * 12 + key % 12),
    }


def parcel_columns(world: World, calendar: Calendar, block: Block, found: Record) -> Columns:
    """The carriers' parcels: every part that has been handed over."""
    orders, outcome, draws = block.orders, block.outcome, block.draws
    as_of = calendar.as_of
    part = np.flatnonzero(outcome.used & (outcome.handed <= as_of))
    owner = draws.part_order[part]
    key = orders.number[owner] * 2 + (part >= orders.count)
    signed = found.delivered[part] <= as_of
    scanned = (found.scanned[part] <= as_of) | signed
    trouble = np.where(as_of - outcome.handed[part] > 6 * 86400.0, outcome.exception[part], 0)
    state = np.select([trouble > 0, signed, scanned], [3, 2, 1], default=0)
    weight = 30 + (draws.u_part[7][part] ** 3 * 900).astype(np.int64)
    due = block.promises.delivery[owner]
    distance = world.distance[outcome.warehouse[part], orders.region[owner]]
    return {
        "carrier": words([c[0] for c in tables.CARRIERS], outcome.carrier[part]),
        "tracking_no": tracking_numbers(outcome.carrier[part], key),
        "channel": words(_CHANNELS, orders.channel[owner]),
        "order_no": order_numbers(orders.channel[owner], orders.number[owner], orders.created[owner]),
        "origin": words([w[0][:2] + "市" for w in tables.WAREHOUSES], outcome.warehouse[part]),
        "destination": words([r[1] for r in world.region_names], orders.region[owner]),
        "promised_at": promised(due, np.ones(len(part), dtype=bool)),
        "first_scan_at": moments(found.scanned[part], as_of),
        "delivered_at": moments(found.delivered[part], as_of),
        "status": words(layout.PARCEL_STATUS_ZH, state),
        "exception": words(layout.EXCEPTION_ZH, trouble),
        "weight": money(weight),
        "freight_cost": money(260 + weight * 2 + (distance * 0.15).astype(np.int64)),
    }
