"""Literal rows in, causes of broken promises out: one order a rule, then what several rules make of one order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.warehouse.engine import Limits
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.warehouse.world import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 1, 0)  # 09:00 in Shanghai
STEPS = ("reviewed_at", "allocated_at", "picked_at", "packed_at", "shipped_at_warehouse")
WINDOW = 5 * 24 * 3600
Causes = dict[str, list[dict[str, Any]]]


def sent(
    world: World,
    order_no: str,
    *,
    late: dict[str, int] | None = None,
    road: timedelta | None = DAY,
    qty: int = 2,
    parcel: dict[str, Any] | None = None,
    **order: Any,
) -> None:
    """An order of its own SKU promised within five days; `late` are more hours for a step, `road` from scan to door."""
    world.order(order_no, **{"promised_delivery_at_original": START + 5 * DAY, "paid_at": START, **order})
    world.line(order_no, "1", sku=order_no, qty_ordered=2)
    at, steps = START, dict[str, datetime]()
    for step in STEPS:
        at += HOUR + (late or {}).get(step, 0) * HOUR
        steps[step] = at
    world.fulfilment(order_no, "T" + order_no, line_no="1", sku=order_no, qty_shipped=qty, warehouse="W", **steps)
    scan = at + HOUR + (late or {}).get("scan", 0) * HOUR
    arrival = {"delivered_at": scan + road} if road else {}
    world.parcel(order_no, "T" + order_no, first_scan_at=scan, carrier="C", **arrival, **(parcel or {}))


def withdrawn(world: World, order_no: str, reason: str | None) -> None:
    world.order(
        order_no, paid_at=START, promised_delivery_at_original=START + 5 * DAY, cancelled_by="seller",
        cancelled_at=START + DAY, cancel_reason=reason, status="cancelled",
    )  # fmt: skip


def stock(world: World, sku: str, available: int, on_hand: int = 0) -> None:
    """Stock on the evening of the first day."""
    world.insert(
        "stock_levels", date=date(2026, 3, 2), sku=sku, warehouse="W", batch="", on_hand=on_hand, available=available
    )


def purchase(world: World, sku: str, **values: Any) -> None:
    """A line of a purchase order that is overdue by six days."""
    dates = {"ordered_at": START - 9 * DAY, "promised_at_original": START - DAY, "received_at": START + 5 * DAY}
    world.insert(
        "purchase_lines", po_no="PO-" + sku, line_no="1", supplier="S", sku=sku, warehouse="W", qty_ordered=10,
        receipt_no="1", **(dates | values),
    )  # fmt: skip


def fill(world: World) -> None:
    """Three orders that kept their promise set the budgets: an hour a step, a day on the road. The others fail."""
    world.insert("tickets", source="clock", ticket_no="1", opened_at=START + 30 * DAY)
    for number in range(30):
        sent(world, f"kept{number}")
    for step in (*STEPS, "scan"):
        sent(world, step, late={step: 120})
    sent(world, "road", road=6 * DAY)
    sent(world, "door", road=6 * DAY)
    world.insert(
        "parcel_events", carrier="C", tracking_no="Tdoor", event_at=START + 2 * DAY, code="OFD", description="派件中"
    )
    sent(world, "two", late={"reviewed_at": 72, "picked_at": 72, "packed_at": 5})
    sent(world, "three", late={"reviewed_at": 72, "picked_at": 72, "shipped_at_warehouse": 72})
    for order_no in ("overdue", "oversold", "bought"):
        sent(world, order_no, late={"allocated_at": 120})
        stock(world, order_no, available=-2)
    purchase(world, "overdue")
    purchase(world, "bought", received_at=START - DAY)
    purchase(world, "allocated_at")
    sent(world, "ghost", qty=1)
    stock(world, "ghost", available=7, on_hand=7)
    for order_no, reason in (("no stock", "缺货"), ("no address", "地址错误"), ("no reason", None)):
        withdrawn(world, order_no, reason)
    for exception in ("returned", "refused", "lost"):
        sent(world, exception, road=None, parcel={"exception": exception})
    sent(world, "nowhere", road=6 * DAY, address_ok=False)
    sent(world, "held", late={"reviewed_at": 120}, hold_reason="平台风控")
    sent(world, "unpaid", paid_at=START + 3 * DAY, late={"reviewed_at": 100})
    world.order("bare", created_at=None, promised_delivery_at_original=START - DAY)


@pytest.fixture(scope="module")
def causes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Causes]:
    session = DuckEngine().open_writer(Path(":memory:"), Limits(), tmp_path_factory.mktemp("causes"))
    world = World(session, start=START)
    fill(world)
    world.build(only="fct_order_cause")
    names, rows = session.columns("SELECT * FROM fct_order_cause ORDER BY order_no, cause")
    found: Causes = {}
    for row in rows:
        record = dict(zip(names, row, strict=True))
        found.setdefault(record["order_no"], []).append(record)
    yield found
    session.close()


def test_a_kept_promise_has_no_cause(causes: Causes) -> None:
    assert not [order_no for order_no in causes if order_no.startswith("kept")]


@pytest.mark.parametrize(
    ("order_no", "expected"),
    [
        ("reviewed_at", [("review_queue", "us", "review")]),
        ("allocated_at", [("allocation", "us", "allocate")]),  # with stock, so the overdue purchase plays no part
        ("picked_at", [("pick_pack", "us", "pick")]),
        ("packed_at", [("pick_pack", "us", "pack")]),
        ("shipped_at_warehouse", [("hand_over", "us", "ship")]),
        ("scan", [("hand_over", "carrier", "pickup")]),
        ("road", [("line_haul", "carrier", "deliver")]),
        ("door", [("last_mile", "carrier", "last_mile")]),
        ("two", [("pick_pack", "us", "pick"), ("review_queue", "us", "review")]),  # five hours of packing do not count
        ("overdue", [("purchase_late", "supplier", "purchase_late")]),
        ("oversold", [("oversell", "us", "sold_beyond_stock")]),
        ("bought", [("oversell", "us", "sold_beyond_stock")]),  # what was received in time explains nothing
        ("ghost", [("stock_short", "us", "stock_missing")]),
        ("no stock", [("stock_short", "us", "withdrawn_for_stock")]),
        ("no address", [("wrong_address", "customer", "address_reported")]),
        ("no reason", [("unknown", "us", "withdrawn")]),
        ("returned", [("wrong_address", "customer", "parcel_returned")]),
        ("refused", [("customer", "customer", "parcel_refused")]),
        ("lost", [("line_haul", "carrier", "parcel_lost")]),
        ("held", [("platform", "platform", "held_by_platform")]),
        ("bare", [("unknown", "unknown", "unknown")]),
    ],
)
def test_what_broke_it_and_who_is_accountable(
    causes: Causes, order_no: str, expected: list[tuple[str, str, str]]
) -> None:
    assert [(one["cause"], one["accountable"], one["cause_rule"]) for one in causes[order_no]] == expected


def test_what_is_found_beside_other_causes(causes: Causes) -> None:
    assert "wrong_address" in {one["cause"] for one in causes["nowhere"]}
    assert {one["cause"] for one in causes["unpaid"]} == {"customer", "review_queue"}


def test_causes_share_an_order_equally_and_exactly(causes: Causes) -> None:
    shares = {order_no: [one["cause_share"] for one in rows] for order_no, rows in causes.items()}
    assert shares["road"] == [Decimal(1)]
    assert shares["two"] == [Decimal("0.5")] * 2
    assert shares["three"] == [Decimal("0.3334"), Decimal("0.3333"), Decimal("0.3333")]
    assert {one["cause_count"] for one in causes["three"]} == {3}


def test_the_evidence(causes: Causes) -> None:
    road, overdue, ghost = causes["road"][0], causes["overdue"][0], causes["ghost"][0]
    # The road's budget is what is left of the promise, so that it overran by the lateness.
    assert (road["budget_seconds"], road["over_seconds"]) == (WINDOW - 6 * 3600, 6 * 24 * 3600 - WINDOW + 6 * 3600)
    assert (overdue["short_sku"], overdue["po_no"]) == ("overdue", "PO-overdue")
    assert (ghost["short_sku"], ghost["qty_short"]) == ("ghost", Decimal(1))
