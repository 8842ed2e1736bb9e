"""Literal rows in, facts out: one small world per rule about stock, counts and purchases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.warehouse.world import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 1, 0)  # 09:00 in Shanghai
TODAY = date(2026, 3, 2)


@pytest.fixture
def world(session: Any) -> World:
    return World(session, start=START)


def level(world: World, offset: int, sku: str = "A", warehouse: str = "GZ", **values: Any) -> None:
    """A snapshot `offset` days after the first."""
    world.insert("stock_levels", date=TODAY + offset * DAY, sku=sku, warehouse=warehouse, **{"on_hand": 0, **values})


def sold(world: World, number: int, offset: int, units: int, *, sku: str = "A", sent: bool = True, **line: Any) -> None:
    """An order of one line, placed `offset` days after the first snapshot and promised a day later."""
    at = START + offset * DAY
    world.order(f"o{number}", created_at=at, promised_ship_at_original=at + DAY)
    world.line(f"o{number}", "1", sku=sku, qty_ordered=units, **{"unit_price": 10, **line})
    if sent:
        world.fulfilment(f"o{number}", f"t{number}", warehouse="GZ", shipped_at_platform=at + HOUR)


def days(world: World, *columns: str) -> dict[tuple[str, str, int], tuple[Any, ...]]:
    """(SKU, warehouse, days after the first snapshot) -> columns of fct_stock_day."""
    world.build()
    rows = world.session.rows(
        f"SELECT sku, warehouse, snapshot_day - DATE '2026-03-02', {', '.join(columns)} "
        "FROM fct_stock_day JOIN dim_sku USING (sku_id) JOIN dim_warehouse USING (warehouse_id)"
    )
    return {row[:3]: row[3:] for row in rows}


def items(world: World, *columns: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(SKU, warehouse) -> columns of fct_stock_item."""
    world.build()
    rows = world.session.rows(
        f"SELECT sku, warehouse, {', '.join(columns)} "
        "FROM fct_stock_item JOIN dim_sku USING (sku_id) JOIN dim_warehouse USING (warehouse_id)"
    )
    return {row[:2]: row[2:] for row in rows}


def lines(world: World, *columns: str) -> dict[str, tuple[Any, ...]]:
    """Line -> columns of fct_purchase_line."""
    world.build()
    return {
        row[0]: row[1:] for row in world.session.rows(f"SELECT line_no, {', '.join(columns)} FROM fct_purchase_line")
    }


def bought(world: World, line_no: str, **values: Any) -> None:
    """A line of ten units, promised ten days after the first day."""
    defaults = {"receipt_no": "", "sku": "A", "qty_ordered": 10, "promised_at_original": START + 10 * DAY}
    world.insert("purchase_lines", po_no="P", line_no=line_no, **{**defaults, **values})


def clock(world: World, offset: int = 60) -> None:
    """The data speak up to then."""
    world.insert("reviews", channel="shop", order_no="none", review_no="1", score=5, created_at=START + offset * DAY)


def test_batches_are_one_stock_and_what_is_missing_is_worked_out(world: World) -> None:
    world.insert("products", sku="A", cost=3)
    level(world, 0, batch="1", on_hand=4, reserved=1, unit_cost=5, in_transit=2)
    level(world, 0, batch="2", on_hand=6, available=5)
    level(world, 0, sku="B", on_hand=-2, unit_cost=7)
    facts = days(world, "on_hand", "reserved", "available", "in_transit", "stock_value", "unit_cost")
    assert facts["A", "GZ", 0] == (10, 1, 8, 2, 38, Decimal("3.8"))
    assert facts["B", "GZ", 0] == (-2, 0, -2, 0, 0, 7)


def test_out_is_nothing_left_to_sell_of_what_is_still_listed(world: World) -> None:
    world.insert("products", sku="gone", discontinued_at=START)
    level(world, 0, on_hand=5, reserved=5)
    level(world, 0, sku="B", on_hand=5, available=1)
    level(world, 0, sku="gone")
    level(world, 0, sku="minus", on_hand=-1, safety_stock=2)
    facts = days(world, "is_listed", "is_out", "is_negative", "is_below_safety")
    assert facts["A", "GZ", 0] == (1, 1, 0, 0)
    assert facts["B", "GZ", 0] == (1, 0, 0, 0)
    assert facts["gone", "GZ", 0] == (0, 0, 0, 0)
    assert facts["minus", "GZ", 0] == (1, 1, 1, 1)


def test_demand_counts_on_the_day_ordered_and_goods_on_the_day_sent(world: World) -> None:
    level(world, 0, on_hand=9, unit_cost=4)
    sold(world, 1, offset=0, units=2)
    world.fulfilment("o2", "t2", warehouse="GZ", shipped_at_platform=START + 3 * DAY)
    sold(world, 2, offset=0, units=3, sent=False)
    clock(world)
    columns = ("is_snapshot", "demand_units", "shipped_units", "cost_of_goods", "due_units", "unmet_units")
    facts = days(world, *columns)
    assert facts["A", "GZ", 0] == (1, 5, 2, 8, 5, 0)
    assert facts["A", "GZ", 3] == (0, 0, 3, 12, 0, 0)  # sent late is not short


def test_units_that_nothing_was_sent_for_belong_to_the_only_warehouse_that_stocks_them(world: World) -> None:
    level(world, 0, on_hand=0)
    level(world, 0, sku="B", on_hand=0)
    level(world, 0, sku="B", warehouse="SH", on_hand=0)
    sold(world, 1, offset=0, units=2, sent=False)
    sold(world, 2, offset=0, units=3, sku="B", sent=False)
    sold(world, 3, offset=0, units=7, sku="never stocked", sent=True)
    clock(world)
    facts = days(world, "due_units", "unmet_units", "is_snapshot")
    assert facts["A", "GZ", 0] == (2, 2, 1)
    assert facts["B", "unknown", 0] == (3, 3, 0)
    assert sum(row[0] for row in facts.values()) == 5


def test_a_promise_still_to_come_is_no_unmet_demand(world: World) -> None:
    level(world, 0)
    sold(world, 1, offset=0, units=2, sent=False)
    assert days(world, "demand_units", "due_units", "unmet_units")["A", "GZ", 0] == (2, 0, 0)


def test_sales_are_lost_at_the_rate_of_the_days_in_stock(world: World) -> None:
    """Two days in stock sold 6 and 0, so a day without loses 3; what was ordered on it all the same says nothing."""
    level(world, 0, on_hand=9)
    level(world, 1, on_hand=9)
    level(world, 2)
    sold(world, 1, offset=0, units=6)
    sold(world, 2, offset=2, units=50)
    assert {row for row in days(world, "is_out", "daily_units", "daily_value").items() if row[0][1] == "GZ"} == {
        (("A", "GZ", 0), (0, 3, 30)),
        (("A", "GZ", 1), (0, 3, 30)),
        (("A", "GZ", 2), (1, 3, 30)),
    }


def test_the_rate_forgets_what_is_three_months_old(world: World) -> None:
    level(world, 0, on_hand=9)
    sold(world, 1, offset=0, units=4)
    level(world, 61)  # May: March still counts
    level(world, 92)  # June: it no longer does
    facts = days(world, "daily_units")
    assert (facts["A", "GZ", 61], facts["A", "GZ", 92]) == ((4,), (0,))


def test_each_warehouse_has_its_own_newest_snapshot(world: World) -> None:
    level(world, 0, on_hand=1)
    level(world, 0, sku="B", on_hand=2)
    level(world, 5, on_hand=3)
    level(world, 2, warehouse="SH", on_hand=4)
    assert items(world, "on_hand") == {("A", "GZ"): (3,), ("A", "SH"): (4,)}
    assert len(world.session.rows("SELECT * FROM dim_snapshot")) == 3


def test_cover_slow_and_excess(world: World) -> None:
    for offset in (0, 50, 100):
        level(world, offset, on_hand=10)
        level(world, offset, sku="slow", on_hand=10, unit_cost=1)
        level(world, offset, sku="empty")
    level(world, 100, sku="new", on_hand=10)
    sold(world, 1, offset=50, units=4)  # in stock on 2 of the days of the last 90: 2 a day
    sold(world, 2, offset=1, units=1, sku="slow")
    columns = ("daily_units", "cover_days", "cover_bucket", "is_known_long", "is_slow", "is_excess")
    facts = items(world, *columns)
    assert facts["A", "GZ"] == (2, 5, "0-7", 1, 0, 0)
    assert facts["slow", "GZ"] == (0, None, "none", 1, 1, 1)
    assert facts["new", "GZ"] == (0, None, "none", 0, 0, 0)  # nobody can know yet
    assert facts["empty", "GZ"] == (0, None, "0", 1, 0, 0)


def test_points_for_cover(world: World) -> None:
    """Four units on one of two days in stock: what there is lasts for half as many days."""
    expected = {7: (Decimal("3.5"), 50), 14: (7, 100), 120: (60, 100), 240: (120, 50), 360: (180, 0), 400: (200, 0)}
    for number, on_hand in enumerate(expected):
        level(world, 0, sku=str(on_hand), on_hand=9)
        sold(world, number, offset=0, units=4, sku=str(on_hand))
        level(world, 1, sku=str(on_hand), on_hand=on_hand)
    found = {int(sku): row for (sku, _), row in items(world, "cover_days", "cover_points").items()}
    assert found == expected


def test_health_is_the_mean_of_what_is_known(world: World) -> None:
    """Cover of 10 / 2 = 5 days: 71.4; out on 1 of 2 days: 50; 3 of 100 off: 97; whether it is slow is not known."""
    level(world, 0)
    level(world, 1, on_hand=10)
    sold(world, 1, offset=1, units=2)
    for qty in (48, 49):
        at = START + (qty - 48) * HOUR
        world.insert("stock_counts", counted_at=at, sku="A", warehouse="GZ", book_qty=50, counted_qty=qty)
    points = ("cover_points", "slow_points", "stockout_points", "accuracy_points", "health_points")
    found = items(world, *points)["A", "GZ"]
    assert found[:4] == (Decimal("71.4286"), None, 50, 97)
    assert float(found[4]) == pytest.approx((71.4286 * 0.3 + 50 * 0.25 + 97 * 0.2) / 0.75, abs=1e-3)


def test_counts(world: World) -> None:
    for number, (location, book, counted) in enumerate(((None, 100, 98), ("A1", 100, 97), (None, 0, 0), ("A1", 0, 1))):
        at = START + number * 8 * HOUR
        world.insert("stock_counts", counted_at=at, sku="A", warehouse="GZ", location=location, book_qty=book,
                     counted_qty=counted)  # fmt: skip
    world.build()
    columns = "qty_off, is_accurate, counted_day, counted_hour, place_key"
    assert world.session.rows(f"SELECT {columns} FROM fct_stock_count ORDER BY counted_at") == [
        (2, 1, TODAY, 9, 1),
        (3, 0, TODAY, 17, 2),
        (0, 1, TODAY + DAY, 1, 1),
        (1, 0, TODAY + DAY, 9, 2),
    ]


def test_batches_age_and_expire(world: World) -> None:
    level(world, 0, batch="old", on_hand=5)
    level(world, 1, batch="old", on_hand=4, unit_cost=2, received_on=TODAY - 30 * DAY, expires_on=TODAY + 31 * DAY)
    level(world, 1, batch="good", on_hand=6, received_on=TODAY + DAY, expires_on=TODAY + 32 * DAY)
    level(world, 1, batch="plain", on_hand=-3)
    world.build()
    columns = "batch, qty, stock_value, has_age, age_days, age_bucket, has_expiry, is_at_risk"
    assert world.session.rows(f"SELECT {columns} FROM fct_stock_batch ORDER BY batch") == [
        ("good", 6, 0, 1, 0, "0-30", 1, 0),
        ("old", 4, 8, 1, 31, "31-60", 1, 1),
        ("plain", 0, 0, 0, None, "none", 0, 0),
    ]


def test_classes(world: World) -> None:
    """Value 80, 15, 5: A makes the first 80 %. Weekly demand of A is even, of B every other week, of C once."""
    for week in range(4):
        sold(world, week, offset=week * 7, units=2, unit_price=10)
        if week % 2:
            sold(world, 10 + week, offset=week * 7, units=1, sku="B", unit_price=Decimal("7.5"))
    sold(world, 20, offset=21, units=1, sku="C", unit_price=5)
    level(world, 0, sku="D")
    clock(world, 21)
    world.build()
    found = world.session.rows("SELECT sku, abc, xyz FROM dim_sku_class JOIN dim_sku USING (sku_id) ORDER BY sku")
    assert found == [("A", "A", "X"), ("B", "B", "Y"), ("C", "C", "Z"), ("D", "C", "Z"), ("unknown", "C", "Z")]


def test_the_window_of_a_receipt(world: World) -> None:
    for days_late in (-6, -5, 0, 1):
        bought(world, str(days_late), received_at=START + (10 + days_late) * DAY)
    bought(world, "never")
    clock(world)
    columns = ("is_due_original", "qty_in_window_original", "is_on_time_original", "arrival", "days_late_original")
    assert lines(world, *columns) == {
        "-6": (1, 0, 1, "early", -6),
        "-5": (1, 10, 1, "in_window", -5),
        "0": (1, 10, 1, "in_window", 0),
        "1": (1, 0, 0, "late", 1),
        "never": (1, 0, 0, "missing", None),
    }


def test_a_promise_counts_once_it_is_due(world: World) -> None:
    bought(world, "1", received_at=START + 2 * DAY)
    bought(world, "2")
    bought(world, "3", promised_at_original=None)
    clock(world, 5)
    columns = ("is_due_original", "is_pending_original", "arrival")
    assert lines(world, *columns) == {"1": (0, 1, "early"), "2": (0, 1, "waiting"), "3": (0, 0, "waiting")}


def test_a_bare_day_is_over_when_nothing_newer_is_known(world: World) -> None:
    """Data that hold days only end with their newest day, not at its start."""
    bare = datetime(2026, 3, 12, 16, 0)  # midnight in Shanghai
    bought(world, "1", received_at=bare, promised_at_original=bare + DAY - timedelta(microseconds=1))
    bought(world, "2", promised_at_original=bare + DAY)
    assert lines(world, "is_due_original", "is_on_time_original") == {"1": (1, 1), "2": (0, 0)}


def test_several_receipts_of_a_line(world: World) -> None:
    for number, (day, qty) in enumerate(((6, 4), (9, 5), (12, 8))):
        received = START + day * DAY
        bought(
            world, "1", receipt_no=str(number), ordered_at=START, received_at=received, qty_received=qty, qty_rejected=1
        )
    clock(world)
    columns = ("qty_received", "qty_filled", "qty_in_window_original", "qty_rejected", "lead_seconds", "arrival")
    assert lines(world, *columns)["1"] == (17, 10, 9, 3, 12 * 86400, "late")


def test_part_of_a_line_received_is_not_the_line(world: World) -> None:
    bought(world, "1", received_at=START + 9 * DAY, qty_received=9)
    clock(world)
    columns = ("is_received", "is_on_time_original", "qty_in_window_original", "received_day", "arrival")
    assert lines(world, *columns)["1"] == (0, 0, 9, None, "missing")


def test_both_promises_and_either_for_a_missing_one(world: World) -> None:
    bought(world, "1", received_at=START + 11 * DAY, promised_at_current=START + 12 * DAY)
    bought(world, "2", received_at=START + 11 * DAY, promised_at_original=None, promised_at_current=START + 12 * DAY)
    clock(world)
    columns = ("is_on_time_original", "is_on_time_current", "qty_in_window_original", "qty_in_window_current")
    assert lines(world, *columns) == {"1": (0, 1, 0, 10), "2": (1, 1, 10, 10)}


def test_response_is_of_the_whole_order_and_counted_once(world: World) -> None:
    bought(world, "1", sent_at=START, confirmed_at=START + HOUR)
    bought(world, "2", sent_at=START, confirmed_at=START + 3 * HOUR)
    bought(world, "3", ordered_at=START + DAY, received_at=START)
    assert lines(world, "is_first", "response_seconds", "sequence_possible") == {
        "1": (1, 3 * 3600, 1),
        "2": (0, None, 1),
        "3": (0, None, 0),
    }


def test_concentration(world: World) -> None:
    """Of A 60 from one and 40 from another: 0.36 + 0.16 = 0.52; of B, without prices, all from one."""
    bought(world, "1", supplier="one", ordered_at=START, unit_cost=6)
    bought(world, "2", supplier="two", ordered_at=START, unit_cost=4)
    bought(world, "3", supplier="two", ordered_at=START, sku="B")
    bought(world, "4", supplier="two", ordered_at=START - 400 * DAY, sku="C", promised_at_original=None)
    clock(world, 1)
    world.build()
    columns = "sku, supplier, supplier_count, is_single, value, value_largest, value_squared"
    joined = "fct_sku_supply JOIN dim_sku USING (sku_id) JOIN dim_supplier USING (supplier_id)"
    found = world.session.rows(f"SELECT {columns} FROM {joined} ORDER BY sku")
    assert found == [("A", "one", 2, 0, 100, 60, 52), ("B", "two", 1, 1, 10, 10, 10)]


def test_coordination_is_the_mean_of_what_is_known(world: World) -> None:
    """Half in the window, all filled, answered in 72 of 24 to 120 hours, 1 in 20 rejected."""
    late = START + 12 * DAY
    bought(world, "1", supplier="one", sent_at=START, confirmed_at=START + 72 * HOUR, received_at=START + 9 * DAY)
    bought(world, "2", supplier="one", received_at=late, qty_rejected=1)
    bought(world, "3", supplier="two")
    clock(world)
    world.build()
    columns = "supplier, on_time_points, fill_points, response_points, quality_points, coordination_points, line_count"
    one, two = world.session.rows(
        f"SELECT {columns} FROM fct_supplier JOIN dim_supplier USING (supplier_id) ORDER BY 1"
    )
    assert one == ("one", 50, 100, 50, 95, Decimal("71.75"), 2)
    assert two == ("two", 0, 0, None, None, 0, 1)


def test_no_key_is_null_and_an_unknown_member_stands_for_what_is_missing(world: World) -> None:
    bought(world, "1", supplier=None, warehouse=None)
    level(world, 0)
    world.build()
    assert world.session.rows("SELECT supplier_id, warehouse_id FROM fct_purchase_line") == [(0, 0)]
    for name in ("supplier", "warehouse", "sku"):
        assert world.session.rows(f"SELECT {name} FROM dim_{name} WHERE {name}_id = 0") == [("unknown",)]


def test_stock_and_receipts_move_the_moment_the_data_speak_up_to(world: World) -> None:
    level(world, 3)
    world.build()
    as_of = "SELECT as_of FROM build_info"
    assert world.session.rows(as_of) == [(datetime(2026, 3, 4, 16, 0),)]  # that day has begun in Shanghai
    bought(world, "1", received_at=START + 9 * DAY)
    world.build()
    assert world.session.rows(as_of) == [(START + 9 * DAY,)]
