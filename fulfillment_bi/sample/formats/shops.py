"""Shopify and WooCommerce, as their shops export them: an order on its first row, or all of it in one row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fulfillment_bi.sample.clock import Whole
from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.formats import headers
from fulfillment_bi.sample.formats.platform import Slice, by_line, export, filled
from fulfillment_bi.sample.identity import city_names
from fulfillment_bi.sample.orderfiles import Pages
from fulfillment_bi.sample.text import Column, blank, constant, digits, join, money, numbers, words

_PAID = ("pending", "paid", "paid", "paid", "paid", "voided")
_SENT = ("unfulfilled", "unfulfilled", "unfulfilled", "fulfilled", "fulfilled", "unfulfilled")
_LINE_SENT = ("pending", "pending", "pending", "fulfilled", "fulfilled", "pending")
_WOOCOMMERCE = ("pending", "processing", "processing", "completed", "completed", "cancelled")
_HERE = b" +0800"

SHOPIFY = export("orders_export_1.csv", headers.SHOPIFY, "utf-8", "\n")
WOOCOMMERCE = export("order_export_webtoffee.csv", headers.WOOCOMMERCE, "utf-8", "\n")


def shopify_orders(page: Pages) -> Columns:
    """One row per line; what belongs to the order is only on its first row; times with an offset."""
    rows = by_line(page, "shopify")
    orders = page.block.orders
    first = np.diff(rows.owner, prepend=-1) != 0
    of_order = {name: blank(_whole(cells, len(first)), first) for name, cells in _shopify_order(rows).items()}
    return filled(headers.SHOPIFY, {
        **of_order,
        "Name": rows.number,
        "Email": join(constant("tb_"), digits(orders.customer[rows.owner], 10), constant("@example.invalid")),
        "Created at": rows.when(orders.created, after=_HERE),
        "Lineitem quantity": numbers(orders.quantity[rows.line]),
        "Lineitem name": words(page.world.products.english, page.block.journey.sku[rows.line]),
        "Lineitem price": money(orders.price[rows.line]),
        "Lineitem sku": rows.sku,
        "Lineitem requires shipping": constant("true"),
        "Lineitem taxable": constant("true"),
        "Lineitem fulfillment status": rows.status(_LINE_SENT),
        "Vendor": constant("Youxuan"),
        "Lineitem discount": constant("0.00"),
    })  # fmt: skip


def _shopify_order(rows: Slice) -> Columns:
    page, orders = rows.page, rows.page.block.orders
    value, goods, freight, discount = rows.cents()
    country, province = _place(rows)
    return {
        "Financial Status": rows.status(_PAID),
        "Paid at": rows.when(page.found.paid, after=_HERE),
        "Fulfillment Status": rows.status(_SENT),
        "Accepts Marketing": constant("no"),
        "Currency": constant("CNY"),
        "Subtotal": money(goods - discount),
        "Shipping": money(freight),
        "Taxes": constant("0.00"),
        "Total": money(value),
        "Discount Amount": money(discount),
        "Shipping Method": constant("Standard"),
        "Shipping Name": constant("Test Buyer"),
        "Shipping Address1": constant("1 Test St"),
        "Shipping City": city_names(page.world, orders, "utf-8").take(rows.owner),
        "Shipping Zip": constant("'0801"),
        "Shipping Province": province,
        "Shipping Country": country,
        "Shipping Phone": constant("0000000000"),
        "Note Attributes": constant('"house no: 1\narea name: test"'),
        "Cancelled at": rows.when(page.found.cancelled, after=_HERE),
        "Refunded Amount": constant("0.00"),
        "Outstanding Balance": constant("0.00"),
        "Id": digits(5_000_000_000_000 + orders.number[rows.owner], 13),
        "Risk Level": constant("Low"),
        "Source": constant("web"),
    }


def woocommerce_orders(page: Pages) -> Columns:
    """One row per order, with a group of columns for every item it may have."""
    lines = by_line(page, "woocommerce")
    orders = page.block.orders
    start = np.flatnonzero(np.diff(lines.owner, prepend=-1))
    rows = Slice(page, lines.owner[start], lines.line[start])
    value, goods, freight, _ = rows.cents()
    _, province = _place(rows)
    return filled(headers.WOOCOMMERCE, {
        "order_id": rows.number,
        "order_number": rows.number,
        "order_date": rows.when(orders.created),
        "status": rows.status(_WOOCOMMERCE),
        "order_total": money(value),
        "order_subtotal": money(goods),
        "shipping_total": money(freight),
        "order_currency": constant("CNY"),
        "payment_method": constant("card"),
        "payment_method_title": constant('"Card, online"'),
        "customer_id": numbers(orders.customer[rows.owner] + 1),
        "billing_first_name": constant("T"),
        "billing_last_name": constant("User"),
        "billing_phone": constant("0000000000"),
        "billing_address_1": constant("1 Test Rd"),
        "billing_city": city_names(page.world, orders, "utf-8").take(rows.owner),
        "billing_state": province,
        **_items(lines, start),
    })  # fmt: skip


def _items(lines: Slice, start: Whole) -> Columns:
    """The groups of columns: item by item the lines that begin at `start`, blank behind the last one."""
    page, orders = lines.page, lines.page.block.orders
    count = np.diff(start, append=len(lines.line))
    made: Columns = {}
    for place in range(headers.MOST_ITEMS):
        there = count > place
        line = lines.line[np.where(there, start + place, start)]
        sku = page.block.journey.sku[line]
        total = money(orders.price[line] * orders.quantity[line])
        cells: Columns = {
            "Name": words(page.world.products.english, sku),
            "id": numbers(10_000 + sku),
            "SKU": words(page.world.products.code, sku),
            "Quantity": numbers(orders.quantity[line]),
            "Total": total,
            "Subtotal": total,
        }
        made |= {f"Product Item {place + 1} {name}": blank(cell, there) for name, cell in cells.items()}
    return made


def _place(rows: Slice) -> tuple[Column, Column]:
    """Country and province of each row's order."""
    names, region = rows.page.world.region_names, rows.page.block.orders.region[rows.owner]
    return words([r[0] for r in names], region), words([r[1] for r in names], region)


def _whole(cells: Column, count: int) -> Column:
    """A constant as a column of `count` cells."""
    return cells if isinstance(cells, pa.Array) else pa.array([cells.as_py()]).take(pa.array(np.zeros(count, np.int64)))
