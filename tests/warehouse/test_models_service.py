"""Literal rows in, facts out: parcels, tickets, cases, customers, penalties, and the flags of orders they make."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.warehouse.world import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 1, 0)  # 09:00 in Shanghai
LATER = START + 30 * DAY


@pytest.fixture
def world(session: Any) -> World:
    made = World(session, start=START)
    clock(made)
    return made


def clock(world: World, at: datetime = LATER) -> None:
    """Something that happened long after everything else: the data speak up to then."""
    world.insert("tickets", source="clock", ticket_no="1", opened_at=at)


def sent(
    world: World, order_no: str, *, scan: datetime | None, marked: datetime | None = START + 9 * HOUR, **order: Any
) -> None:
    """An order of one line, paid at once, with one parcel."""
    world.order(order_no, **{"paid_at": START, **order})
    world.line(order_no, "1", qty_ordered=2, unit_price=10)
    world.fulfilment(order_no, "T" + order_no, shipped_at_platform=marked)
    world.parcel(order_no, "T" + order_no, first_scan_at=scan)


def case(world: World, order_no: str | None, case_no: str, kind: str = "return", **values: Any) -> None:
    key = {"channel": world.channel, "case_no": case_no, "order_no": order_no, "kind": kind}
    world.insert("after_sales", **key, **{"opened_at": START + 5 * DAY, **values})


def ticket(world: World, ticket_no: str, order_no: str | None = None, **values: Any) -> None:
    key = {"source": "desk", "ticket_no": ticket_no, "channel": world.channel, "order_no": order_no}
    world.insert("tickets", **key, **{"opened_at": START, **values})


# Pickup and fake shipments


def test_a_pickup_is_judged_by_the_first_scan_after_the_payment(world: World) -> None:
    sent(world, "edge", scan=START + DAY)
    sent(world, "late", scan=START + DAY + timedelta(seconds=1))
    sent(world, "never", scan=None)
    sent(world, "unpaid", scan=START + DAY, paid_at=None)
    facts = world.orders(
        "pickup_due_24h", "is_picked_up_24h", "pickup_due_48h", "is_picked_up_48h", "pickup_due_24h_day"
    )
    assert facts["edge"] == (1, 1, 1, 1, date(2026, 3, 3))
    assert facts["late"] == (1, 0, 1, 1, date(2026, 3, 3))
    assert facts["never"] == (1, 0, 1, 0, date(2026, 3, 3))
    assert facts["unpaid"][:4] == (0, 0, 0, 0)


def test_a_pickup_that_is_not_yet_due_or_cannot_be_known_is_out(world: World) -> None:
    sent(world, "scanned", scan=START + HOUR)
    sent(world, "young", scan=None, paid_at=LATER - 25 * HOUR)
    sent(world, "skipped", scan=None)
    world.insert(
        "parcels", channel="shop", order_no="skipped", carrier="x", tracking_no="Tskipped", delivered_at=START + DAY
    )
    sent(world, "withdrawn", scan=None, status="cancelled", cancelled_by="customer", cancelled_at=START + HOUR)
    sent(world, "ours", scan=None, status="cancelled", cancelled_by="seller", cancelled_at=START + HOUR)
    facts = world.orders("pickup_due_24h", "pickup_due_48h")
    assert facts["young"] == (1, 0)
    assert facts["skipped"] == (0, 0)
    assert facts["withdrawn"] == (0, 0)
    assert facts["ours"] == (1, 1)


def test_the_pickup_of_a_presale_starts_when_its_wait_ends(world: World) -> None:
    sent(world, "presale", scan=START + 5 * DAY + HOUR, presale=True, presale_until=START + 5 * DAY)
    sent(world, "plain", scan=START + 5 * DAY + HOUR)
    facts = world.orders("pickup_due_24h", "is_picked_up_24h")
    assert facts == {"presale": (1, 1), "plain": (1, 0)}


def test_the_clock_of_the_pickup_can_start_at_the_mark(world: World) -> None:
    sent(world, "slow", scan=START + 30 * HOUR)
    assert world.orders("is_picked_up_24h")["slow"] == (0,)
    assert world.orders("is_picked_up_24h", pickup_clock="shipped")["slow"] == (1,)


def test_marked_as_shipped_and_not_scanned_within_a_day_is_suspected(world: World) -> None:
    marked = START + 9 * HOUR
    sent(world, "edge", scan=marked + DAY)
    sent(world, "late", scan=marked + DAY + timedelta(seconds=1))
    sent(world, "never", scan=None)
    sent(world, "before", scan=marked - HOUR)
    sent(world, "unmarked", scan=marked, marked=None)
    sent(world, "young", scan=None, marked=LATER - 23 * HOUR)
    facts = world.orders("is_marked", "is_fake_shipment")
    assert facts == {
        "edge": (1, 0),
        "late": (1, 1),
        "never": (1, 1),
        "before": (1, 0),
        "unmarked": (0, 0),
        "young": (0, 0),
    }


def test_without_scans_in_the_whole_channel_nothing_is_suspected(world: World) -> None:
    sent(world, "one", scan=None)
    facts = world.orders("is_marked", "pickup_due_24h")
    assert facts["one"] == (0, 0)


# After-sales


def test_cases_after_shipping_make_returns_refunds_and_after_sales(world: World) -> None:
    for name in ("returned", "refunded", "resent", "before", "rejected", "none"):
        sent(world, name, scan=START + DAY)
    case(world, "returned", "1", "return")
    case(world, "refunded", "2", "refund")
    case(world, "resent", "3", "reship")
    case(world, "before", "4", "refund", opened_at=START + HOUR)
    case(world, "rejected", "5", "return", status="已拒绝")
    facts = world.orders("cases_known", "has_after_sales", "has_refund", "has_return", "has_refund_before_shipping")
    assert facts == {
        "returned": (1, 1, 1, 1, 0),
        "refunded": (1, 1, 1, 0, 0),
        "resent": (1, 1, 0, 0, 0),
        "before": (1, 0, 0, 0, 1),
        "rejected": (1, 0, 0, 0, 0),
        "none": (1, 0, 0, 0, 0),
    }


def test_what_the_case_says_of_shipping_goes_before_the_times(world: World) -> None:
    sent(world, "said", scan=START + DAY)
    case(world, "said", "1", "refund", opened_at=START + 3 * DAY, before_shipping=True)
    sent(world, "open", scan=None, marked=None)
    case(world, "open", "2", "refund")
    facts = world.orders("has_refund", "has_refund_before_shipping", "is_sent")
    assert facts == {"said": (0, 1, 1), "open": (0, 1, 0)}


def test_a_misorder_is_confirmed_within_fourteen_days_of_shipping(world: World) -> None:
    last = START + DAY + 14 * DAY
    cases = {
        "edge": ("wrong_item", last, (1, 0, 1)),
        "too_late": ("wrong_item", last + timedelta(seconds=1), (0, 0, 1)),
        "missing": ("missing", START + 3 * DAY, (1, 0, 1)),
        "quantity": ("quantity", START + 3 * DAY, (1, 0, 1)),
        "address": ("address", START + 3 * DAY, (1, 0, 1)),
        "documents": ("documents", START + 3 * DAY, (0, 0, 1)),
        "damaged": ("damaged", START + 3 * DAY, (0, 1, 0)),
        "changed_mind": ("changed_mind", START + 3 * DAY, (0, 1, 1)),
    }
    for name, (reason, opened, _) in cases.items():
        sent(world, name, scan=START + DAY)
        case(world, name, name, reason=reason, opened_at=opened)
    facts = world.orders("is_misorder", "is_right", "is_undamaged")
    assert facts == {name: flags for name, (*_, flags) in cases.items()}


def test_an_order_whose_parcel_was_lost_is_not_perfect(world: World) -> None:
    sent(world, "lost", scan=START + DAY)
    world.insert("parcels", channel="shop", order_no="lost", carrier="x", tracking_no="other", exception="lost")
    assert world.orders("is_undamaged", "cases_known")["lost"] == (0, 0)


def lines_of(world: World, *columns: str) -> dict[str, tuple[Any, ...]]:
    return {line: values for (_, line), values in world.lines(*columns).items()}


def two_lines(world: World) -> None:
    world.order("o", paid_at=START)
    world.line("o", "1", sku="A", qty_ordered=3, unit_price=10)
    world.line("o", "2", sku="B", qty_ordered=1, unit_price=15)
    world.fulfilment("o", "T", shipped_at_platform=START + DAY)


def test_a_case_counts_for_the_line_or_the_sku_it_names(world: World) -> None:
    two_lines(world)
    case(world, "o", "1", "return", line_no="2", amount=15)
    case(world, "o", "2", "refund", sku="A", qty=2, amount=Decimal("20"))
    facts = lines_of(
        world, "has_return", "has_refund", "qty_returned", "qty_refunded", "amount_returned", "amount_refunded"
    )
    assert facts == {"1": (0, 1, 0, 2, 0, 20), "2": (1, 1, 1, 1, 15, 15)}


def test_a_case_of_the_whole_order_is_shared_and_sums_exactly(world: World) -> None:
    two_lines(world)
    case(world, "o", "1", "return", amount=10)
    facts = lines_of(world, "qty_returned", "amount_returned")
    assert facts == {"1": (3, Decimal("6.6667")), "2": (1, Decimal("3.3333"))}
    case(world, "o", "2", "reship", qty=Decimal(4))
    facts = lines_of(world, "has_after_sales", "qty_after_sales", "amount_after_sales")
    assert facts == {"1": (1, 3, Decimal("6.6667")), "2": (1, 1, Decimal("3.3333"))}


def test_units_returned_never_exceed_what_was_sent(world: World) -> None:
    two_lines(world)
    case(world, "o", "1", "return", line_no="1", qty=9, amount=90)
    assert lines_of(world, "qty_sent", "qty_returned")["1"] == (3, 3)


def test_cases_are_kept_with_their_order_sku_and_times(world: World) -> None:
    two_lines(world)
    case(world, "o", "1", "exchange", sku="B", closed_at=START + 9 * DAY, reshipped_at=START + 6 * DAY)
    case(world, "elsewhere", "2", "reship", closed_at=START + 9 * DAY)
    case(world, "o", "3", "refund", closed_at=START + 9 * DAY, amount=5)
    world.build(only="fct_after_sale")
    found = world.session.rows("""SELECT case_no, order_no, sku, reship_seconds, after_sales_time, order_key > 0
                    FROM fct_after_sale JOIN dim_sku USING (sku_id) ORDER BY case_no""")
    assert found == [
        ("1", "o", "B", 86400, "after_shipping", True),
        ("2", "elsewhere", "unknown", 4 * 86400, "after_shipping", False),
        ("3", "o", "unknown", None, "after_shipping", True),
    ]


# Backorders and overselling


def test_a_line_is_backordered_when_the_first_shipment_leaves_units_behind(world: World) -> None:
    for name, second in (("slow", START + 3 * DAY), ("same", START + DAY + 5 * HOUR), ("never", None)):
        world.order(name)
        world.line(name, "1", qty_ordered=3)
        world.fulfilment(name, name + "1", line_no="1", qty_shipped=1, shipped_at_platform=START + DAY)
        if second:
            world.fulfilment(name, name + "2", line_no="1", qty_shipped=2, shipped_at_platform=second)
    world.order("waiting")
    world.line("waiting", "1")
    facts = {
        order: values
        for (order, _), values in world.lines("backorder_known", "is_backordered", "first_sent_day").items()
    }
    assert facts == {
        "slow": (1, 1, date(2026, 3, 3)),
        "same": (1, 0, date(2026, 3, 3)),
        "never": (1, 1, date(2026, 3, 3)),
        "waiting": (0, 0, None),
    }
    assert world.orders("is_stocked_out")["slow"] == (1,)


def test_without_goods_in_any_shipment_no_backorder_can_be_seen(world: World) -> None:
    two_lines(world)
    assert lines_of(world, "backorder_known") == {"1": (0,), "2": (0,)}


def stock(world: World, day: date, sku: str, **values: Any) -> None:
    world.insert("stock_levels", date=day, sku=sku, warehouse=values.pop("warehouse", "W"), **{"on_hand": 0, **values})


def test_an_order_is_oversold_when_nothing_was_available_the_evening_before(world: World) -> None:
    before, same = date(2026, 3, 1), date(2026, 3, 2)
    stock(world, before, "gone", on_hand=5, reserved=5)
    stock(world, same, "gone", on_hand=99)
    stock(world, before, "spread", available=0)
    stock(world, before, "spread", available=2, warehouse="V")
    stock(world, date(2026, 2, 20), "stale", available=0)
    for sku in ("gone", "spread", "stale", "untold"):
        world.order(sku)
        world.line(sku, "1", sku=sku)
    world.order("presale", presale=True)
    world.line("presale", "1", sku="gone")
    facts = world.orders("stock_known", "is_oversold")
    assert facts == {"gone": (1, 1), "spread": (1, 0), "stale": (0, 0), "untold": (0, 0), "presale": (0, 0)}


# Risk and automation


def test_risk_rules_flag_orders_by_name(world: World) -> None:
    world.insert("products", sku="A", list_price=100)
    for number in range(5):
        world.order(f"b{number}", customer_key="c1", created_at=START + number * HOUR)
    for name, price, quantity in (
        ("cheap", 29, 1),
        ("dear", 301, 1),
        ("fair", 30, 1),
        ("many", 100, 10),
        ("some", 100, 9),
    ):
        world.order(name)
        world.line(name, "1", sku="A", unit_price=price, qty_ordered=quantity)
    world.order("nowhere", address_ok=False)
    found = set(world.facts("fct_order_risk", "order_no", "risk_rule"))
    assert found == {
        ("b4", "burst"),
        ("cheap", "price"),
        ("dear", "price"),
        ("many", "quantity"),
        ("nowhere", "address"),
    }
    facts = world.orders("risk_known", "is_risky")
    assert facts["b4"] == (1, 1)
    assert facts["b3"] == (1, 0)
    assert facts["many"] == (1, 1)


def test_an_order_is_automatic_when_nobody_touched_it(world: World) -> None:
    world.order("auto", review_mode="auto")
    world.order("both", review_mode="auto", allocation_mode="auto")
    world.order("allocated", review_mode="auto", allocation_mode="manual")
    world.order("held", review_mode="auto", hold_reason="address")
    world.order("manual", review_mode="manual")
    world.order("unknown")
    facts = world.orders("automation_known", "is_automatic")
    assert facts == {
        "auto": (1, 1),
        "both": (1, 1),
        "allocated": (1, 0),
        "held": (1, 0),
        "manual": (1, 0),
        "unknown": (0, 0),
    }


def test_who_packed_it_and_whether_it_was_checked(world: World) -> None:
    for name, checks in (("yes", (True, True)), ("partly", (True, False)), ("unknown", (None, None))):
        world.order(name)
        for place, checked in enumerate(checks):
            world.fulfilment(
                name, f"{name}{place}", scan_checked=checked, operator_key=f"p{place if name == 'partly' else 0}"
            )
    facts = world.orders("scan_check_known", "is_scan_checked", "operator")
    assert facts == {"yes": (1, 1, "p0"), "partly": (1, 0, "several"), "unknown": (0, 0, "p0")}


def test_the_net_cycle_leaves_out_the_wait_of_a_presale(world: World) -> None:
    def done(name: str, **order: Any) -> None:
        world.order(name, paid_at=START + 3 * DAY, **order)
        world.line(name, "1")
        world.fulfilment(name, name, shipped_at_platform=START + 6 * DAY)
        world.parcel(name, name, delivered_at=START + 8 * DAY)

    done("plain")
    done("until", presale=True, presale_until=START + 5 * DAY)
    done("paid", presale=True)
    facts = world.orders("cycle_seconds", "net_cycle_seconds")
    days = {name: (gross / 86400, net / 86400) for name, (gross, net) in facts.items()}
    assert days == {"plain": (8, 8), "until": (8, 3), "paid": (8, 5)}


# Parcels


def parcels(world: World, *columns: str) -> dict[str, tuple[Any, ...]]:
    rows = world.facts("fct_parcel", "tracking_no", *columns)
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1:] for row in rows}


def test_a_parcel_is_judged_by_its_carriers_own_promise(world: World) -> None:
    world.order("o")
    promised = START + 3 * DAY
    for name, values in {
        "kept": {"delivered_at": promised},
        "late": {"delivered_at": promised + timedelta(seconds=1)},
        "open": {},
        "refused": {"exception": "refused"},
        "lost": {"exception": "lost"},
        "young": {"promised_at": LATER + DAY},
        "unsent": {"first_scan_at": None},
        "free": {"promised_at": None},
    }.items():
        world.parcel("o", name, **{"first_scan_at": START, "promised_at": promised, **values})
    facts = parcels(world, "is_due", "is_on_time", "is_pending")
    assert facts == {
        "kept": (1, 1, 0),
        "late": (1, 0, 0),
        "open": (1, 0, 0),
        "refused": (0, 0, 0),
        "lost": (1, 0, 0),
        "young": (0, 0, 1),
        "unsent": (0, 0, 0),
        "free": (0, 0, 0),
    }


def test_a_parcel_stalls_when_it_is_on_the_way_without_scans(world: World) -> None:
    world.order("o")
    world.parcel("o", "moving", first_scan_at=START, last_scan_at=LATER - 47 * HOUR)
    world.parcel("o", "still", first_scan_at=START, last_scan_at=LATER - 48 * HOUR)
    world.parcel("o", "events", first_scan_at=START, carrier="SF")
    world.insert("parcel_events", carrier="SF", tracking_no="events", event_at=LATER - HOUR, code="hub")
    world.insert("parcel_events", carrier="ZTO", tracking_no="still", event_at=LATER, code="hub")
    world.parcel("o", "home", first_scan_at=START, delivered_at=START + DAY)
    world.parcel("o", "back", first_scan_at=START, exception="returned")
    world.parcel("o", "label")
    facts = parcels(world, "is_in_transit", "is_stalled", "parcel_state")
    assert facts == {
        "moving": (1, 0, "in_transit"),
        "still": (1, 0, "in_transit"),
        "events": (1, 0, "in_transit"),
        "home": (0, 0, "delivered"),
        "back": (0, 0, "returned"),
        "label": (0, 0, "not_scanned"),
    }


def test_facts_that_the_carriers_of_a_channel_never_report_are_not_judged(world: World) -> None:
    world.order("o")
    world.parcel("o", "a", first_scan_at=START, promised_at=START + DAY)
    facts = parcels(world, "is_due", "is_in_transit", "exceptions_known", "claims_known", "tracking_due", "has_scan")
    assert facts["a"] == (0, 0, 0, 0, 1, 1)
    world.parcel("o", "b", first_scan_at=START, delivered_at=START + DAY, exception="damaged", claimed=True)
    facts = parcels(world, "is_due", "exceptions_known", "is_damaged", "claims_known", "is_claimed", "transit_seconds")
    assert facts == {"a": (1, 1, 0, 1, 0, None), "b": (0, 1, 1, 1, 1, 86400)}


def test_a_number_that_no_carrier_knows_is_a_parcel_without_a_scan(world: World) -> None:
    for name in ("known", "unknown", "young"):
        world.order(name)
        at = LATER - HOUR if name == "young" else START
        world.fulfilment(name, "T" + name, shipped_at_warehouse=at, carrier="SF", warehouse="GZ")
    world.parcel("known", "Tknown", first_scan_at=START, origin="广州", destination="北京")
    facts = parcels(world, "tracking_due", "has_scan", "lane")
    assert facts == {
        "Tknown": (1, 1, "广州 → 北京"),
        "Tunknown": (1, 0, "GZ → unknown"),
        "Tyoung": (0, 0, "GZ → unknown"),
    }


def test_several_orders_in_one_parcel_are_one_parcel(world: World) -> None:
    for name in ("a", "b"):
        world.order(name, province="浙江")
        world.fulfilment(name, "T", shipped_at_warehouse=START, carrier="SF")
    world.insert("parcels", carrier="SF", tracking_no="T", first_scan_at=START, delivered_at=START + DAY)
    facts = parcels(world, "order_no", "has_scan", "destination", "marked_at")
    assert facts == {"T": ("a", 1, "浙江", START)}


def test_one_number_of_two_carriers_is_two_parcels(world: World) -> None:
    world.order("a")
    world.fulfilment("a", "T", shipped_at_warehouse=START, carrier="SF")
    world.insert("parcels", carrier="SF", tracking_no="T", first_scan_at=START)
    world.insert("parcels", carrier="ZTO", tracking_no="T", first_scan_at=START)
    world.build(only="fct_parcel")
    found = world.session.rows(
        "SELECT order_no, carrier FROM fct_parcel JOIN dim_carrier USING (carrier_id) ORDER BY carrier"
    )
    assert found == [("a", "SF"), (None, "ZTO")]


# Tickets


def tickets(world: World, *columns: str) -> dict[str, tuple[Any, ...]]:
    rows = world.facts("fct_ticket", "ticket_no", *columns, "source")
    return {row[0]: row[1:-1] for row in rows if row[-1] == "desk"}


def test_only_a_persons_reply_stops_the_clock(world: World) -> None:
    fast = START + timedelta(minutes=3)
    ticket(world, "fast", first_bot_reply_at=START, first_human_reply_at=fast, solved_at=START + HOUR)
    ticket(world, "slow", first_bot_reply_at=START, first_human_reply_at=fast + timedelta(seconds=1))
    ticket(world, "never", first_bot_reply_at=START)
    ticket(world, "young", opened_at=LATER)
    ticket(world, "ours", direction="outbound", first_human_reply_at=START)
    ticket(world, "odd", first_human_reply_at=START - HOUR)
    facts = tickets(
        world, "reply_due", "is_answered_fast", "response_seconds", "sequence_possible", "resolution_seconds"
    )
    assert facts["fast"] == (1, 1, 180, 1, 3600)
    assert facts["slow"] == (1, 0, 181, 1, None)
    assert facts["never"] == (1, 0, None, 1, None)
    assert facts["young"] == (0, 0, None, 1, None)
    assert facts["ours"][0] == 0
    assert facts["odd"][3] == 0


def test_satisfied_is_four_fifths_of_the_scale(world: World) -> None:
    scales = {"one": (0, 1, 1), "five": (3, 4, 5), "ten": (7, 8, 10), "hundred": (79, 80, 100)}
    for source, ratings in scales.items():
        for place, rating in enumerate((*ratings, None)):
            key = {"source": source, "ticket_no": str(place), "satisfaction": rating}
            world.insert("tickets", **key, opened_at=START, solved_at=START)
    found = world.facts("fct_ticket", "source", "ticket_no", "is_rated", "is_satisfied", "rating_known")
    expected = [(0, 1, 0, 1), (1, 1, 1, 1), (2, 1, 1, 1), (3, 0, 0, 1)]
    assert {(source, int(number), *flags) for source, number, *flags in found if source != "clock"} == {
        (source, *row) for source in scales for row in expected
    }


def test_what_a_source_never_reports_is_not_judged(world: World) -> None:
    ticket(world, "1", solved_at=START + HOUR, complaint=True)
    known = ("reply_due", "reopening_known", "rating_known", "call_back_known")
    assert tickets(world, *known)["1"] == (0, 0, 0, 0)
    ticket(world, "2", first_human_reply_at=START, reopened=2, satisfaction=5, called_back_at=LATER)
    assert tickets(world, *known)["1"] == (1, 1, 1, 1)
    assert tickets(world, "is_reopened", "is_called_back") == {"1": (0, 0), "2": (1, 1)}


def test_a_complaint_repeats_within_thirty_days_of_the_same_customer_and_cause(world: World) -> None:
    for name in ("o1", "o2", "o3"):
        world.order(name, customer_key="c" if name < "o3" else "d")
    ticket(world, "1", "o1", complaint=True, category="late")
    ticket(world, "2", "o2", complaint=True, category="late", opened_at=START + 30 * DAY - HOUR)
    ticket(world, "3", "o2", complaint=True, category="broken", opened_at=START + DAY)
    ticket(world, "4", "o3", complaint=True, category="late", opened_at=START + DAY)
    ticket(world, "5", complaint=True, category="late", opened_at=START + DAY)
    assert tickets(world, "is_repeated_complaint") == {"1": (0,), "2": (1,), "3": (0,), "4": (0,), "5": (0,)}


def test_tickets_find_their_order_and_orders_their_complaints(world: World) -> None:
    world.order("o", province="浙江")
    world.order("quiet")
    ticket(world, "1", "o", complaint=True, compensation=Decimal("12.5"))
    ticket(world, "2", "o", complaint=True, compensation=5)
    world.insert("tickets", source="desk", ticket_no="3", order_no="o", opened_at=START, complaint=False)
    ticket(world, "4", "nothing", complaint=False)
    facts = world.orders("complaints_known", "complaint_count", "has_complaint", "compensation", "compensation_known")
    assert facts == {"o": (1, 2, 1, Decimal("17.5"), 1), "quiet": (1, 0, 0, 0, 1)}
    world.build(only="fct_ticket")
    rows = world.session.rows(
        "SELECT ticket_no, region FROM fct_ticket JOIN dim_region USING (region_id) WHERE source = 'desk'"
    )
    assert dict(rows) == {"1": "浙江", "2": "浙江", "3": "浙江", "4": "unknown"}


def test_the_shop_was_first_when_it_wrote_before_the_customer(world: World) -> None:
    for name in ("first", "second", "silent"):
        world.order(name)
    ticket(world, "1", "first", direction="outbound")
    ticket(world, "2", "first", opened_at=START + HOUR)
    ticket(world, "3", "second", direction="outbound", opened_at=START + HOUR)
    ticket(world, "4", "second")
    assert world.orders("proactive_known", "is_contacted_first") == {
        "first": (1, 1),
        "second": (1, 0),
        "silent": (1, 0),
    }


# Customers


def customers(world: World, *columns: str) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in world.facts("fct_customer", "order_no", *columns)}


def test_a_customer_comes_back_with_a_later_order_within_ninety_days(world: World) -> None:
    clock(world, START + 90 * DAY)
    for name, moments in {
        "back": (START, START + 90 * DAY),
        "cart": (START, START),
        "once": (START,),
        "young": (START + HOUR, START + DAY),
    }.items():
        for place, moment in enumerate(moments):
            world.order(f"{name}{place}", customer_key=name, created_at=moment)
    world.order("gone0", customer_key="gone", status="cancelled")
    world.order("gone1", customer_key="gone", created_at=START + DAY)
    facts = customers(world, "is_matured", "has_repurchased", "first_order_day", "order_count")
    assert facts == {
        "back0": (1, 1, date(2026, 3, 2), 2),
        "cart0": (1, 0, date(2026, 3, 2), 2),
        "once0": (1, 0, date(2026, 3, 2), 1),
        "young0": (0, 1, date(2026, 3, 2), 2),
        "gone1": (0, 0, date(2026, 3, 3), 1),
    }


def test_the_same_number_in_two_channels_is_two_customers(world: World) -> None:
    world.order("a", customer_no="7")
    world.insert("orders", channel="other", order_no="b", customer_no="7", created_at=START + DAY)
    assert set(customers(world, "has_repurchased").items()) == {("a", (0,)), ("b", (0,))}


def test_a_customer_is_lost_when_nothing_follows_a_stockout(world: World) -> None:
    clock(world, START + 91 * DAY)
    for name in ("lost", "kept"):
        world.order(name, customer_key=name, status="cancelled", cancelled_by="seller", cancel_reason="缺货")
    world.order("again", customer_key="kept", created_at=START + 2 * DAY)
    world.order("other", customer_key="other", status="cancelled", cancelled_by="seller", cancel_reason="risk")
    facts = customers(world, "is_stockout_matured", "is_lost", "is_matured")
    assert facts == {"lost": (1, 1, 0), "again": (1, 0, 0), "other": (0, 0, 0)}


def test_a_customer_remembers_the_first_order(world: World) -> None:
    for name, signed in (("kept", START + DAY), ("late", START + 3 * DAY), ("open", None)):
        world.order(name, customer_key=name, promised_delivery_at_original=START + 2 * DAY)
        world.line(name, "1")
        world.fulfilment(name, name, shipped_at_platform=START)
        world.parcel(name, name, delivered_at=signed)
    world.order("free", customer_key="free")
    facts = customers(world, "first_order_state")
    assert facts == {"kept": ("kept",), "late": ("broken",), "open": ("broken",), "free": ("unknown",)}


# Penalties


def rule(world: World, kind: str = "late_ship", **values: Any) -> None:
    given = {"channel": world.channel, "kind": kind, "region": "", "effective_from": date(2026, 1, 1), **values}
    world.insert("penalty_rules", **given)


def at_risk(world: World) -> dict[tuple[str, str], tuple[Any, ...]]:
    rows = world.facts("fct_penalty_risk", "order_no", "penalty_kind", "penalty_state", "amount")
    return {(row[0], row[1]): row[2:] for row in rows}


def waiting(world: World, order_no: str, promised: datetime, value: Any = 100, **order: Any) -> None:
    world.order(order_no, promised_ship_at_original=promised, order_value=value, **order)
    world.line(order_no, "1")


def test_without_rules_nothing_is_at_risk(world: World) -> None:
    waiting(world, "late", START + DAY)
    assert at_risk(world) == {}


def test_open_orders_are_at_risk_once_broken_or_due_within_a_day(world: World) -> None:
    rule(world, fixed_amount=3, share_of_value=Decimal("0.05"), most_amount=9)
    waiting(world, "broken", START + DAY)
    waiting(world, "soon", LATER + 24 * HOUR)
    waiting(world, "far", LATER + 25 * HOUR)
    waiting(world, "dear", START + DAY, value=1000)
    waiting(world, "gone", START + DAY, status="cancelled", cancelled_by="customer")
    waiting(world, "sent", START + DAY)
    world.fulfilment("sent", "T", shipped_at_platform=START + 2 * DAY)
    assert at_risk(world) == {
        ("broken", "late_ship"): ("incurred", 8),
        ("soon", "late_ship"): ("threatened", 8),
        ("dear", "late_ship"): ("incurred", 9),
    }


OTHER_RULES: list[tuple[dict[str, Any], int | None]] = [
    ({"channel": "none", "fixed_amount": 7}, 5),
    ({"region": "西藏", "fixed_amount": 0}, None),
    ({"region": "浙江", "fixed_amount": 0}, 5),
    ({"effective_from": date(2026, 3, 1), "effective_to": date(2026, 3, 5), "fixed_amount": 0}, None),
    ({"effective_from": date(2026, 3, 3), "effective_to": date(2026, 3, 5), "fixed_amount": 0}, 5),
    ({"effective_from": date(2026, 2, 1), "fixed_amount": 7}, 7),
    ({"effective_from": date(2026, 2, 1), "fixed_amount": 7, "presale": True}, 5),
    ({"effective_from": date(2026, 2, 1), "fixed_amount": 1, "least_amount": 6}, 6),
    ({"effective_from": date(2026, 2, 1), "fixed_amount": 1, "grace_hours": 24 * 60}, None),
]


def test_the_rule_in_force_decides(world: World) -> None:
    """In each channel a general rule and another; the order is of 2 March, from Tibet."""
    for place, (other, _) in enumerate(OTHER_RULES):
        channel = {"channel": f"c{place}"}
        rule(world, **channel, fixed_amount=5)
        rule(world, **channel | other)
        order = {**channel, "order_no": f"c{place}", "created_at": START, "province": "西藏"}
        world.insert("orders", **order, promised_ship_at_original=START + DAY, order_value=100)
        world.insert("order_lines", **channel, order_no=f"c{place}", line_no="1", sku="A", qty_ordered=1)
    expected = {f"c{place}": amount for place, (_, amount) in enumerate(OTHER_RULES) if amount is not None}
    assert {order_no: values[1] for (order_no, _), values in at_risk(world).items()} == expected


def test_each_kind_of_promise_has_its_own_moment(world: World) -> None:
    for kind in ("late_delivery", "fake_shipment", "out_of_stock"):
        rule(world, kind, fixed_amount=5)
    world.order("late", promised_delivery_at_original=START + DAY)
    world.line("late", "1")
    sent(world, "fake", scan=None)
    sent(world, "scanned", scan=START)
    world.session.execute("UPDATE state_parcels SET delivered_at = ? WHERE order_no = 'scanned'", (START + DAY,))
    stock(world, date(2026, 3, 1), "none", available=0)
    waiting(world, "short", START + DAY)
    world.line("short", "2", sku="none")
    assert at_risk(world) == {
        ("late", "late_delivery"): ("incurred", 5),
        ("fake", "fake_shipment"): ("incurred", 5),
        ("short", "out_of_stock"): ("incurred", 5),
    }


def test_what_was_taken_stands_beside_what_the_rules_allow(world: World) -> None:
    rule(world, fixed_amount=5)
    world.order("o")
    for number, (order_no, kind, amount) in enumerate(
        [("o", "late_ship", 8), ("o", "other", 3), ("nobody", "late_ship", 4), ("o", "延迟发货", 2)]
    ):
        booked = START + number * DAY
        world.insert("penalties", channel="shop", order_no=order_no, kind=kind, booked_at=booked, amount=amount)
    found = sorted(
        world.facts("fct_penalty", "amount", "rule_amount", "overcharge", "booked_day"), key=lambda row: row[3]
    )
    assert [row[:3] for row in found] == [(8, 5, 3), (3, None, None), (4, None, None), (2, 5, 0)]
    assert found[0][3] == date(2026, 3, 2)
