"""Planted incidents are found: what broke, where, and how many orders, in a made-up world of modest size."""

from __future__ import annotations

from datetime import date

from fulfillment_bi.insight.findings import find
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.sample.incidents import NAMES
from tests.bench.incidents import CAUSES, judge, planted

ORDERS, DAYS, SEED = 8_000, 90, 7


def test_what_was_planted_is_found_and_nothing_before_it() -> None:
    with planted(("review_queue_jam",), ORDERS, DAYS, SEED) as (world, truth):
        found = judge(world, truth["incidents"][0])
        assert found.cause, found
        assert found.first is not None
        assert found.first.low <= found.truth <= found.first.high
        # 44 orders of it are too few to say where.
        assert not found.first.places
        calm = Query(("otif",), start=date(2026, 10, 12), end=date(2026, 10, 18))
        assert not find(world, calm.but(start=date(2026, 9, 10), end=date(2026, 9, 16)))
        # Nothing is known of chance in the first weeks, and other metrics have no causes.
        assert find(world, calm.but(start=date(2026, 8, 26), end=date(2026, 8, 30))) == ()
        assert find(world, calm.but(metrics=("orders",))) == ()


def test_every_incident_has_an_expectation() -> None:
    assert set(CAUSES) == set(NAMES)
