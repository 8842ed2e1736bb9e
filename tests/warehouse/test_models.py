"""Literal rows in, facts out: one small world per rule of the metric dictionary that the models decide."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.warehouse.world import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 1, 0)  # 09:00 in Shanghai
LATER = START + 30 * DAY


def delivered(world: World, order_no: str, *, promised: datetime, signed: datetime | None, **order: Any) -> None:
    """An order of one line, sent a day after it was paid."""
    world.order(order_no, promised_delivery_at_original=promised, paid_at=START, **order)
    world.line(order_no, "1", qty_ordered=2)
    world.fulfilment(order_no, "T" + order_no, shipped_at_platform=START + DAY)
    world.parcel(order_no, "T" + order_no, delivered_at=signed)


def clock(world: World) -> None:
    """An order delivered long after all the others: the data speak up to then."""
    delivered(world, "clock", promised=LATER, signed=LATER)


@pytest.fixture
def world(session: Any) -> World:
    return World(session, start=START)


def test_a_promise_counts_once_it_is_due_and_not_before(world: World) -> None:
    delivered(world, "early", promised=LATER + DAY, signed=START + 2 * DAY)
    delivered(world, "kept", promised=START + 3 * DAY, signed=START + 2 * DAY)
    clock(world)
    facts = world.orders("due_sign_original", "pending_sign_original", "otif_sign_original")
    assert facts["early"] == (0, 1, 0)
    assert facts["kept"] == (1, 0, 1)


def test_open_and_overdue_is_late_from_the_moment_the_promise_passes(world: World) -> None:
    delivered(world, "open", promised=START + 3 * DAY, signed=None)
    clock(world)
    assert world.orders("due_sign_original", "late_sign_original", "delivery_state", "is_open")["open"] == (
        1,
        1,
        "open",
        1,
    )


@pytest.mark.parametrize(
    ("cancelled_by", "setting", "due", "late"),
    [
        ("customer", "exclude", 0, 0),
        ("customer", "fail", 0, 0),
        ("timeout", "exclude", 0, 0),
        ("platform", "exclude", 0, 0),
        ("seller", "exclude", 1, 1),
        ("unknown", "exclude", 0, 0),
        ("unknown", "fail", 1, 1),
        (None, "exclude", 0, 0),
        (None, "fail", 1, 1),
    ],
)
def test_who_cancelled_decides_whether_it_is_a_failure(
    world: World, cancelled_by: str | None, setting: str, due: int, late: int
) -> None:
    world.order("gone", promised_delivery_at_original=START + DAY, status="cancelled", cancelled_by=cancelled_by)
    world.line("gone", "1")
    clock(world)
    facts = world.orders(
        "due_sign_original", "late_sign_original", "delivery_state", "cancelled_by", unknown_cancellations=setting
    )
    assert facts["gone"] == (due, late, "cancelled", cancelled_by or "unknown")


def test_a_cancellation_after_the_hand_over_leaves_the_hand_over_judged(world: World) -> None:
    delivered(
        world,
        "late",
        promised=START + 9 * DAY,
        signed=None,
        promised_ship_at_original=START + HOUR,
        status="cancelled",
        cancelled_by="customer",
    )
    clock(world)
    facts = world.orders("due_ship_original", "late_ship_original", "due_sign_original", "ship_state")
    assert facts["late"] == (1, 1, 0, "shipped")


def test_the_original_promise_decides_and_the_renegotiated_one_stands_beside_it(world: World) -> None:
    delivered(
        world,
        "moved",
        promised=START + 2 * DAY,
        signed=START + 4 * DAY,
        promised_delivery_at_current=START + 5 * DAY,
    )
    clock(world)
    assert world.orders("otif_sign_original", "otif_sign_current")["moved"] == (0, 1)


def test_shipped_is_the_first_scan_then_the_platform_then_the_warehouse(world: World) -> None:
    at = {"warehouse": START + HOUR, "platform": START + 2 * HOUR, "scan": START + 3 * HOUR}
    cases = {"all": at, "no_scan": {**at, "scan": None}, "warehouse": {"warehouse": at["warehouse"]}}
    for name, known in cases.items():
        world.order(name)
        world.line(name, "1")
        world.fulfilment(
            name, name, shipped_at_warehouse=known.get("warehouse"), shipped_at_platform=known.get("platform")
        )
        world.parcel(name, name, first_scan_at=known.get("scan"))
    facts = world.orders("shipped_at", "shipped_at_platform")
    assert facts["all"] == (at["scan"], at["platform"])
    assert facts["no_scan"] == (at["platform"], at["platform"])
    assert facts["warehouse"] == (at["warehouse"], None)


def test_an_event_that_a_channel_never_reports_is_undefined_there(world: World) -> None:
    soon = START + 2 * DAY
    delivered(world, "kept", promised=START + 3 * DAY, signed=soon, promised_ship_at_original=soon)
    world.order("open", promised_ship_at_original=START + 2 * DAY)
    world.line("open", "1")
    clock(world)
    facts = world.orders("due_warehouse_original", "due_platform_original", "late_platform_original")
    assert facts["kept"] == (0, 1, 0)
    assert facts["open"] == (0, 1, 1)


def test_an_event_that_was_skipped_over_cannot_be_judged(world: World) -> None:
    soon = START + 2 * DAY
    delivered(world, "seen", promised=START + 3 * DAY, signed=soon, promised_ship_at_original=soon)
    world.order("skipped", promised_ship_at_original=START + 2 * DAY, promised_delivery_at_original=START + 3 * DAY)
    world.line("skipped", "1")
    world.parcel("skipped", "P", delivered_at=START + 2 * DAY)
    clock(world)
    facts = world.orders("due_ship_original", "otif_sign_original", "filled_ship_original")
    assert facts["skipped"] == (0, 1, 1)


def test_impossible_times_are_kept_flagged_and_left_out_of_durations(world: World) -> None:
    world.order("odd", paid_at=START + 2 * HOUR)
    world.line("odd", "1")
    world.fulfilment("odd", "T", shipped_at_platform=START - HOUR)
    world.parcel("odd", "T", delivered_at=START - 2 * HOUR)
    world.order("slow_approval", paid_at=START + 9 * HOUR)
    world.line("slow_approval", "1")
    world.fulfilment("slow_approval", "S", shipped_at_platform=START + HOUR)
    world.order("lost", status="delivered", paid_at=None)
    facts = world.orders("sequence_possible")
    assert facts == {"odd": (0,), "slow_approval": (1,), "lost": (1,)}
    assert world.issues() == {
        ("odd", "shipped_before_created"),
        ("odd", "shipped_before_paid"),
        ("odd", "delivered_before_shipped"),
        ("slow_approval", "shipped_before_paid"),
        ("lost", "delivered_without_time"),
        ("lost", "paid_time_missing"),
        ("lost", "no_lines"),
        ("odd", "promise_missing"),
        ("slow_approval", "promise_missing"),
    }


def test_an_order_withdrawn_before_it_was_paid_is_no_defect(world: World) -> None:
    for cancelled_by in ("timeout", "customer", "unknown"):
        world.order(cancelled_by, status="cancelled", cancelled_by=cancelled_by)
        world.line(cancelled_by, "1")
    clock(world)
    assert world.issues() == {("unknown", "paid_time_missing")}


def test_a_short_line_fails_in_full_but_not_on_time(world: World) -> None:
    world.order("short", promised_delivery_at_original=START + 3 * DAY, status="delivered")
    world.line("short", "1", sku="A", qty_ordered=5, unit_price=10)
    world.line("short", "2", sku="B", qty_ordered=1, unit_price=99)
    world.fulfilment("short", "T", line_no="1", sku="A", qty_shipped=3, shipped_at_platform=START + DAY)
    world.parcel("short", "T", delivered_at=START + 2 * DAY)
    clock(world)
    assert world.orders("late_sign_original", "otif_sign_original", "filled_ship_original", "break_stage")["short"] == (
        0,
        0,
        0,
        "short",
    )
    lines = world.lines("units_sign_original", "fill_units_ship_original", "late_sign_original", "otif_sign_original")
    assert lines["short", "1"] == (3, 3, 0, 0)
    assert lines["short", "2"] == (0, 0, 1, 0)


def test_units_withdrawn_by_the_customer_are_no_longer_owed(world: World) -> None:
    for order_no, cancelled_by in (("customer", "customer"), ("seller", "seller")):
        world.order(order_no, promised_delivery_at_original=START + 3 * DAY, cancelled_by=cancelled_by)
        world.line(order_no, "1", sku="A", qty_ordered=5, qty_cancelled=2)
        world.fulfilment(order_no, order_no, line_no="1", sku="A", qty_shipped=3, shipped_at_platform=START + DAY)
        world.parcel(order_no, order_no, delivered_at=START + 2 * DAY)
    clock(world)
    facts = world.orders("due_sign_original", "late_sign_original", "otif_sign_original")
    assert facts["customer"] == (1, 0, 1)
    assert facts["seller"] == (1, 0, 0)


def test_a_fulfilment_that_names_only_a_sku_is_poured_over_its_lines(world: World) -> None:
    world.order("two", promised_delivery_at_original=START + 3 * DAY)
    world.line("two", "1", sku="A", qty_ordered=3)
    world.line("two", "2", sku="A", qty_ordered=3)
    world.fulfilment("two", "T1", sku="A", qty_shipped=4, shipped_at_platform=START + DAY)
    world.fulfilment("two", "T2", sku="A", qty_shipped=2, shipped_at_platform=START + 5 * DAY)
    clock(world)
    lines = world.lines("fill_units_ship_original", "qty_sent", "shipped_at")
    assert lines["two", "1"] == (3, 3, START + DAY)
    assert lines["two", "2"] == (1, 3, START + 5 * DAY)


def test_several_unspecific_parcels_complete_an_order_only_together(world: World) -> None:
    world.order("split", promised_delivery_at_original=START + 3 * DAY)
    world.line("split", "1", qty_ordered=1)
    for number, signed in (("T1", START + DAY), ("T2", START + 2 * DAY), ("T3", None)):
        world.fulfilment("split", number, shipped_at_platform=START + HOUR)
        world.parcel("split", number, delivered_at=signed)
    clock(world)
    assert world.orders("delivered_at", "delivery_state", "otif_sign_original")["split"] == (None, "open", 0)


def test_an_order_without_lines_is_still_judged_but_has_no_line_fact(world: World) -> None:
    world.order("bare", promised_delivery_at_original=START + DAY)
    clock(world)
    assert world.orders("due_sign_original", "late_sign_original", "line_count", "is_complete")["bare"] == (1, 1, 0, 0)
    assert set(world.lines("qty_due")) == {("clock", "1")}


def test_orders_from_several_warehouses_and_shops_have_one_name_for_it(world: World) -> None:
    world.order("mixed")
    world.line("mixed", "1", sku="A", shop="s1")
    world.line("mixed", "2", sku="B", shop="s2")
    world.fulfilment("mixed", "T1", line_no="1", sku="A", warehouse="north", carrier="x", shipped_at_warehouse=START)
    world.fulfilment("mixed", "T2", line_no="2", sku="B", warehouse="south", carrier="x", shipped_at_warehouse=START)
    assert world.names("mixed") == {"shop": "several", "warehouse": "several", "carrier": "x", "region": "unknown"}


def test_the_parcel_of_another_carrier_with_the_same_number_is_not_taken(world: World) -> None:
    world.order("mine", promised_delivery_at_original=START + 3 * DAY)
    world.line("mine", "1")
    world.fulfilment("mine", "42", carrier="ours", shipped_at_platform=START)
    world.parcel("other", "42", carrier="theirs", delivered_at=START + HOUR)
    world.parcel("mine", "42", carrier="ours", delivered_at=START + 2 * DAY)
    clock(world)
    assert world.orders("delivered_at")["mine"] == (START + 2 * DAY,)


def test_a_business_day_begins_at_midnight_of_the_business_zone(world: World) -> None:
    world.order("evening", created_at=datetime(2026, 3, 1, 15, 59, 59))
    world.order("midnight", created_at=datetime(2026, 3, 1, 16, 0, 0))
    facts = world.orders("CAST(created_day AS VARCHAR)", "created_hour")
    assert facts["evening"] == ("2026-03-01", 23)
    assert facts["midnight"] == ("2026-03-02", 0)
    facts = world.orders("CAST(created_day AS VARCHAR)", "created_hour", timezone="America/Sao_Paulo")
    assert facts["midnight"] == ("2026-03-01", 13)


def test_stages_telescope_over_missing_milestones(world: World) -> None:
    world.order("gaps", paid_at=START + HOUR)
    world.line("gaps", "1")
    world.fulfilment("gaps", "T", picked_at=START + 5 * HOUR, shipped_at_warehouse=START + 6 * HOUR)
    world.parcel("gaps", "T", delivered_at=START + 3 * DAY)
    assert world.stages("gaps") == {"pay": 3600, "pick": 4 * 3600, "ship": 3600, "deliver": 3 * 86400 - 6 * 3600}
    assert sum(world.stages("gaps").values()) == 3 * 86400


def test_the_backlog_knows_its_stage_and_its_hours_to_the_promise(world: World) -> None:
    delivered(world, "past", promised=START + DAY, signed=START + DAY)
    as_of = START + DAY
    promised = {
        "overdue": as_of - HOUR,
        "0-2": as_of + HOUR,
        "2-6": as_of + 3 * HOUR,
        "6-12": as_of + 7 * HOUR,
        "12-24": as_of + 13 * HOUR,
        ">24": as_of + 25 * HOUR,
        "none": None,
    }
    for bucket, at in promised.items():
        world.order(bucket, paid_at=START, promised_ship_at_original=at)
        world.line(bucket, "1")
    world.order("unpaid", promised_ship_at_original=as_of + HOUR)
    facts = world.orders("promise_bucket", "current_stage", "is_open")
    for bucket in promised:
        assert facts[bucket] == (bucket, "ship", 1)
    assert facts["unpaid"] == ("0-2", "pay", 1)
    assert facts["past"] == (None, None, 0)


def test_the_stage_that_overran_most_broke_the_promise(world: World) -> None:
    for number in range(9):
        world.order(f"kept{number}", paid_at=START + HOUR, promised_delivery_at_original=START + 3 * DAY)
        world.line(f"kept{number}", "1")
        world.fulfilment(f"kept{number}", f"K{number}", shipped_at_platform=START + 2 * HOUR)
        world.parcel(f"kept{number}", f"K{number}", delivered_at=START + DAY)
    world.order("slow_ship", paid_at=START + HOUR, promised_delivery_at_original=START + 3 * DAY)
    world.line("slow_ship", "1")
    world.fulfilment("slow_ship", "S", shipped_at_platform=START + 4 * DAY)
    world.parcel("slow_ship", "S", delivered_at=START + 5 * DAY)
    world.order("stuck", paid_at=START + HOUR, promised_delivery_at_original=START + 3 * DAY)
    world.line("stuck", "1")
    clock(world)
    facts = world.orders("break_stage", "is_failed")
    assert facts["slow_ship"] == ("ship", 1)
    assert facts["stuck"] == ("ship", 1)
    assert facts["kept1"] == (None, 0)


def test_a_late_carrier_excuses_the_seller_only_if_he_handed_over_in_time(world: World) -> None:
    for order_no, promised in (("in_time", START + 2 * DAY), ("too_late", START + HOUR)):
        delivered(world, order_no, promised=START + 3 * DAY, signed=START + 9 * DAY, promised_ship_at_original=promised)
    clock(world)
    facts = world.orders("late_sign_original", "excused_sign_original")
    assert facts["in_time"] == (1, 1)
    assert facts["too_late"] == (1, 0)


def test_a_large_wholesale_line_does_not_overflow(world: World) -> None:
    world.order("big", promised_delivery_at_original=START + DAY)
    world.line("big", "1", qty_ordered=1_000_000, unit_price=99_999_999)
    assert world.orders("order_value")["big"] == (99_999_999_000_000,)


def test_units_withdrawn_by_the_seller_stay_owed_whatever_the_shipment_says(world: World) -> None:
    world.order("withdrawn", promised_delivery_at_original=START + 3 * DAY, cancelled_by="seller")
    world.line("withdrawn", "1", qty_ordered=5, qty_cancelled=2)
    world.fulfilment("withdrawn", "T", shipped_at_platform=START + DAY)
    world.parcel("withdrawn", "T", delivered_at=START + 2 * DAY)
    clock(world)
    assert world.orders("late_sign_original", "otif_sign_original")["withdrawn"] == (0, 0)
    assert world.lines("units_sign_original", "qty_due")["withdrawn", "1"] == (3, 5)


def test_lines_with_their_own_promises_decide_their_order(world: World) -> None:
    def two_lines(order_no: str, sent: list[datetime | None], promised: list[datetime], **first: Any) -> None:
        world.order(order_no)
        for number, (at, promise) in enumerate(zip(sent, promised, strict=True)):
            extra = first if number == 0 else {}
            world.line(order_no, str(number), promised_ship_at_original=promise, **extra)
            if at:
                tracking_no = f"{order_no}{number}"
                world.fulfilment(order_no, tracking_no, line_no=str(number), shipped_at_platform=at)

    two_lines("each_in_time", [START + HOUR, START + 4 * DAY], [START + DAY, START + 5 * DAY])
    two_lines("one_missed", [START + 2 * DAY, START + 4 * DAY], [START + DAY, START + 5 * DAY])
    two_lines("still_to_keep", [START + HOUR, None], [START + DAY, LATER + DAY])
    two_lines("not_owed", [None, START + 4 * DAY], [START + DAY, START + 5 * DAY], qty_cancelled=1)
    clock(world)
    facts = world.orders("due_ship_original", "late_ship_original", "pending_ship_original")
    assert facts["each_in_time"] == (1, 0, 0)
    assert facts["one_missed"] == (1, 1, 0)
    assert facts["still_to_keep"] == (0, 0, 1)
    assert world.orders("late_ship_original", unknown_cancellations="exclude")["not_owed"] == (0,)


@pytest.mark.parametrize(
    ("lines", "notice"),
    [
        ([], {"line_no": "1", "sku": "A", "qty_shipped": 1}),
        ([{"line_no": "1"}], {"line_no": "0001"}),
        ([{"line_no": "1", "sku": "A"}], {"line_no": "1", "sku": "B"}),
        ([{"line_no": "1", "sku": "A"}], {"line_no": "9", "sku": "A"}),
        ([{"line_no": "1", "sku": "A"}], {"sku": "Z", "qty_shipped": 7}),
    ],
)
def test_a_shipment_is_never_dropped_because_systems_number_differently(
    world: World, lines: list[dict[str, Any]], notice: dict[str, Any]
) -> None:
    world.order("told", promised_delivery_at_original=START + 3 * DAY)
    for line in lines:
        world.line("told", **line)
    world.fulfilment("told", "T", shipped_at_platform=START + DAY, **notice)
    world.parcel("told", "T", delivered_at=START + 2 * DAY)
    clock(world)
    assert world.orders("otif_sign_original", "delivery_state")["told"] == (1, "delivered")


def test_a_shipment_that_matches_nothing_is_said_so(world: World) -> None:
    delivered(world, "plain", promised=START + 3 * DAY, signed=START + 2 * DAY)
    world.order("odd", promised_delivery_at_original=START + 3 * DAY, paid_at=START)
    world.line("odd", "1")
    world.fulfilment("odd", "T", sku="Z", shipped_at_platform=START + DAY)
    assert world.issues() == {("odd", "shipment_unmatched")}


def test_one_parcel_under_two_carrier_names_is_one_parcel(world: World) -> None:
    for order_no, notice in (("noticed", True), ("carrier_only", False)):
        world.order(order_no, promised_delivery_at_original=START + 3 * DAY)
        world.line(order_no, "1")
        if notice:
            world.fulfilment(order_no, order_no, shipped_at_platform=START + DAY)
        world.parcel(order_no, order_no)
        world.parcel(order_no, order_no, carrier="SF", delivered_at=START + 2 * DAY)
    clock(world)
    facts = world.orders("otif_sign_original")
    assert facts["noticed"] == facts["carrier_only"] == (1,)
    assert world.names("noticed")["carrier"] == "SF"


def test_a_replacement_does_not_undo_a_delivery_that_was_complete(world: World) -> None:
    world.order("replaced", promised_delivery_at_original=START + 3 * DAY)
    world.line("replaced", "1")
    for number, signed in (("T1", START + 2 * DAY), ("T2", START + 9 * DAY)):
        world.fulfilment("replaced", number, line_no="1", qty_shipped=1, shipped_at_platform=signed - DAY)
        world.parcel("replaced", number, delivered_at=signed)
    world.order("lost_then_sent_again", promised_delivery_at_original=START + 3 * DAY)
    world.line("lost_then_sent_again", "1")
    for number, signed in (("L1", None), ("L2", START + 9 * DAY)):
        world.fulfilment("lost_then_sent_again", number, line_no="1", qty_shipped=1, shipped_at_platform=START)
        world.parcel("lost_then_sent_again", number, delivered_at=signed)
    clock(world)
    facts = world.orders("delivered_at", "otif_sign_original")
    assert facts["replaced"] == (START + 2 * DAY, 1)
    assert facts["lost_then_sent_again"] == (START + 9 * DAY, 0)


def test_the_sellers_own_cancellation_is_never_excused(world: World) -> None:
    delivered(
        world,
        "withdrawn",
        promised=START + 3 * DAY,
        signed=None,
        promised_ship_at_original=START + 2 * DAY,
        status="cancelled",
        cancelled_by="seller",
    )
    clock(world)
    assert world.orders("late_sign_original", "excused_sign_original")["withdrawn"] == (1, 0)


def test_an_order_with_a_line_without_a_price_is_incomplete(world: World) -> None:
    world.order("priced")
    world.line("priced", "1", sku="A")
    world.order("unpriced")
    world.line("unpriced", "1", sku="A")
    world.line("unpriced", "2", sku="B", unit_price=None)
    assert world.orders("is_complete") == {"priced": (1,), "unpriced": (0,)}


def test_fill_by_an_event_that_is_never_reported_is_undefined(world: World) -> None:
    delivered(world, "kept", promised=START + 3 * DAY, signed=START + 2 * DAY)
    clock(world)
    facts = world.orders(
        "fill_due_scan_original", "filled_scan_original", "fill_due_ship_original", "filled_ship_original"
    )
    assert facts["kept"] == (0, 0, 1, 1)


def test_a_region_name_of_two_countries_is_two_regions(world: World) -> None:
    for order_no, place in {
        "us": {"province": "Georgia", "country": "US"},
        "ge": {"province": "Georgia", "country": "GE"},
        "known": {"province": "SP", "country": "BR"},
        "same": {"province": "SP"},
        "only": {"country": "FR"},
    }.items():
        world.order(order_no, **place)
    world.build()
    rows = world.session.rows(
        "SELECT order_no, region, country FROM fct_order JOIN dim_region USING (region_id) ORDER BY order_no"
    )
    assert rows == [
        ("ge", "Georgia", "GE"),
        ("known", "SP", "BR"),
        ("only", "unknown", "FR"),
        ("same", "SP", "BR"),
        ("us", "Georgia", "US"),
    ]


def test_unquantified_notices_of_one_line_share_it(world: World) -> None:
    for order_no, notice in (("by_line", {"line_no": "1"}), ("by_sku", {"sku": "A"})):
        world.order(order_no, promised_delivery_at_original=START + 3 * DAY)
        world.line(order_no, "1", sku="A", qty_ordered=2)
        for number, signed in (("T1", START + 2 * DAY), ("T2", None)):
            world.fulfilment(order_no, order_no + number, shipped_at_platform=START + DAY, **notice)
            world.parcel(order_no, order_no + number, delivered_at=signed)
    clock(world)
    facts = world.orders("delivery_state", "otif_sign_original")
    assert facts["by_line"] == facts["by_sku"] == ("open", 0)


def test_goods_named_by_sku_fill_what_named_lines_left_open(world: World) -> None:
    world.order("both", promised_delivery_at_original=START + 3 * DAY)
    world.line("both", "1", sku="A")
    world.line("both", "2", sku="A")
    world.fulfilment("both", "T1", line_no="1", sku="A", qty_shipped=1, shipped_at_platform=START + HOUR)
    world.fulfilment("both", "T2", sku="A", qty_shipped=1, shipped_at_platform=START + DAY)
    world.parcel("both", "T1", delivered_at=START + 2 * DAY)
    world.parcel("both", "T2", delivered_at=START + 2 * DAY)
    clock(world)
    assert world.orders("otif_sign_original")["both"] == (1,)
    assert world.lines("qty_sent")["both", "2"] == (1,)


def test_nothing_waits_where_nothing_is_to_come(world: World) -> None:
    delivered(world, "said_delivered", promised=START + 3 * DAY, signed=None, status="delivered")
    world.order("withdrawn", cancelled_by="customer")
    world.line("withdrawn", "1", qty_cancelled=1)
    clock(world)
    facts = world.orders("is_open")
    assert facts["said_delivered"] == facts["withdrawn"] == (0,)


def test_what_came_back_after_a_cancellation_was_not_delivered(world: World) -> None:
    delivered(
        world,
        "returned",
        promised=START + 3 * DAY,
        signed=START + 9 * DAY,
        status="cancelled",
        cancelled_by="customer",
        cancelled_at=START + 2 * HOUR,
    )
    clock(world)
    assert world.orders("due_sign_original")["returned"] == (0,)


def test_a_customer_who_cancels_the_rest_is_owed_what_was_sent(world: World) -> None:
    world.order("rest", promised_delivery_at_original=START + 3 * DAY, status="cancelled", cancelled_by="customer")
    world.line("rest", "1", sku="A")
    world.line("rest", "2", sku="B")
    world.fulfilment("rest", "T", line_no="1", shipped_at_platform=START + DAY)
    world.parcel("rest", "T", delivered_at=START + 2 * DAY)
    clock(world)
    assert world.orders("due_sign_original", "otif_sign_original", "is_failed")["rest"] == (1, 1, 0)


def test_a_step_is_done_when_every_fulfilment_has_done_it(world: World) -> None:
    world.order("halves", promised_ship_at_original=LATER)
    world.line("halves", "1", sku="A")
    world.line("halves", "2", sku="B")
    world.fulfilment("halves", "H1", line_no="1", picked_at=START + HOUR, packed_at=START + 2 * HOUR)
    world.fulfilment("halves", "H2", line_no="2", allocated_at=START + HOUR)
    delivered(world, "seen", promised=LATER, signed=LATER)
    world.fulfilment("seen", "S", picked_at=START, packed_at=START + HOUR)
    assert world.orders("current_stage", "picked_at")["halves"] == ("pick", None)


def test_steps_that_cannot_have_been_are_flagged(world: World) -> None:
    world.order("early", paid_at=START - DAY)
    world.line("early", "1")
    world.order("upside_down", paid_at=START)
    world.line("upside_down", "1")
    world.fulfilment("upside_down", "U", picked_at=START + 3 * HOUR, packed_at=START + 2 * HOUR)
    assert world.orders("sequence_possible") == {"early": (0,), "upside_down": (0,)}
    assert {("early", "paid_before_created"), ("upside_down", "steps_out_of_order")} <= world.issues()


def test_a_parcel_of_another_number_still_tells_of_its_order(world: World) -> None:
    world.order("renamed", promised_delivery_at_original=START + 3 * DAY)
    world.line("renamed", "1")
    world.fulfilment("renamed", "Y", shipped_at_platform=START + DAY)
    world.parcel("renamed", "Y2", delivered_at=START + 2 * DAY)
    world.order("second_not_seen", promised_delivery_at_original=START + 3 * DAY)
    world.line("second_not_seen", "1")
    for number in ("Z1", "Z2"):
        world.fulfilment("second_not_seen", number, shipped_at_platform=START + DAY)
    world.parcel("second_not_seen", "Z1", delivered_at=START + 2 * DAY)
    clock(world)
    facts = world.orders("otif_sign_original", "delivery_state")
    assert facts["renamed"] == (1, "delivered")
    assert facts["second_not_seen"] == (0, "open")
