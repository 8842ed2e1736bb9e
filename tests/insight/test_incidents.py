"""Planted incidents are found: what broke, where, and how many orders, in a made-up world of modest size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import anyio
import pytest
from mcp.client import Client

from fulfillment_bi.agents.server import create_agent_server
from fulfillment_bi.insight.findings import find
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.sample.incidents import NAMES
from tests.bench.incidents import CAUSES, judge, planted

ORDERS, DAYS, SEED = 8_000, 90, 7


@pytest.fixture(scope="module")
def jam() -> Iterator[tuple[Any, Any]]:
    """A world with a jammed review queue, and its truth."""
    with planted(("review_queue_jam",), ORDERS, DAYS, SEED) as made:
        yield made


def test_what_was_planted_is_found_and_nothing_before_it(jam: tuple[Any, Any]) -> None:
    world, truth = jam
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


def test_an_agent_that_asks_why_is_told_the_planted_cause(jam: tuple[Any, Any]) -> None:
    world, truth = jam
    first, last = truth["incidents"][0]["felt"]

    async def talk() -> Any:
        async with Client(create_agent_server(lambda: world)) as client:
            names = (await client.call_tool("list_metrics", {"search": "订单满足率"})).structured_content
            assert "otif" in [one["name"] for one in names["metrics"]]
            days = {"start": first, "end": last}
            return (await client.call_tool("why", {"metric": "otif", "selection": days})).structured_content

    told = anyio.run(talk)
    assert told["after"] < told["before"]
    assert told["sentence"]["en"]
    assert set(told["findings"][0]["causes"]) & set(CAUSES["review_queue_jam"])


def test_every_incident_has_an_expectation() -> None:
    assert set(CAUSES) == set(NAMES)
