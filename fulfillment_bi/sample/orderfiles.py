"""The rows of the order, line, fulfilment, parcel and scan files of one block, under the contracts' names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.sample import layout, tables
from fulfillment_bi.sample.calendar import Calendar
from fulfillment_bi.sample.clock import DAY, NEVER, Mask, Times, Whole
from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.identity import (
    city_names,
    missing_field,
    order_numbers,
    receivers,
    shop_names,
    tracking_numbers,
)
from fulfillment_bi.sample.journey import some
from fulfillment_bi.sample.judge import platform_time
from fulfillment_bi.sample.promises import renegotiated
from fulfillment_bi.sample.record import STATUSES, Record
from fulfillment_bi.sample.simulate import Block
from fulfillment_bi.sample.state import CANCELLED_BY
from fulfillment_bi.sample.text import (
    FAR,
    Column,
    blank,
    constant,
    dates,
    digits,
    join,
    moments,
    money,
    numbers,
    promised,
    universal,
    words,
)
from fulfillment_bi.sample.world import World

CHANNELS = [c.name for c in tables.CHANNELS]
ABROAD = np.array([c.is_global for c in tables.CHANNELS])


@dataclass(frozen=True)
class Pages:
    """One block with its records and what several files repeat: the order numbers."""

    world: World
    calendar: Calendar
    block: Block
    found: Record
    order_no: Column

    @property
    def as_of(self) -> float:
        """The moment of the export."""
        return self.calendar.as_of


def pages(world: World, calendar: Calendar, block: Block, found: Record) -> Pages:
    """Prepare the files of a block."""
    return Pages(world, calendar, block, found, order_numbers(block.orders))


def order_columns(page: Pages, chosen: Mask, *, abroad: bool) -> Columns:
    """The orders file, of the chosen orders: `abroad` writes times with an offset and English words."""
    found, world, lines = page.found, page.world, chosen[page.block.orders.line_order]
    orders, promises = some(page.block.orders, chosen, lines), some(page.block.promises, chosen, lines)
    encoding = "utf-8" if abroad else "gb18030"

    def when(times: Times) -> Column:
        return universal(times, page.as_of) if abroad else moments(times, page.as_of)

    def promise_time(times: Times) -> Column:
        shown = np.where(paid, times, NEVER)
        return universal(shown, FAR) if abroad else moments(shown, FAR)

    paid = orders.paid <= page.as_of
    ship_now, delivery_now = renegotiated(world, orders, promises, found.last_handed[chosen], page.as_of)
    goods, freight, discount = (part[chosen] for part in amounts(page.block))
    missing = missing_field(world, orders.number, ABROAD[orders.channel])
    known = world.luck.uniform(orders.number, 34) > 0.002
    by = found.cancelled_by[chosen]
    manual = page.block.journey.manual[chosen].astype(np.int64)
    return {
        "channel": words(CHANNELS, orders.channel, encoding),
        "shop": shop_names(orders, encoding),
        "order_no": page.order_no.filter(chosen),
        "customer_no": join(constant("tb_"), digits(orders.customer, 10)),
        **({} if abroad else receivers(world, orders, missing, encoding)),
        "province": blank(words([r[1] for r in world.region_names], orders.region, encoding), known),
        "city": city_names(world, orders, encoding),
        "country": words([r[0] for r in world.region_names], orders.region),
        "created_at": when(orders.created),
        "paid_at": when(found.paid[chosen]),
        "promised_ship_at_original": promise_time(promises.ship),
        "promised_ship_at_current": promise_time(ship_now),
        "promised_delivery_at_original": promised(np.where(paid, promises.delivery, NEVER), promises.dated),
        "promised_delivery_at_current": promised(np.where(paid, delivery_now, NEVER), promises.dated),
        "status": words(STATUSES if abroad else layout.STATUS_ZH, found.status[chosen], encoding),
        "cancelled_at": when(found.cancelled[chosen]),
        "cancelled_by": words(CANCELLED_BY if abroad else layout.CANCELLED_BY_ZH, by, encoding),
        "cancel_reason": _reasons(world, orders.number, by, encoding),
        "presale": words(("0", "1"), (orders.presale_seconds > 0).astype(np.int64)),
        "review_mode": words(("auto", "manual") if abroad else ("自动", "人工"), manual, encoding),
        "order_value": money(goods + freight - discount),
        "freight": money(freight),
        "discount": money(discount),
    }


def amounts(block: Block) -> tuple[Whole, Whole, Whole]:
    """Goods, freight and discount of each order, in cents."""
    orders = block.orders
    value = np.where(block.journey.exists, orders.price * orders.quantity, 0)
    goods = np.bincount(orders.line_order, weights=value, minlength=orders.count).astype(np.int64)
    freight = np.where(goods < 5900, 800, 0)
    return goods, freight, np.where(goods >= 20000, goods // 20000 * 1000, 0)


def _reasons(world: World, number: Whole, by: Whole, encoding: str) -> Column:
    choices = [layout.CANCEL_REASONS.get(name, ("",)) for name in CANCELLED_BY]
    sizes = np.array([len(c) for c in choices])
    offsets = np.cumsum(sizes) - sizes
    place = offsets[by] + (world.luck.uniform(number, 35) * sizes[by]).astype(np.int64)
    return words([reason for group in choices for reason in group], place, encoding)


def line_columns(page: Pages, chosen: Whole) -> Columns:
    """The chosen lines."""
    orders, products = page.block.orders, page.world.products
    sku = page.block.journey.sku[chosen]
    owner = orders.line_order[chosen]
    return {
        "channel": words(CHANNELS, orders.channel[owner]),
        "order_no": page.order_no.take(owner),
        "line_no": numbers(orders.line_no[chosen]),
        "sku": words(products.code, sku),
        "product_name": words(products.name, sku, "gb18030"),
        "qty_ordered": numbers(orders.quantity[chosen]),
        "qty_cancelled": constant("0"),
        "unit_price": money(orders.price[chosen]),
    }


def fulfilment_columns(page: Pages, line_known: Mask) -> Columns:
    """The warehouse system's shipping notes, one row per line of a reviewed order with something to send.

    `line_known`: channels whose line numbers the warehouse system has; else it names the SKU only.
    """
    block, found, world, as_of = page.block, page.found, page.world, page.as_of
    orders, journey = block.orders, block.journey
    reviewed = journey.reviewed[orders.line_order] <= as_of
    line = np.flatnonzero(journey.exists & reviewed & ~(journey.given_up <= as_of))
    owner = orders.line_order[line]
    warehouse = world.products.cell_warehouse[journey.cell[line]]
    key = orders.number[owner] * 1024 + journey.slot[line]
    sent = journey.handed[line] <= as_of
    operators = [f"{w[0][:2]}{number:02d}号" for w in tables.WAREHOUSES for number in range(1, 13)]
    carrier = orders.carrier[owner]
    platform = platform_time(world, orders, journey)[line]
    zh = "gb18030"
    sku = words(world.products.code, journey.sku[line])
    named = line_known[orders.channel[owner]]
    # A note without a line number is told apart by its article, as in the files of 旺店通.
    note = blank(join(constant("/"), sku), ~named)
    return {
        "fulfilment_no": join(words(("JY", "CK"), named.astype(np.int64)), digits(key, 12), note),
        "channel": words(CHANNELS, orders.channel[owner]),
        "order_no": page.order_no.take(owner),
        "line_no": blank(numbers(orders.line_no[line]), named),
        "sku": sku,
        "qty_shipped": numbers(orders.quantity[line]),
        "warehouse": words([w[0] for w in tables.WAREHOUSES], warehouse, zh),
        "reviewed_at": moments(journey.reviewed[owner], as_of),
        "allocated_at": moments(journey.allocated[line], as_of),
        "picked_at": moments(found.picked[line], as_of),
        "packed_at": moments(found.packed[line], as_of),
        "shipped_at_warehouse": moments(journey.handed[line], as_of),
        "shipped_at_platform": moments(platform, as_of),
        "carrier": blank(words([c[0] for c in tables.CARRIERS], carrier, zh), sent),
        "tracking_no": blank(tracking_numbers(carrier, key), sent),
        "operator_key": words(operators, warehouse * 12 + key % 12, zh),
    }


@dataclass(frozen=True)
class Parcels:
    """The parcels of a block that have been handed over: the first of their lines, order, key and what is recorded."""

    line: Whole
    owner: Whole
    key: Whole
    carrier: Whole
    scanned: Times
    delivered: Times
    trouble: Whole


def parcels_of(page: Pages) -> Parcels:
    """Every parcel that has left by the as-of moment."""
    orders, journey = page.block.orders, page.block.journey
    left = np.flatnonzero((journey.sent > 0) & (journey.handed <= page.as_of))
    _, first = np.unique(orders.line_order[left] * 1024 + journey.slot[left], return_index=True)
    line = left[first]
    owner = orders.line_order[line]
    old = page.as_of - journey.handed[line] > 6 * DAY
    return Parcels(
        line=line,
        owner=owner,
        key=orders.number[owner] * 1024 + journey.slot[line],
        carrier=orders.carrier[owner],
        scanned=page.found.scanned[line],
        delivered=page.found.delivered[line],
        trouble=np.where(old, journey.exception[line], 0),
    )


def parcel_columns(page: Pages, parcels: Parcels) -> Columns:
    """The carriers' parcels."""
    world, orders, as_of = page.world, page.block.orders, page.as_of
    owner = parcels.owner
    signed = parcels.delivered <= as_of
    scanned = (parcels.scanned <= as_of) | signed
    state = np.select([parcels.trouble > 0, signed, scanned], [3, 2, 1], default=0)
    weight = 30 + (world.luck.uniform(parcels.key, 36) ** 3 * 900).astype(np.int64)
    warehouse = world.products.cell_warehouse[page.block.journey.cell[parcels.line]]
    distance = world.distance[warehouse, orders.region[owner]]
    return {
        "carrier": words([c[0] for c in tables.CARRIERS], parcels.carrier),
        "tracking_no": tracking_numbers(parcels.carrier, parcels.key),
        "channel": words(CHANNELS, orders.channel[owner]),
        "order_no": page.order_no.take(owner),
        "origin": words([w[0][:2] + "市" for w in tables.WAREHOUSES], warehouse),
        "destination": words([r[1] for r in world.region_names], orders.region[owner]),
        "promised_at": dates(page.block.promises.delivery[owner]),
        "first_scan_at": moments(parcels.scanned, as_of),
        "delivered_at": moments(parcels.delivered, as_of),
        "status": words(layout.PARCEL_STATUS_ZH, state),
        "exception": words(layout.EXCEPTION_ZH, parcels.trouble),
        "weight": money(weight),
        "freight_cost": money(260 + weight * 2 + (distance * 0.15).astype(np.int64)),
    }


_SCANS = (("GOT", "揽收"), ("DEP", "离开始发中心"), ("ARR", "到达目的中心"), ("OFD", "派件中"), ("SIGN", "已签收"))
_ON_THE_WAY = (0.0, 0.12, 0.8, 0.93, 1.0)  # of the time from the first scan to the signature


def event_columns(page: Pages, parcels: Parcels) -> Columns:
    """The carriers' scans: pick-up, both sorting centres, out for delivery, signature."""
    world, orders, as_of = page.world, page.block.orders, page.as_of
    possible = np.flatnonzero(parcels.delivered >= parcels.scanned)
    scanned, delivered = parcels.scanned[possible], parcels.delivered[possible]
    # A parcel in trouble never arrives; its last scan is on the way.
    lost = ~np.isfinite(delivered)
    arrives = np.where(lost, scanned + 60 * 3600.0, delivered)
    share = np.array(_ON_THE_WAY)[None, :]
    when = np.floor(scanned[:, None] + share * (arrives - scanned)[:, None])
    when[:, 4] = np.where(lost, NEVER, delivered)
    when[:, 3] = np.where(lost, NEVER, when[:, 3])
    row, scan = np.nonzero(when <= as_of)
    parcel = possible[row]
    owner = parcels.owner[parcel]
    zh = "gb18030"
    warehouse = world.products.cell_warehouse[page.block.journey.cell[parcels.line[parcel]]]
    origins = [w[0][:2] + "市" for w in tables.WAREHOUSES]
    places = origins + [r[1] for r in world.region_names]
    place = np.where(scan < 2, warehouse, len(origins) + orders.region[owner])
    return {
        "carrier": words([c[0] for c in tables.CARRIERS], parcels.carrier[parcel], zh),
        "tracking_no": tracking_numbers(parcels.carrier, parcels.key).take(parcel),
        "event_at": moments(when[row, scan], as_of),
        "code": words([code for code, _ in _SCANS], scan),
        "location": words(places, place, zh),
        "description": words([text for _, text in _SCANS], scan, zh),
    }
