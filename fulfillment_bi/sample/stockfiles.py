"""The rows of the stock, count, purchase, product and calendar files."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.calendar import FLASH_DAYS, HOLIDAYS, Calendar
from fulfillment_bi.sample.clock import DAY, HOUR, NEVER, Whole, midnight
from fulfillment_bi.sample.demand import FLASH_CHANNEL
from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.products import SUPPLIERS
from fulfillment_bi.sample.purchasing import Policy, Receipts, purchase_numbers
from fulfillment_bi.sample.state import State
from fulfillment_bi.sample.text import FAR, blank, constant, dates, digits, join, moments, money, numbers, words
from fulfillment_bi.sample.world import World

_ZH = "gb18030"
_COUNTED = 0.004  # share of the stock cells that are counted on a day without anything being wrong


def stock_columns(policy: Policy, state: State, day: int) -> Columns:
    """The snapshot at the end of a day: every SKU in every warehouse that holds it."""
    world, stock = policy.world, state.stock
    products = world.products
    expected = stock.expected
    coming = np.bincount(expected.cell, weights=expected.coming, minlength=stock.cells)
    return {
        "date": dates(np.full(stock.cells, policy.calendar.day_at(day))),
        "sku": words(products.code, products.cell_sku),
        "warehouse": words([w[0] for w in tables.WAREHOUSES], products.cell_warehouse, _ZH),
        "on_hand": numbers(stock.on_hand),
        "reserved": numbers(stock.on_hand - stock.free),
        "available": numbers(stock.free),
        "in_transit": numbers(coming),
        "safety_stock": numbers(stock.safety),
        "unit_cost": money(products.cost[products.cell_sku]),
    }


def count_columns(policy: Policy, state: State, day: int, off: Whole) -> Columns:
    """Counts of a day, after work: some at random, and wherever something was missing.

    `off`: units per cell that the day's counts take off the books.
    """
    world, stock = policy.world, state.stock
    cells = np.arange(stock.cells)
    usual = world.luck.uniform(cells * 5000 + day, 120) < _COUNTED
    chosen = np.flatnonzero(usual | (off > 0))
    book = stock.on_hand[chosen] + off[chosen]
    products = world.products
    evening = min(policy.calendar.day_at(day) + 23.6 * HOUR, policy.calendar.as_of)
    when = np.full(len(chosen), evening)
    aisle = chosen % 40 + 1
    return {
        "counted_at": moments(when, FAR),
        "sku": words(products.code, products.cell_sku[chosen]),
        "warehouse": words([w[0] for w in tables.WAREHOUSES], products.cell_warehouse[chosen], _ZH),
        "location": join(constant("A"), digits(aisle, 2), constant("-"), digits(chosen // 40 % 100, 2)),
        "book_qty": numbers(book),
        "counted_qty": numbers(book - off[chosen]),
    }


def purchase_columns(policy: Policy, receipts: Receipts) -> Columns:
    """Purchase lines, one row per receipt that has come or is expected; the line's quantity is on its first."""
    world, as_of = policy.world, policy.calendar.as_of
    products = world.products
    came = receipts.due <= as_of
    day = (policy.calendar.day_at(0) + receipts.day * DAY).astype(np.float64)
    number = purchase_numbers(policy, receipts) % (len(SUPPLIERS) * 8)
    receipt = purchase_numbers(policy, receipts) * 100_000 + receipts.line_no * 10 + receipts.receipt_no
    return {
        "po_no": join(constant("CG"), dates(day, form="%y%m%d"), digits(number, 4)),
        "line_no": numbers(receipts.line_no),
        "receipt_no": join(constant("RK"), digits(receipt, 14)),
        "supplier": words(SUPPLIERS, policy.supplier[receipts.cell], _ZH),
        "sku": words(products.code, products.cell_sku[receipts.cell]),
        "warehouse": words([w[0] for w in tables.WAREHOUSES], products.cell_warehouse[receipts.cell], _ZH),
        "ordered_at": moments(receipts.ordered, as_of),
        "sent_at": moments(receipts.sent, as_of),
        "confirmed_at": moments(receipts.confirmed, as_of),
        "promised_at_original": dates(receipts.promised),
        "received_at": moments(np.where(came, receipts.due, NEVER), as_of),
        "qty_ordered": blank(numbers(receipts.quantity), receipts.receipt_no == 1),
        "qty_received": blank(numbers(receipts.coming), came),
        "qty_rejected": blank(numbers(receipts.rejected), came),
        "unit_cost": money(products.cost[products.cell_sku[receipts.cell]]),
    }


def product_columns(world: World) -> Columns:
    """The product list."""
    products = world.products
    every = np.arange(products.count)
    return {
        "sku": words(products.code, every),
        "name": words(products.name, every),
        "category": words([c[0] for c in tables.CATEGORIES], products.category),
        "brand": words(tables.BRANDS, products.brand),
        "list_price": money(products.price),
        "cost": money(products.cost),
        "lead_time_days": numbers(world.suppliers.lead_days[products.supplier]),
        "pack_size": numbers(products.pack_size),
    }


def calendar_columns(calendar: Calendar) -> Columns:
    """Promotions, the flash sale and holidays of the window and the two weeks after it."""
    rows = [(promotion.day, "promotion", "all", promotion.zh) for promotion in calendar.promotions]
    if calendar.flash is not None:
        first = calendar.start + timedelta(days=calendar.flash)
        scope = tables.CHANNELS[FLASH_CHANNEL].name
        rows += [(first + timedelta(days=day), "promotion", scope, "直播秒杀") for day in range(FLASH_DAYS)]
    for index in range(calendar.days + 14):
        day = calendar.start + timedelta(days=index)
        rows += [
            (day, "holiday", "all", zh) for month, number, zh in HOLIDAYS if (day.month, day.day) == (month, number)
        ]
    rows.sort()
    place = np.arange(len(rows))
    return {
        "date": dates(np.array([midnight(day) for day, _, _, _ in rows])),
        "kind": words([kind for _, kind, _, _ in rows], place),
        "scope": words([scope for _, _, scope, _ in rows], place),
        "name": words([name for _, _, _, name in rows], place),
    }
