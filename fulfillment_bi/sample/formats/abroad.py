"""TikTok Shop and Amazon, as their seller centres export them."""

from __future__ import annotations

from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.formats import headers
from fulfillment_bi.sample.formats.platform import by_line, export, filled
from fulfillment_bi.sample.identity import city_names
from fulfillment_bi.sample.layout import Export
from fulfillment_bi.sample.orderfiles import Pages
from fulfillment_bi.sample.text import DAY_FIRST, constant, digits, join, money, numbers, universal, words

_TIKTOK = ("Unpaid", "To ship", "To ship", "Shipped", "Completed", "Canceled")
_AMAZON = ("Pending", "Unshipped", "Unshipped", "Shipped", "Shipped - Delivered to Buyer", "Cancelled")
_ITEMS = ("Unshipped", "Unshipped", "Unshipped", "Shipped", "Shipped", "Cancelled")

TIKTOK_SHOP = export("tiktok_orders.csv", headers.TIKTOK_SHOP, "utf-8-sig", "\n")
AMAZON = Export(
    "amazon_all_orders.txt", "orders", "utf-8", {cell: cell for cell in headers.AMAZON}, separator="\t", newline="\r\n"
)


def tiktok_orders(page: Pages) -> Columns:
    """One row per SKU, the order's money on every one of them; the day first, a tab behind ids and times."""
    rows = by_line(page, "tiktok_shop")
    orders = page.block.orders
    value, _, freight, _ = rows.cents()
    tab = constant("\t")
    return filled(headers.TIKTOK_SHOP, {
        "Order ID": join(rows.number, tab),
        "Order Status": rows.status(_TIKTOK),
        "Normal or Pre-order": constant("Normal"),
        "SKU ID": join(rows.sku, tab),
        "Seller SKU": rows.sku,
        "Product Name": words(page.world.products.english, page.block.journey.sku[rows.line]),
        "Variation": constant("Default"),
        "Quantity": numbers(orders.quantity[rows.line]),
        "SKU Subtotal After Discount": rows.line_value(),
        "SKU Unit Original Price": money(orders.price[rows.line]),
        "Shipping Fee After Discount": money(freight),
        "Order Amount": money(value),
        "Created Time": rows.when(orders.created, form=DAY_FIRST, after=b"\t"),
        "Paid Time": rows.when(page.found.paid, form=DAY_FIRST, after=b"\t"),
        "Payment Method": constant("Card"),
        "Buyer Username": join(constant("tb_"), digits(orders.customer[rows.owner], 10)),
        "Recipient": constant("T*** U***"),
    })  # fmt: skip


def amazon_orders(page: Pages) -> Columns:
    """One row per item, separated by tabs, never quoted, times with an offset."""
    rows = by_line(page, "amazon")
    orders, world = page.block.orders, page.world
    region = orders.region[rows.owner]
    created = universal(orders.created[rows.owner], page.as_of)
    shop = words(("Amazon.com", "Amazon.de", "Amazon.co.jp"), orders.shop[rows.owner])
    return filled(headers.AMAZON, {
        "amazon-order-id": rows.number,
        "merchant-order-id": rows.number,
        "purchase-date": created,
        "last-updated-date": created,
        "order-status": rows.status(_AMAZON),
        "fulfillment-channel": constant("Merchant"),
        "sales-channel": shop,
        "ship-service-level": constant("Standard"),
        "product-name": words(world.products.english, page.block.journey.sku[rows.line], quoted=True),
        "sku": rows.sku,
        "item-status": rows.status(_ITEMS),
        "quantity": numbers(orders.quantity[rows.line]),
        "currency": constant("CNY"),
        "item-price": rows.line_value(),
        "ship-city": city_names(world, orders, "utf-8").take(rows.owner),
        "ship-state": words([r[1] for r in world.region_names], region),
        "ship-country": words([r[0] for r in world.region_names], region),
        "is-business-order": constant("false"),
        "is-sold-by-ab": constant("false"),
    })  # fmt: skip
