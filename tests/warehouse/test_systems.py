"""The same order seen by platform, warehouse and carrier: literal rows in, one order and its match out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.warehouse.world import World

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 1, 0)
PLATFORM, WAREHOUSE, CARRIER = ("platform",), ("warehouse",), ("carrier",)


@pytest.fixture
def world(session: Any) -> World:
    return World(session, start=START)


def order(world: World, order_no: str, *, channel: str = "shop", **values: Any) -> None:
    """An order of two units of SKU A, as the platform knows it."""
    values = {"created_at": START, "paid_at": START, "status": "shipped", "systems": PLATFORM, **values}
    world.insert("orders", channel=channel, order_no=order_no, **values)
    world.insert("order_lines", channel=channel, order_no=order_no, line_no="1", sku="A", qty_ordered=2, unit_price=1)


def sent(world: World, order_no: str, number: str, system: tuple[str, ...], **values: Any) -> None:
    values = {"channel": "shop", **values}
    world.insert("fulfilments", order_no=order_no, fulfilment_no=number, systems=system, **values)


def parcel(world: World, tracking_no: str, system: tuple[str, ...], **values: Any) -> None:
    world.insert("parcels", tracking_no=tracking_no, systems=system, **{"carrier": "SF", **values})


def systems(world: World, *columns: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(order number or tracking number, pair) -> columns."""
    world.build()
    rows = world.session.rows(
        f"SELECT order_no || tracking_no, system_pair, {', '.join(columns)} FROM fct_order_system"
    )
    return {(row[0], row[1]): row[2:] for row in rows}


def times(world: World, order_no: str) -> tuple[Any, ...]:
    columns = ("shipped_at_warehouse", "shipped_at_platform", "first_scan_at", "shipped_at", "delivered_at")
    found = world.orders(*columns)[order_no]
    return tuple(None if at is None else (at - START) / HOUR for at in found)


def test_three_systems_tell_of_one_parcel_and_its_three_times_of_sending_stay(world: World) -> None:
    order(world, "1", promised_ship_at_original=START + 10 * HOUR)
    sent(world, "1", "platform", PLATFORM, tracking_no="T", shipped_at_platform=START + 2 * HOUR)
    sent(
        world,
        "1",
        "WMS/A",
        WAREHOUSE,
        tracking_no="T",
        sku="A",
        qty_shipped=2,
        warehouse="W1",
        picked_at=START + HOUR / 2,
        shipped_at_warehouse=START + HOUR,
    )
    # The carrier's own warehouse codes the goods in its own way.
    sent(world, "1", "C/X9", CARRIER, tracking_no="T", sku="X9", qty_shipped=2, shipped_at_warehouse=START + 3 * HOUR)
    parcel(world, "T", PLATFORM, channel="shop", order_no="1", carrier="SF Express", delivered_at=START + 90 * HOUR)
    parcel(world, "T", CARRIER, carrier="SF", first_scan_at=START + 5 * HOUR, delivered_at=START + 50 * HOUR)
    assert times(world, "1") == (1, 2, 5, 5, 50)
    assert world.lines("qty_ordered", "units_ship_original", "filled_ship_original") == {("1", "1"): (2, 2, 0)}
    assert world.session.rows("SELECT count(*) FROM fct_order") == [(1,)]
    assert not [issue for _, issue in world.issues() if issue == "shipment_unmatched"]
    assert {pair: row for (_, pair), row in systems(world, "is_due", "is_matched", "missing_in").items()} == {
        "platform-warehouse": (1, 1, "none"),
        "platform-carrier": (1, 1, "none"),
        "warehouse-carrier": (1, 1, "none"),
    }


def test_parcels_are_matched_one_by_one(world: World) -> None:
    order(world, "1")
    sent(world, "1", "T1", PLATFORM, tracking_no="T1", shipped_at_platform=START + 2 * HOUR)
    sent(world, "1", "T2", PLATFORM, tracking_no="T2", shipped_at_platform=START + 4 * HOUR)
    for number, hours in (("T1", 1), ("T2", 3)):
        sent(
            world,
            "1",
            f"WMS{number}",
            WAREHOUSE,
            tracking_no=number,
            sku="A",
            qty_shipped=1,
            shipped_at_warehouse=START + hours * HOUR,
        )
    assert times(world, "1") == (3, 4, None, 4, None)
    assert not [issue for _, issue in world.issues() if issue == "shipment_unmatched"]


def test_a_report_without_a_number_speaks_of_the_goods_it_names(world: World) -> None:
    order(world, "1")
    world.insert("order_lines", channel="shop", order_no="1", line_no="2", sku="B", qty_ordered=1, unit_price=1)
    sent(world, "1", "1", PLATFORM, sku="A", shipped_at_platform=START + 2 * HOUR)
    sent(world, "1", "2", PLATFORM, sku="B", shipped_at_platform=START + 9 * HOUR)
    for sku, hours in (("A", 1), ("B", 8)):
        sent(
            world,
            "1",
            f"WMS{sku}",
            WAREHOUSE,
            tracking_no=f"T{sku}",
            sku=sku,
            shipped_at_warehouse=START + hours * HOUR,
        )
    world.build()
    lines = world.session.rows("SELECT line_no, shipped_at FROM fct_order_line ORDER BY 1")
    assert lines == [("1", START + 2 * HOUR), ("2", START + 9 * HOUR)]
    assert times(world, "1") == (8, 9, None, 9, None)


def test_without_tracking_numbers_the_goods_decide(world: World) -> None:
    order(world, "1")
    sent(world, "1", "1", PLATFORM, shipped_at_platform=START + 2 * HOUR)
    sent(world, "1", "W", WAREHOUSE, sku="A", qty_shipped=2, shipped_at_warehouse=START + HOUR)
    assert times(world, "1") == (1, 2, None, 2, None)


def test_an_order_number_without_channel_is_joined_only_where_one_channel_has_it(world: World) -> None:
    order(world, "1")
    order(world, "2")
    order(world, "2", channel="other")
    for channel in ("shop", "other"):
        sent(world, "2", "P", PLATFORM, channel=channel, shipped_at_platform=START + HOUR)
    order(world, "9", status="created")
    order(world, "8", channel="other", status="created", created_at=START + 2 * HOUR)
    for number in ("1", "2", "3"):
        sent(world, number, f"W{number}", WAREHOUSE, channel="unknown", shipped_at_warehouse=START + HOUR)
    # A named channel is believed: this is not order 1 of "shop".
    sent(world, "1", "X", WAREHOUSE, channel="other", shipped_at_warehouse=START + HOUR)
    world.build()
    rows = world.session.rows(
        "SELECT channel, order_no, match_state, missing_in, is_due FROM fct_order_system "
        "JOIN dim_channel USING (channel_id) ORDER BY ALL"
    )
    assert rows == [
        ("other", "1", "unknown_order", "platform", 1),
        ("other", "2", "order", "warehouse", 1),
        # Not sent by anyone's word: no system misses it yet.
        ("other", "8", "order", "warehouse", 0),
        ("shop", "1", "order", "none", 1),
        ("shop", "2", "order", "warehouse", 1),
        ("shop", "9", "order", "warehouse", 0),
        ("unknown", "2", "ambiguous", "platform", 1),
        ("unknown", "3", "unknown_order", "platform", 1),
    ]
    assert world.session.rows("SELECT order_no, shipped_at_warehouse IS NOT NULL FROM fct_order ORDER BY ALL") == [
        ("1", True),
        ("2", False),
        ("2", False),
        ("8", False),
        ("9", False),
    ]


def test_an_order_without_channel_is_the_platforms_order(world: World) -> None:
    order(world, "1")
    world.insert("orders", channel="unknown", order_no="1", created_at=START, systems=WAREHOUSE)
    world.insert("orders", channel="unknown", order_no="7", created_at=START, systems=WAREHOUSE)
    sent(world, "7", "W7", WAREHOUSE, channel="unknown", shipped_at_warehouse=START + HOUR)
    sent(world, "1", "W1", WAREHOUSE, channel="unknown", shipped_at_warehouse=START + HOUR)
    assert sorted(world.orders("order_no")) == ["1", "7"]
    found = systems(world, "missing_in", "match_state")
    assert found == {
        ("1", "platform-warehouse"): ("none", "order"),
        ("7", "platform-warehouse"): ("platform", "order"),
    }


def test_who_packed_it_is_known_where_the_channel_is_not(world: World) -> None:
    order(world, "1")
    order(world, "2")
    order(world, "2", channel="other")
    for number in ("1", "2"):
        sent(
            world,
            number,
            f"W{number}",
            WAREHOUSE,
            channel="unknown",
            operator_key="p7",
            scan_checked=True,
            shipped_at_warehouse=START + HOUR,
        )
    rows = world.facts("fct_order", "order_no", "operator", "scan_check_known", "is_scan_checked")
    # Two channels have an order 2: nobody knows which of them was packed.
    unknown = next(row[1] for row in rows if row[0] == "2")
    assert sorted(rows) == [("1", "p7", 1, 1), ("2", unknown, 0, 0), ("2", unknown, 0, 0)]
    assert unknown != "p7"


def test_a_carriers_parcel_without_order_is_found_by_its_number(world: World) -> None:
    order(world, "1")
    order(world, "2")
    sent(world, "1", "W1", WAREHOUSE, tracking_no="T1", carrier="SF", shipped_at_warehouse=START + HOUR)
    sent(world, "2", "W2", WAREHOUSE, tracking_no="T2", carrier="SF", shipped_at_warehouse=START + 20 * HOUR)
    parcel(world, "T2", WAREHOUSE, channel="shop", order_no="2", carrier="Shunfeng")
    for number, hours in (("T1", 2), ("T2", 3), ("T3", 4)):
        parcel(world, number, CARRIER, first_scan_at=START + hours * HOUR)
    assert times(world, "1")[2] == 2
    assert times(world, "2")[2] == 3
    found = systems(world, "missing_in", "match_state", "order_key > 0")
    carriers = {number: row for (number, pair), row in found.items() if pair == "warehouse-carrier"}
    assert carriers == {
        "1": ("none", "order", True),
        "2": ("none", "order", True),
        "T3": ("warehouse", "no_order_number", False),
    }


def test_two_carriers_use_one_number(world: World) -> None:
    order(world, "1")
    order(world, "2")
    sent(world, "1", "W1", WAREHOUSE, tracking_no="T", carrier="SF", shipped_at_warehouse=START + HOUR)
    sent(world, "2", "W2", WAREHOUSE, tracking_no="T", carrier="ZTO", shipped_at_warehouse=START + HOUR)
    parcel(world, "T", CARRIER, carrier="SF", first_scan_at=START + 2 * HOUR)
    parcel(world, "T", CARRIER, carrier="ZTO", first_scan_at=START + 7 * HOUR)
    assert (times(world, "1")[2], times(world, "2")[2]) == (2, 7)


def test_a_system_is_not_blamed_for_a_time_it_does_not_speak_of(world: World) -> None:
    for number, hours in (("early", 1), ("first", 10), ("lost", 20), ("last", 30), ("late", 40)):
        order(world, number)
        sent(world, number, "p", PLATFORM, shipped_at_platform=START + hours * HOUR)
    for number, hours in (("first", 10), ("last", 30)):
        sent(world, number, "w", WAREHOUSE, shipped_at_warehouse=START + hours * HOUR)
    found = systems(world, "is_due", "is_unmatched")
    assert {number: row for (number, _), row in found.items()} == {
        "early": (0, 1),
        "first": (1, 0),
        "lost": (1, 1),
        "last": (1, 0),
        "late": (0, 1),
    }


def test_systems_that_were_never_connected_are_not_compared(world: World) -> None:
    order(world, "1")
    sent(world, "1", "p", PLATFORM, shipped_at_platform=START + HOUR)
    assert systems(world, "is_due") == {}


def test_where_the_systems_disagree_on_how_far_an_order_is(world: World) -> None:
    late = START + 100 * HOUR
    cases = {
        # name: (platform's status, sent by the warehouse, scanned, signed)
        "agree": ("delivered", True, True, True),
        "unconfirmed": ("shipped", True, True, True),
        "platform_open": ("paid", True, True, False),
        "platform_ahead": ("shipped", False, False, False),
        "signed_early": ("delivered", True, True, False),
    }
    for name, (status, warehouse, scanned, signed) in cases.items():
        order(world, name, status=status)
        at = START + HOUR
        if status != "paid":
            sent(world, name, "p" + name, PLATFORM, tracking_no=name, shipped_at_platform=at)
        sent(
            world,
            name,
            "w" + name,
            WAREHOUSE,
            tracking_no=name,
            sku="A",
            picked_at=at,
            shipped_at_warehouse=at if warehouse else None,
        )
        parcel(
            world,
            name,
            CARRIER,
            channel="shop",
            order_no=name,
            first_scan_at=at if scanned else None,
            delivered_at=late if signed else None,
        )
    found = systems(world, "is_compared", "state_pair")
    assert {pair: row for pair, row in found.items() if row != (1, "none")} == {
        ("platform_open", "platform-warehouse"): (1, "open-sent"),
        ("platform_open", "platform-carrier"): (1, "open-sent"),
        ("platform_ahead", "platform-warehouse"): (1, "sent-open"),
        ("platform_ahead", "platform-carrier"): (1, "sent-open"),
        ("signed_early", "platform-carrier"): (1, "signed-sent"),
    }


def test_a_conflict_carries_the_dimensions_of_its_order(world: World) -> None:
    order(world, "1", shop="flagship", province="Zhejiang")
    world.insert("orders", channel="unknown", order_no="1", created_at=START, city="Bonn", systems=WAREHOUSE)
    seen = START + 48 * HOUR
    for values in (
        ("orders", "shop / 1", "shop", "1", "paid_at", "platform", str(START), "carrier", "2026-03-03 01:00:00"),
        ("orders", "unknown / 1", "unknown", "1", "city", "platform", "Ulm", "warehouse", "Bonn"),
        ("stock_levels", "2026-03-02 / A / W", None, None, "on_hand", "warehouse", "5.0000", "platform", "7.0000"),
    ):
        world.session.execute(
            "INSERT INTO conflicts BY NAME SELECT ? AS entity, 0 AS record_hash, ? AS record_key, ? AS channel, "
            "? AS order_no, ? AS column_name, ? AS winning_system, ? AS winning_value, ? AS other_system, "
            "? AS other_value, CAST(? AS TIMESTAMP) AS seen_at",
            (*values, seen),
        )
    world.build()
    rows = world.session.rows(
        "SELECT entity, conflict_column, system_pair, winning_value, other_value, channel, shop, created_day::VARCHAR "
        "FROM fct_conflict JOIN dim_channel USING (channel_id) JOIN dim_shop USING (shop_id) ORDER BY entity, 2"
    )
    assert rows == [
        ("orders", "city", "platform-warehouse", "Ulm", "Bonn", "shop", "flagship", "2026-03-02"),
        ("orders", "paid_at", "platform-carrier", "2026-03-02 09:00:00", "2026-03-03 09:00:00", "shop", "flagship",
         "2026-03-02"),
        ("stock_levels", "on_hand", "platform-warehouse", "5.0000", "7.0000", "unknown", "unknown", "2026-03-04"),
    ]  # fmt: skip
