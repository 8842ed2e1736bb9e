"""Rollup = fact = hand-written SQL, for one metric at one level by every dimension; and the rows behind its number."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.rows import run_rows
from fulfillment_bi.metrics.run import run_queries, run_query
from fulfillment_bi.warehouse.engine import Session
from tests.metrics.conftest import Version
from tests.metrics.hand import answer, hand

INFO = Version()
GRAINS = [
    (name, level)
    for name, metric in METRICS.items()
    for level, measure in metric.measures.items()
    if measure.fact.of_order  # stock and purchases have their own
    if level == metric.level or not name.endswith("_fill_rate")  # the four share their measures
]


def check_answers(session: Session, name: str, level: Any) -> None:
    made = hand(name, level, str(METRICS[name].event))
    queries = [Query((name,), by=(dimension,), level=level) for dimension in made.dimensions()]
    rolled = run_queries(session, INFO, queries)
    facts = run_queries(session, INFO, queries, prefer="fact")
    for dimension, from_rollup, from_fact in zip(made.dimensions(), rolled, facts, strict=True):
        assert from_rollup.rows == from_fact.rows, dimension
        by_hand = answer(session, made, dimension)
        assert {row[0] for row in from_fact.rows} == by_hand.keys(), dimension
        for member, value, n, d in from_fact.rows:
            expected = by_hand[member]
            assert (n, d) == pytest.approx(expected[1:3], rel=1e-12), (dimension, member)
            assert value == (None if expected[0] is None else pytest.approx(expected[0], rel=1e-9)), (dimension, member)


def check_rows_behind(session: Session, name: str, level: Any) -> None:
    query = Query((name,), level=level)
    printed = run_query(session, INFO, query)
    for part, suffix in (("numerator", "_n"), ("denominator", "_d")):
        behind = run_rows(session, INFO, query, name, part, limit=5)  # type: ignore[arg-type]
        number = printed.value(name + suffix)
        assert (behind.count if behind.total is None else behind.total) == pytest.approx(number, rel=1e-12)
