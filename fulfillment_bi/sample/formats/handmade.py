"""eBay and Etsy, as their sellers export them: days without hours, and no word of what becomes of a parcel."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.formats import headers
from fulfillment_bi.sample.formats.platform import Slice, by_line, export, filled
from fulfillment_bi.sample.identity import city_names
from fulfillment_bi.sample.layout import Export
from fulfillment_bi.sample.orderfiles import Pages
from fulfillment_bi.sample.text import (
    MONTH_FIRST,
    MONTH_NAME,
    Column,
    constant,
    dates,
    digits,
    join,
    money,
    numbers,
    words,
)

_ETSY = ("Unpaid", "Paid", "Paid", "Completed", "Completed", "Canceled")

EBAY = Export(
    "eBay-OrdersReport.csv",
    "orders",
    "utf-8-sig",
    {cell: cell for cell in headers.EBAY},
    trailer="\n{rows},record(s) downloaded\nSeller ID : youxuan-outlet\n",
)
ETSY_ORDERS = export("EtsySoldOrders.csv", headers.ETSY_ORDERS, "utf-8", "\n")
ETSY_ITEMS = export("EtsySoldOrderItems.csv", headers.ETSY_ITEMS, "utf-8", "\n")


def ebay_orders(page: Pages) -> Columns:
    """One row per item; months by their names, dollar signs, and lines that close the report."""
    rows = by_line(page, "ebay")
    orders = page.block.orders
    value, _, freight, _ = rows.cents()
    dollar = constant("$")
    number = orders.number[rows.owner]
    return filled(headers.EBAY, {
        "Sales Record Number": numbers(100 + number),
        "Order Number": rows.number,
        "Buyer Username": join(constant("tb_"), digits(orders.customer[rows.owner], 10)),
        "Ship To Name": constant("Test Buyer"),
        "Ship To Phone": constant("0000000000"),
        "Ship To Address 1": constant("1 Test St"),
        **_place(rows, "Ship To City", "Ship To State", "Ship To Country"),
        "Item Number": digits(335_000_000_000 + page.block.journey.sku[rows.line], 12),
        "Item Title": words(page.world.products.english, page.block.journey.sku[rows.line]),
        "Custom Label": rows.sku,
        "Quantity": numbers(orders.quantity[rows.line]),
        "Sold For": join(dollar, money(orders.price[rows.line])),
        "Shipping And Handling": join(dollar, money(freight)),
        "Total Price": join(dollar, money(value)),
        "Sale Date": dates(orders.created[rows.owner], page.as_of, form=MONTH_NAME),
        "Paid On Date": dates(page.found.paid[rows.owner], page.as_of, form=MONTH_NAME),
        "Transaction ID": numbers(20_000_000 + number * 16 + orders.line_no[rows.line]),
    })  # fmt: skip


def etsy_orders(page: Pages) -> Columns:
    """One row per order, its SKUs in one cell."""
    lines = by_line(page, "etsy")
    orders = page.block.orders
    start = np.flatnonzero(np.diff(lines.owner, prepend=-1))
    rows = Slice(page, lines.owner[start], lines.line[start])
    value, goods, freight, discount = rows.cents()
    units = np.add.reduceat(orders.quantity[lines.line], start) if len(start) else start
    ends = pa.array(np.append(start, len(lines.line)).astype(np.int32))
    skus = pc.binary_join(pa.ListArray.from_arrays(ends, lines.sku), b",")
    return filled(headers.ETSY_ORDERS, {
        "Sale Date": dates(orders.created[rows.owner], page.as_of, form=MONTH_FIRST),
        "Order ID": rows.number,
        "Buyer User ID": join(constant("tb_"), digits(orders.customer[rows.owner], 10)),
        "Full Name": constant("Test Buyer"),
        "First Name": constant("Test"),
        "Last Name": constant("Buyer"),
        "Number of Items": numbers(units),
        "Payment Method": constant("Credit Card"),
        "Street 1": constant("1 Test St"),
        **_place(rows, "Ship City", "Ship State", "Ship Country"),
        "Currency": constant("CNY"),
        "Order Value": money(goods),
        "Discount Amount": money(discount),
        "Shipping Discount": constant("0.00"),
        "Shipping": money(freight),
        "Sales Tax": constant("0"),
        "Order Total": money(value),
        "Status": rows.status(_ETSY),
        "Buyer": constant("Test Buyer"),
        "Order Type": constant("online"),
        "SKU": join(constant('"'), skus, constant('"')),
    })  # fmt: skip


def etsy_items(page: Pages) -> Columns:
    """One row per item."""
    rows = by_line(page, "etsy")
    orders = page.block.orders
    _, _, freight, _ = rows.cents()
    number = orders.number[rows.owner]
    return filled(headers.ETSY_ITEMS, {
        "Sale Date": dates(orders.created[rows.owner], page.as_of, form=MONTH_FIRST),
        "Item Name": words(page.world.products.english, page.block.journey.sku[rows.line]),
        "Buyer": join(constant("tb_"), digits(orders.customer[rows.owner], 10)),
        "Quantity": numbers(orders.quantity[rows.line]),
        "Price": money(orders.price[rows.line]),
        "Discount Amount": constant("0"),
        "Shipping Discount": constant("0"),
        "Order Shipping": money(freight),
        "Order Sales Tax": constant("0"),
        "Item Total": rows.line_value(),
        "Currency": constant("CNY"),
        "Transaction ID": numbers(4_000_000_000 + number * 16 + orders.line_no[rows.line]),
        "Listing ID": digits(1_500_000_000 + page.block.journey.sku[rows.line], 10),
        "Date Paid": dates(page.found.paid[rows.owner], page.as_of, form=MONTH_FIRST),
        "Ship Name": constant("Test Buyer"),
        "Ship Address1": constant("1 Test St"),
        **_place(rows, "Ship City", "Ship State", "Ship Country"),
        "Order ID": rows.number,
        "Order Type": constant("online"),
        "Listings Type": constant("listing"),
        "Payment Type": constant("online_cc"),
        "SKU": rows.sku,
    })  # fmt: skip


def _place(rows: Slice, city: str, state: str, country: str) -> dict[str, Column]:
    """City, province and country of each row's order, under the names of the file."""
    world, orders = rows.page.world, rows.page.block.orders
    region = orders.region[rows.owner]
    return {
        city: city_names(world, orders, "utf-8").take(rows.owner),
        state: words([r[1] for r in world.region_names], region),
        country: words([r[0] for r in world.region_names], region),
    }
