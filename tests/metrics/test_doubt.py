"""What is not known about a number, and the bounds it leaves."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.insight.bounds import bounds, feeding, judge
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.doubt import Doubt
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.resolve import resolve
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.engine import Session
from tests.metrics.star import fill_star, random_orders

PERIOD = {"start": date(2026, 1, 10), "end": date(2026, 2, 20)}
OTIF = resolve(METRICS["otif"], Query(("otif",)))


def doubts() -> st.SearchStrategy[Doubt]:
    count = st.integers(0, 500)

    def made(good: int, bad: int, good_doubt: int, bad_doubt: int, unknown: int, refused: int) -> Doubt:
        good_doubt, bad_doubt = min(good, good_doubt), min(bad, bad_doubt)
        return Doubt(good, good + bad, good_doubt, good_doubt + bad_doubt, unknown, good + bad + unknown, 0, 0, refused)

    return st.builds(made, count, count, count, count, count, count)


@given(doubt=doubts())
def test_the_value_lies_between_worst_and_best(doubt: Doubt) -> None:
    for name in ("otif", "ship_delay_rate"):
        found = bounds((), doubt, resolve(METRICS[name], Query((name,))))
        if found.value is not None:
            assert found.low is not None
            assert found.high is not None
            assert 0 <= found.low <= found.value <= found.high <= 1
            if not (doubt.unknown or doubt.refused or doubt.d_in_doubt):
                assert found.low == found.value == found.high
                assert found.coverage == 1


@given(doubt=doubts(), unknown=st.integers(0, 50))
def test_every_outcome_of_the_unknown_lies_within(doubt: Doubt, unknown: int) -> None:
    found = bounds((), doubt, OTIF)
    joining = doubt.unknown + doubt.refused
    good = min(unknown, joining)
    whole = doubt.d + joining
    if whole and found.low is not None and found.high is not None:
        assert found.low - 1e-12 <= (doubt.n + good) / whole <= found.high + 1e-12


def test_what_has_no_worst_case_has_no_bounds() -> None:
    doubt = Doubt(5, 10, 0, 0, 3, 13, 1, 2, 1)
    for name in ("cycle_time_p50", "review_score"):
        found = bounds((), doubt, resolve(METRICS[name], Query((name,))))
        assert (found.low, found.high) == (None, None)
        assert found.impossible_share == 1 / 13
        assert found.missing_share == 2 / 13
    counted = bounds((), doubt, resolve(METRICS["orders"], Query(("orders",))))
    assert (counted.low, counted.value, counted.high) == (5, 5, 9)


@pytest.mark.parametrize("basis", ["due", "order"])
@pytest.mark.parametrize("by", [(), ("channel",), ("month",)])
def test_numbers_are_those_of_the_query_and_nobody_is_forgotten(star: Session, info: Any, basis: Any, by: Any) -> None:
    query = Query(("otif",), by=by, basis=basis, **PERIOD)  # type: ignore[arg-type]
    found = {one.members: one for one in judge(star, query).rows}
    rows = run_query(star, info, query).records()
    assert rows
    for row in rows:
        one = found[tuple(row[name] for name in by)]
        assert one.value == row["otif"]
        assert one.refused == one.in_doubt == 0


def test_unknown_are_the_orders_that_nothing_decides(star: Session) -> None:
    (one,) = judge(star, Query(("otif",), **PERIOD)).rows  # type: ignore[arg-type]
    (count,) = star.rows(
        """SELECT count(*) FROM fct_order
           WHERE due_sign_original = 0 AND pending_sign_original = 0
             AND (delivery_state <> 'cancelled' OR cancelled_by = 'unknown')
             AND coalesce(sign_due_original_day, created_day) BETWEEN '2026-01-10' AND '2026-02-20'"""
    )[0]
    assert one.unknown == count > 0


def refuse(session: Session, entity: str, **cells: str) -> None:
    session.execute(
        "INSERT INTO quarantine VALUES (1, ?, 1, ['out_of_range:x'], ?, TIMESTAMP '2026-02-01')",
        (entity, json.dumps(cells)),
    )


def test_refused_records_count_where_they_may_belong(empty: Session) -> None:
    fill_star(empty, random_orders(seed=4, count=120))
    empty.execute(
        "CREATE TABLE quarantine (load_id INTEGER, entity VARCHAR, source_line BIGINT, reasons VARCHAR[], "
        "source VARCHAR, first_seen TIMESTAMP)"
    )
    query = Query(("otif",), by=("channel",), **PERIOD)  # type: ignore[arg-type]
    before = {one.members[0]: one for one in judge(empty, query).rows}
    refuse(empty, "orders", channel="jd", order_no="X-1", created_at="2026-01-20 10:00:00")
    refuse(empty, "orders", channel="", order_no="X-2", created_at="soon")  # may be anybody's
    refuse(empty, "orders", channel="jd", order_no="X-3", created_at="2025-06-01 10:00:00")  # of another time
    refuse(empty, "orders", channel="jd", order_no="NO-000001", created_at="2026-01-20")  # came right later
    due = empty.rows(
        "SELECT order_no, channel, otif_sign_original FROM fct_order JOIN dim_channel USING (channel_id) "
        "WHERE due_sign_original = 1 AND sign_due_original_day BETWEEN '2026-01-15' AND '2026-02-10' ORDER BY 1 LIMIT 1"
    )[0]
    refuse(empty, "fulfilments", order_no=due[0])
    after = {one.members[0]: one for one in judge(empty, query).rows}
    for channel, one in after.items():
        assert one.refused == {"jd": 2}.get(channel, 1)
        assert one.in_doubt == (1 if channel == due[1] else 0)
        assert one.value == before[channel].value
        if one.value is not None:
            assert one.low is not None
            assert before[channel].low is not None
            assert one.low < before[channel].low
    (filtered,) = judge(empty, query.but(by=(), where=(Filter("channel", ("shopify",)),))).rows
    assert filtered.refused == 1


def test_a_number_rests_on_the_records_that_make_its_table() -> None:
    assert {"orders", "order_lines", "fulfilments", "parcels"} <= feeding("fct_order")
    assert "reviews" in feeding("fct_review")
    assert "purchase_lines" not in feeding("fct_review")
