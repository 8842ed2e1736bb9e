"""Random stock, counts and purchases as rows of the contracts, built into facts by the models."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from fulfillment_bi.warehouse.engine import Session
from tests.warehouse.world import World

START = datetime(2026, 1, 1, 1, 0)  # 09:00 in Shanghai
DAYS = 110
SKUS = ("S1", "S2", "S3", "S4", "S5")
WAREHOUSES = {"GZ": 1, "SH": 3}
"""Warehouse -> days from one snapshot to the next."""
SUPPLIERS = ("Acme", "Bolt", "Core", None)


def fill_stock(session: Session, seed: int, *, days: int = DAYS, orders: int = 150, purchases: int = 60) -> None:
    """Write random state tables and build the models."""
    dice = random.Random(seed)
    world = World(session, start=START)
    _products(world, dice)
    _levels(world, dice, days)
    _orders(world, dice, days, orders)
    _counts(world, dice, days)
    _purchases(world, dice, days, purchases)
    world.build()


def _products(world: World, dice: random.Random) -> None:
    for place, sku in enumerate(SKUS[:4]):
        ends = START + timedelta(days=60) if sku == "S4" else None
        category = ("shoes", "bags")[place % 2]
        world.insert(
            "products", sku=sku, category=category, brand="Zeta", cost=dice.randint(1, 9), discontinued_at=ends
        )


def _levels(world: World, dice: random.Random, days: int) -> None:
    first = date(2026, 1, 1)
    for sku in SKUS:
        for warehouse, step in WAREHOUSES.items():
            for offset in range(0, days, step):
                if dice.random() < 0.1:
                    continue
                batches = ("b1", "b2") if sku == "S1" else ("",)
                for batch in batches:
                    world.insert(
                        "stock_levels",
                        date=first + timedelta(days=offset),
                        sku=sku,
                        warehouse=warehouse,
                        batch=batch,
                        on_hand=dice.choice((0, 0, 3, 8, 40, -1)),
                        reserved=dice.choice((None, 0, 2)),
                        available=dice.choice((None, None, 0, 5)),
                        in_transit=dice.choice((None, 4)),
                        safety_stock=dice.choice((None, 5)),
                        unit_cost=dice.choice((None, Decimal("2.5"), 4)),
                        received_on=first - timedelta(days=dice.randint(0, 400)) if batch else None,
                        expires_on=first + timedelta(days=dice.randint(60, 200)) if batch else None,
                    )


def _orders(world: World, dice: random.Random, days: int, count: int) -> None:
    for number in range(count):
        created = START + timedelta(minutes=dice.randrange(days * 1440))
        order_no = f"o{number}"
        promise = created + timedelta(days=2) if dice.random() < 0.9 else None
        world.order(order_no, created_at=created, promised_ship_at_original=promise)
        for place in range(dice.randint(1, 2)):
            world.line(
                order_no,
                str(place),
                sku=dice.choice((*SKUS, "S9")),
                qty_ordered=dice.randint(1, 5),
                unit_price=dice.choice((None, Decimal("9.9"), 20)),
            )
        if dice.random() < 0.7:
            shipped = created + timedelta(days=dice.choice((1, 5)))
            warehouse = dice.choice(("GZ", "SH", None))
            world.fulfilment(order_no, f"t{number}", warehouse=warehouse, shipped_at_platform=shipped)


def _counts(world: World, dice: random.Random, days: int) -> None:
    for number in range(40):
        book = dice.choice((0, 10, 100, 500))
        world.insert(
            "stock_counts",
            counted_at=START + timedelta(minutes=dice.randrange(days * 1440), seconds=number),
            sku=dice.choice(SKUS),
            warehouse=dice.choice(("GZ", "SH", "XA")),
            location=dice.choice((None, "A1", "A2")),
            book_qty=book,
            counted_qty=max(book + dice.choice((0, 0, 1, -2, 7)), 0),
        )


def _purchases(world: World, dice: random.Random, days: int, count: int) -> None:
    for number in range(count):
        ordered = START + timedelta(days=dice.randrange(days))
        promised = ordered + timedelta(days=dice.randint(3, 20)) if dice.random() < 0.9 else None
        later = promised + timedelta(days=4) if promised and dice.random() < 0.3 else None
        confirmed = ordered + timedelta(hours=dice.randint(-2, 150)) if number % 4 else None
        receipts = dice.choice((0, 1, 1, 1, 2))
        shared = {
            "po_no": f"p{number // 2}",
            "line_no": str(number),
            "supplier": dice.choice(SUPPLIERS),
            "sku": dice.choice(SKUS),
            "warehouse": dice.choice(("GZ", "SH", None)),
            "shipment_mode": dice.choice(("Air", "Truck", None)),
            "ordered_at": ordered if dice.random() < 0.9 else None,
            "sent_at": ordered + timedelta(hours=1),
            "confirmed_at": confirmed,
            "promised_at_original": promised,
            "promised_at_current": later,
            "qty_ordered": 10,
            "unit_cost": dice.choice((None, 3, 5)),
        }
        for receipt in range(max(receipts, 1)):
            arrives = ordered + timedelta(days=dice.randint(-1, 25)) if receipts else None
            world.insert(
                "purchase_lines",
                **shared,
                receipt_no=str(receipt),
                received_at=arrives,
                qty_received=dice.choice((None, 4, 6, 10, 12)) if receipts else None,
                qty_rejected=dice.choice((None, 0, 1)) if receipts else None,
            )
