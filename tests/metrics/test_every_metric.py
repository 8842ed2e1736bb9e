"""Every metric at every level by every dimension: rollup = fact = SQL written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import resolve
from fulfillment_bi.metrics.run import run_queries, run_query
from fulfillment_bi.warehouse.engine import Session
from tests.metrics.hand import PLAIN, answer, hand

GRAINS = [
    (name, level)
    for name, metric in METRICS.items()
    for level, measure in metric.measures.items()
    if measure.fact.of_order  # stock and purchases have their own
    if level == metric.level or not name.endswith("_fill_rate")  # the four share their measures
]
BASES = [
    (name, level, basis)
    for name, level in GRAINS
    for measure in (METRICS[name].measures[level],)
    for basis in ("due", "order")
    if basis == "due" or measure.fact.order_day not in ("", measure.basis.day)
]
"""By the day it is judged, and by the day of the order where that is another."""
EVENTS = ("warehouse", "platform", "scan", "ship", "sign")
PROMISE_GRAINS = [(name, level) for name, level in GRAINS if METRICS[name].is_promise]


def answered(rows: tuple[tuple[Any, ...], ...], by: int = 1) -> dict[Any, tuple[Any, ...]]:
    """Result rows as member -> (value, n, d, pending)."""
    return {row[0] if by else "all": (row[by], *(*map(float, row[by + 1 :]), 0.0)[:3]) for row in rows}


def assert_same(ours: dict[Any, tuple[Any, ...]], theirs: dict[Any, tuple[Any, ...]]) -> None:
    assert ours.keys() == theirs.keys()
    for member, (value, *parts) in ours.items():
        expected = theirs[member]
        assert parts == pytest.approx(list(expected[1:]), rel=1e-12), member
        assert value == (None if expected[0] is None else pytest.approx(expected[0], rel=1e-9)), member


def test_the_hand_written_list_is_complete() -> None:
    assert {name for name, _ in GRAINS} == set(PLAIN) | {name for name, _ in PROMISE_GRAINS}


@pytest.mark.parametrize(("name", "level", "basis"), BASES)
def test_every_dimension(star: Session, info: Any, name: str, level: Any, basis: Any) -> None:
    made = hand(name, level, str(METRICS[name].event), basis=basis)
    query = Query((name,), level=level, basis=basis)
    by_dimension = [query.but(by=(dimension,)) for dimension in made.dimensions()]
    rolled = run_queries(star, info, by_dimension)
    facts = run_queries(star, info, by_dimension, prefer="fact")
    for dimension, from_rollup, from_fact in zip(made.dimensions(), rolled, facts, strict=True):
        assert from_rollup.rows == from_fact.rows, dimension
        assert from_rollup.rows, dimension
        theirs = answer(star, made, dimension)
        assert_same(answered(from_fact.rows), theirs)


@pytest.mark.parametrize(("name", "level"), GRAINS)
def test_every_dimension_that_applies_is_tried(name: str, level: Any) -> None:
    fact = METRICS[name].measures[level].fact.name
    made = hand(name, level, str(METRICS[name].event))
    expected = {
        dimension for dimension, each in DIMENSIONS.items() if fact in each.facts and (made.day or not each.is_calendar)
    }
    assert set(made.dimensions()) == expected


@pytest.mark.parametrize("causes", ["all", "seller"])
@pytest.mark.parametrize("promise", ["original", "current"])
@pytest.mark.parametrize(("name", "level"), PROMISE_GRAINS)
def test_every_definition(star: Session, info: Any, name: str, level: Any, promise: Any, causes: Any) -> None:
    for event in EVENTS:
        query = Query((name,), level=level, event=event, promise=promise, causes=causes)
        made = hand(name, level, event, promise, seller=causes == "seller")
        result = run_query(star, info, query)
        assert_same(answered(result.rows, by=0), answer(star, made))


@pytest.mark.parametrize(("name", "level"), GRAINS)
def test_pairs_of_dimensions_and_a_filter(star: Session, info: Any, name: str, level: Any) -> None:
    from fulfillment_bi.metrics.query import Filter

    queries = [
        Query((name,), level=level, by=("region", "channel"), where=(Filter("warehouse", ("GZ-1", "several")),)),
        Query(
            (name,), level=level, by=("shop",), where=(Filter("channel", ("jd",)), Filter("carrier", ("SF", "no such")))
        ),
        Query((name,), level=level, by=("region", "channel", "shop", "carrier", "warehouse")),
        Query((name,), level=level, where=(Filter("country", ("中国",)),)),
    ]
    for query in queries:
        rolled, fact = run_query(star, info, query), run_query(star, info, query, prefer="fact")
        assert rolled.rows == fact.rows
        if not resolve(METRICS[name], query).adds_up and METRICS[name].unit == "count":
            continue  # an order with lines in two warehouses counts in both
        parts = [row[len(query.by) + 1] for row in rolled.rows]
        made = hand(name, level, str(METRICS[name].event))
        assert sum(parts) == pytest.approx(_by_hand(star, made, query), rel=1e-12)


def _by_hand(star: Session, made: Any, query: Query) -> float:
    conditions = []
    for item in query.where:
        table = "region" if item.dimension == "country" else item.dimension
        names = ", ".join(f"'{value}'" for value in item.values)
        conditions.append(f"{table}_id IN (SELECT {table}_id FROM dim_{table} WHERE {item.dimension} IN ({names}))")
    found = answer(star, made, condition=" AND ".join(conditions))
    return found["all"][1] if found else 0


def test_fused_queries_answer_as_single_ones(star: Session, info: Any) -> None:
    queries = [
        Query(("otif", "cycle_time_p50", "backlog"), by=("channel",), order_by="-otif"),
        Query(("otif",), by=("day",), basis="order"),
        Query(("stage_time", "stage_time_mean"), by=("stage", "weekday")),
        Query(("order_value", "orders", "review_score")),
        Query(("value_fill_rate",), by=("sku", "hour"), limit=3),
    ]
    fused = run_queries(star, info, queries)
    singly = [run_query(star, info, query) for query in queries]
    assert [result.rows for result in fused] == [result.rows for result in singly]
    assert [result.columns for result in fused] == [result.columns for result in singly]
    types = [[type(cell) for cell in row] for result in fused for row in result.rows]
    assert types == [[type(cell) for cell in row] for result in singly for row in result.rows]
