"""Routing from literal orders: three warehouses, two regions, stock on the day, and the carriers of a lane."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from fulfillment_bi.insight.routing import LEAST_ORDERS, LEAST_PARCELS, Routing, judge_routing
from fulfillment_bi.warehouse.engine import Session
from tests.warehouse.world import World

START = datetime(2026, 6, 1, 4)
DAY = date(2026, 6, 1)


class Sent:
    """A world of orders that are sent at once and take so many days."""

    def __init__(self, session: Session) -> None:
        self.world = World(session, start=START)
        self.count = 0

    def order(self, warehouse: str, region: str, days: float, *, promise: float = 2.5, carrier: str = "A",
              sku: str = "X", freight: float = 5.0, units: int = 1) -> None:  # fmt: skip
        self.count += 1
        key = f"o{self.count:03}", f"t{self.count:03}"
        shipped = START + timedelta(hours=2)
        due = shipped + timedelta(days=promise)
        self.world.order(key[0], paid_at=START, province=region, promised_delivery_at_original=due)
        self.world.line(key[0], "1", sku=sku, qty_ordered=units)
        self.world.fulfilment(*key, shipped_at_warehouse=shipped, warehouse=warehouse, carrier=carrier)
        self.world.parcel(
            *key, carrier=carrier, first_scan_at=shipped, promised_at=due, freight_cost=freight,
            delivered_at=shipped + timedelta(days=days),
        )  # fmt: skip

    def stock(self, warehouse: str, units: int, sku: str = "X") -> None:
        for day in (DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)):
            self.world.insert("stock_levels", sku=sku, warehouse=warehouse, on_hand=units, **{"date": day})

    def judged(self) -> Routing:
        # The data reaches on, so that every promise has come due.
        self.world.order("last", created_at=START + timedelta(days=9))
        self.world.build(timezone="UTC")
        return judge_routing(self.world.session, DAY, DAY)


@pytest.fixture
def sent(session: Session) -> Sent:
    return Sent(session)


def test_a_detour_is_told_from_stock_that_was_not_there(sent: Sent) -> None:
    for _ in range(LEAST_ORDERS):
        sent.order("Near", "R", 1.0, freight=4.0)
        sent.order("Far", "R", 3.0, freight=6.0)
    sent.order("Far", "R", 3.0, units=5, freight=6.0)
    sent.stock("Near", 2)
    sent.stock("Far", 90)
    found = sent.judged()
    assert (found.orders, found.judged) == (21, 21)
    rule, lack = found.detours
    assert (rule.warehouse, rule.best, rule.region, rule.because) == ("Far", "Near", "R", "route")
    # Two days more each; all of Far's were late, none of Near's; two of freight each.
    assert (rule.orders, rule.late, rule.days_more, rule.late_more) == (10, 10, 20.0, 10.0)
    assert rule.freight_more == pytest.approx(20)
    # Five units were not there: not the rule's fault.
    assert (lack.because, lack.orders, lack.days_more) == ("stock", 1, 2.0)
    assert found.share("route") == 10 / 21
    assert found.away("stock") == 1


def test_what_saves_little_or_is_hardly_known_is_no_detour(sent: Sent) -> None:
    for _ in range(LEAST_ORDERS):
        sent.order("Near", "R", 1.0)
        sent.order("Next", "R", 1.2)
    for _ in range(LEAST_ORDERS - 1):
        sent.order("Rare", "R", 0.2)
    sent.order("Near", "Elsewhere", 4.0)
    for warehouse in ("Near", "Next", "Rare"):
        sent.stock(warehouse, 99)
    found = sent.judged()
    assert found.detours == ()
    assert (found.orders, found.judged) == (30, 20)


def test_a_carrier_is_worse_only_beyond_chance(sent: Sent) -> None:
    for at in range(LEAST_PARCELS):
        sent.order("Near", "R", 1.0, carrier="Good", freight=8.0)
        sent.order("Near", "R", 3.0 if at < 15 else 1.0, carrier="Bad", freight=5.0)
        sent.order("Near", "R", 3.0 if at < 2 else 1.0, carrier="Same")
    for _ in range(LEAST_PARCELS - 1):
        sent.order("Near", "R", 3.0, carrier="Few")
    found = {one.carrier: one for one in sent.judged().carriers}
    assert found.keys() == {"Good", "Bad", "Same"}
    bad = found["Bad"]
    assert (bad.parcels, bad.due, bad.late, bad.best, bad.late_more) == (20, 20, 15, "Good", 15.0)
    assert bad.freight_more == pytest.approx(-60)
    assert bad.days_p90 == pytest.approx(3.0)
    assert bad.low < 0.75 < bad.high
    assert (found["Same"].best, found["Same"].late_more) == ("", 0.0)
