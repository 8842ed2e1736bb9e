"""Queues from literal orders, counted by hand hour by hour."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from fulfillment_bi.insight.bottleneck import ALL, Bottleneck, find_bottleneck
from fulfillment_bi.warehouse.engine import Session
from tests.warehouse.world import World

START = datetime(2026, 6, 1, 0)
DAY = date(2026, 6, 1)
GZ = ("review", "GZ")


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def jammed(session: Session) -> Bottleneck:
    """Eight orders on the hour from 0:00; paid at once; reviewed within the hour but for four that wait 6 hours."""
    world = World(session, start=START)
    for number in range(8):
        review = 6.5 if 2 <= number < 6 else 0.5
        key = f"A{number}", f"T{number}"
        promise = at(number + 10.5)
        world.order(key[0], created_at=at(number), paid_at=at(number), promised_delivery_at_original=promise)
        world.line(key[0], "1")
        sent = number + review + 7.5
        world.fulfilment(*key, reviewed_at=at(number + review), shipped_at_warehouse=at(sent), warehouse="GZ")
        world.parcel(*key, delivered_at=at(sent + 2))
    world.build(timezone="UTC")
    return find_bottleneck(session, DAY, DAY, "UTC")


def test_waiting_is_counted_hour_by_hour(session: Session) -> None:
    found = jammed(session)
    review = next(flow for flow in found.flows if (flow.stage, flow.warehouse) == ("review", ALL))
    assert (review.arrivals, review.completions, review.growth, review.waiting_at_end) == (8, 8, 0, 0)
    # Orders 2..5 are counted at the ends of the hours in which they still wait: six each; the others in none.
    assert review.waiting_mean == 4 * 6 / 24
    assert review.seconds_mean == (4 * 0.5 + 4 * 6.5) / 8 * 3600
    # Four are reviewed in their own hour, four six hours later; two hours have one of each, so that six hours worked.
    assert (review.hours, review.working_hours) == (24, 8)
    assert review.utilisation == pytest.approx(8 / (review.capacity_hour * 8))
    assert review.hours_behind == pytest.approx((1 - 8 / 24 * 0.5) / review.capacity_hour)
    assert review.little_waiting == pytest.approx(8 / 24 * 3.5)
    assert review.peak_hour == 5
    assert review.budget_seconds == 1800
    assert review.excess == pytest.approx(1 - 8 / 24 * 0.5)
    assert (found.binding, found.where) == (review, next(f for f in found.flows if (f.stage, f.warehouse) == GZ))


def test_open_orders_wait_and_what_came_before_counts(session: Session) -> None:
    world = World(session, start=START)
    world.order("old", created_at=at(-30), paid_at=at(-30), promised_delivery_at_original=at(100))
    world.line("old", "1")
    world.order("new", created_at=at(5), paid_at=at(6), promised_delivery_at_original=at(100))
    world.line("new", "1")
    world.fulfilment("new", "T", shipped_at_warehouse=at(20))
    world.parcel("new", "T", delivered_at=at(30))
    world.build(timezone="UTC")
    flows = {(f.stage, f.warehouse): f for f in find_bottleneck(session, DAY, DAY, "UTC").flows}
    ship = flows["ship", ALL]
    assert (ship.arrivals, ship.completions, ship.waiting_at_end) == (1, 1, 1)
    assert ship.waiting_mean == (24 + 14) / 24
    # The one hour that completed anything is all that its capacity is known from.
    assert (ship.capacity_hour, ship.working_hours, ship.utilisation) == (1, 1, 1)
    idle = flows["deliver", ALL]
    assert (idle.capacity_hour, idle.utilisation, idle.hours_behind) == (0, None, None)
    assert flows["deliver", ALL].waiting_at_end == 1


def test_the_bounds_are_business_days(session: Session) -> None:
    world = World(session, start=START)
    world.order("A", created_at=at(-8), paid_at=at(-7), promised_delivery_at_original=at(100))
    world.line("A", "1")
    world.build()
    shanghai = find_bottleneck(session, DAY, DAY, "Asia/Shanghai").flows
    assert {f.arrivals for f in shanghai if f.stage == "pay" and f.warehouse == ALL} == {1}
    later = find_bottleneck(session, DAY + timedelta(days=1), DAY + timedelta(days=1), "Asia/Shanghai").flows
    assert {f.arrivals for f in later if f.stage == "pay"} <= {0}
