"""One order's story, from the rows that every system left."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fulfillment_bi.insight.timeline import Timeline, order_timeline
from fulfillment_bi.warehouse.engine import Session
from tests.warehouse.world import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 1, 0)


@pytest.fixture
def world(session: Session) -> World:
    world = World(session, start=START)
    for number in range(3):
        name = f"kept{number}"
        world.order(name, paid_at=START + HOUR, promised_delivery_at_original=START + 3 * DAY)
        world.line(name, "1")
        world.fulfilment(name, name, warehouse="north", shipped_at_warehouse=START + 3 * HOUR)
        world.parcel(name, name, carrier="fast", delivered_at=START + DAY)
    return world


def told(world: World, order_no: str) -> Timeline:
    world.build()
    timeline = order_timeline(world.session, "shop", order_no)
    assert timeline is not None
    return timeline


def test_every_system_adds_its_events_in_the_order_of_time(world: World) -> None:
    world.insert(
        "tickets",
        source="desk",
        ticket_no="1",
        channel="shop",
        order_no="kept0",
        category="late",
        opened_at=START + 20 * HOUR,
    )
    world.insert("reviews", channel="shop", order_no="kept0", review_no="1", score=4, created_at=START + 2 * DAY)
    timeline = told(world, "kept0")
    assert [(event.system, event.kind, event.detail) for event in timeline.events] == [
        ("order", "created", ""),
        ("order", "paid", ""),
        ("warehouse", "shipped_warehouse", "north"),
        ("service", "ticket_opened", "late"),
        ("carrier", "delivered", "fast kept0"),
        ("customer", "reviewed_by_customer", "4.0"),
    ]
    assert (timeline.is_due, timeline.is_on_time, timeline.is_in_full) == (False, False, True)


def test_overruns_add_up_to_the_time_over_all_budgets(world: World) -> None:
    world.order(
        "late",
        paid_at=START + HOUR,
        promised_delivery_at_original=START + 3 * DAY,
        promised_delivery_at_current=START + 6 * DAY,
    )
    world.line("late", "1")
    world.fulfilment("late", "L", shipped_at_warehouse=START + 4 * DAY)
    world.parcel("late", "L", delivered_at=START + 5 * DAY)
    timeline = told(world, "late")
    budgets = {"pay": 3600, "ship": 2 * 3600, "deliver": 21 * 3600}
    assert {stage.stage: stage.budget_seconds for stage in timeline.stages} == budgets
    overrun = sum(stage.overrun_seconds for stage in timeline.stages)
    assert overrun == 5 * 86400 - sum(budgets.values())
    assert (timeline.break_stage, timeline.is_due, timeline.is_on_time) == ("ship", True, False)
    assert timeline.renegotiated_delivery_at == START + 6 * DAY


def test_an_open_order_shows_the_stage_it_waits_in(world: World) -> None:
    world.order("open", paid_at=START + HOUR, promised_delivery_at_original=START + 9 * DAY)
    world.line("open", "1", qty_ordered=2)
    timeline = told(world, "open")
    waiting = timeline.stages[-1]
    assert (waiting.stage, waiting.is_open, waiting.ended_at) == ("ship", True, None)
    assert waiting.seconds == (timeline.as_of - (START + HOUR)).total_seconds()
    assert [(line.qty_due, line.qty_sent) for line in timeline.lines] == [(2, 0)]
    assert not timeline.is_in_full


def test_an_unknown_order_has_no_timeline(world: World) -> None:
    world.build()
    assert order_timeline(world.session, "shop", "nothing") is None
    assert order_timeline(world.session, "elsewhere", "kept0") is None
