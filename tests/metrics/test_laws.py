"""Laws that hold for any facts: tried on random ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.metrics.star import fill_star, random_orders

EVENTS = ("warehouse", "platform", "scan", "ship", "sign")
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

worlds = st.tuples(st.integers(0, 10**6), st.integers(1, 40))
definitions = st.fixed_dictionaries(
    {
        "promise": st.sampled_from(["original", "current"]),
        "causes": st.sampled_from(["all", "seller"]),
        "start": st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 5)),
    }
)


@contextmanager
def world(scratch: Path, seed: int, count: int, rollups: bool = False) -> Iterator[Session]:
    session = DuckEngine().open_writer(Path(":memory:"), Limits(), scratch)
    try:
        fill_star(session, random_orders(seed, count))
        if rollups:
            build_rollups(session, least_rows=0)
        yield session
    finally:
        session.close()


@FEW
@given(facts=worlds, definition=definitions)
def test_otif_is_never_above_fill_nor_above_on_time(scratch: Path, info: Any, facts: Any, definition: Any) -> None:
    with world(scratch, *facts) as session:
        for level in ("order", "line"):
            query = Query(("otif", "order_fill_rate", "delivery_delay_rate"), level=level, event="sign", **definition)
            found = run_query(session, info, query).records()[0]
            due = {found[f"{name}_d"] for name in query.metrics}
            assert len(due) == 1
            assert found["otif_n"] <= found["order_fill_rate_n"]
            assert found["otif_n"] <= found["delivery_delay_rate_d"] - found["delivery_delay_rate_n"]


@FEW
@given(facts=worlds, definition=definitions)
def test_a_perfect_order_is_on_time_and_in_full(scratch: Path, info: Any, facts: Any, definition: Any) -> None:
    with world(scratch, *facts) as session:
        for event in EVENTS:
            query = Query(("otif", "perfect_order_rate"), event=event, **definition)  # type: ignore[arg-type]
            for found in run_query(session, info, query.but(by=("channel",))).records():
                assert found["perfect_order_rate_n"] <= found["otif_n"]
                # Where cases are reported it is judged of the same orders, elsewhere not at all.
                assert found["perfect_order_rate_d"] in (found["otif_d"], 0)


def test_what_follows_the_orders_stays_within_the_whole(star: Session, info: Any) -> None:
    query = Query(("satisfaction_rate", "rating_response_rate", "tickets"))
    found = run_query(star, info, query).records()[0]
    assert 0 < found["satisfaction_rate_n"] <= found["satisfaction_rate_d"] <= found["tickets"]
    assert 0 < found["rating_response_rate_n"] <= found["rating_response_rate_d"] <= found["tickets"]
    times = Query(("transit_time", "transit_time_p90", "resolution_time", "resolution_time_p90"), by=("channel",))
    for row in run_query(star, info, times).records():
        assert row["transit_time"] <= row["transit_time_p90"]
        assert row["resolution_time"] <= row["resolution_time_p90"]
    for name in ("risk_order_rate", "stalled_parcel_rate", "repurchase_rate", "penalty_booked", "return_rate"):
        whole = run_query(star, info, Query((name,))).records()[0]
        parts = run_query(star, info, Query((name,), by=("region", "carrier"))).records()
        for column in (f"{name}_n", f"{name}_d"):
            assert sum(part[column] for part in parts) == pytest.approx(whole[column])


@FEW
@given(facts=worlds, definition=definitions)
def test_lines_of_filled_orders_are_filled_lines(scratch: Path, info: Any, facts: Any, definition: Any) -> None:
    """Not a law: order fill rate <= line fill rate. One order of one filled line beside one of ten unfilled lines."""
    with world(scratch, *facts) as session:
        query = Query(("line_fill_rate", "unit_fill_rate"), **{**definition, "causes": "all", "start": None})
        lines, units = (run_query(session, info, query.but(metrics=(name,))).records()[0] for name in query.metrics)
        promise = definition["promise"]
        of_filled = session.rows(
            f"SELECT count(*) FROM fct_order_line WHERE order_key IN "
            f"(SELECT order_key FROM fct_order WHERE filled_ship_{promise} = 1)"
        )[0][0]
        assert of_filled <= lines["line_fill_rate_n"]
        assert units["unit_fill_rate_n"] <= units["unit_fill_rate_d"]
        if units["unit_fill_rate"] == 1:
            assert lines["line_fill_rate"] == 1
        if lines["line_fill_rate"] == 1:
            assert units["unit_fill_rate"] == 1


@FEW
@given(facts=worlds, definition=definitions)
def test_kept_and_broken_are_all(scratch: Path, info: Any, facts: Any, definition: Any) -> None:
    with world(scratch, *facts) as session:
        for event, level in itertools.product(("ship", "sign"), ("unit", "value")):
            query = Query(("otif", "delivery_delay_rate"), level=level, event=event, **definition)  # type: ignore[arg-type]
            found = run_query(session, info, query).records()[0]
            assert found["otif_n"] + found["delivery_delay_rate_n"] == pytest.approx(found["otif_d"])


@FEW
@given(facts=worlds)
def test_leaving_out_what_others_caused_never_makes_it_worse(scratch: Path, info: Any, facts: Any) -> None:
    """What was kept stays as it is in both parts; only failures go."""
    with world(scratch, *facts) as session:
        for event, level in itertools.product(EVENTS, ("order", "line", "unit", "value")):
            query = Query(("otif", "order_fill_rate", "ship_delay_rate"), level=level, event=event)  # type: ignore[arg-type]
            strict = run_query(session, info, query).records()[0]
            lenient = run_query(session, info, query.but(causes="seller")).records()[0]
            for name in ("otif", "order_fill_rate"):
                assert lenient[f"{name}_n"] == strict[f"{name}_n"]
                assert lenient[f"{name}_n"] <= lenient[f"{name}_d"] <= strict[f"{name}_d"]
            kept, before = (found["ship_delay_rate_d"] - found["ship_delay_rate_n"] for found in (lenient, strict))
            assert kept == pytest.approx(before)
            assert lenient["ship_delay_rate_n"] <= strict["ship_delay_rate_n"]


@MANY
@given(
    metric=st.sampled_from(
        ["otif", "line_fill_rate", "value_fill_rate", "orders", "backlog", "review_score", "data_issues"]
    ),
    split=st.sampled_from(["channel", "region", "country", "shop", "carrier", "warehouse", "delivery_state"]),
    basis=st.sampled_from(["due", "order"]),
    first=st.integers(0, 59),
    days=st.integers(1, 60),
)
def test_parts_sum_to_the_whole(
    star: Session, info: Any, metric: str, split: str, basis: Any, first: int, days: int
) -> None:
    start = date(2026, 1, 1) + timedelta(days=first)
    query = Query((metric,), basis=basis, start=start, end=start + timedelta(days=days - 1))
    whole = run_query(star, info, query).records()[0]
    parts = run_query(star, info, query.but(by=(split,))).records()
    for column in (f"{metric}_n", f"{metric}_d"):
        assert sum(part[column] for part in parts) == pytest.approx(whole[column])
    filtered = [
        run_query(star, info, query.but(where=(Filter(split, (part[split],)),))).value(f"{metric}_n") for part in parts
    ]
    assert filtered == [part[f"{metric}_n"] for part in parts]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=worlds, cut=st.integers(0, 70))
def test_periods_add_up(scratch: Path, info: Any, facts: Any, cut: int) -> None:
    with world(scratch, *facts, rollups=True) as session:
        day = date(2026, 1, 1) + timedelta(days=cut)
        query = Query(("otif", "unit_fill_rate", "orders", "cycle_time_mean"))
        whole = run_query(session, info, query).records()[0]
        early = run_query(session, info, query.but(end=day)).records()[0]
        late = run_query(session, info, query.but(start=day + timedelta(days=1))).records()[0]
        for column in ("otif_n", "otif_d", "unit_fill_rate_n", "orders", "cycle_time_mean_d"):
            assert early[column] + late[column] == pytest.approx(whole[column])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metrics=st.lists(
        st.sampled_from(
            [
                "otif",
                "order_fill_rate",
                "ship_delay_rate",
                "orders",
                "order_value",
                "cycle_time_mean",
                "stage_time_mean",
                "review_score",
                "cancellation_rate",
                "order_completeness",
                "otif_failures",
            ]
        ),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    by=st.lists(
        st.sampled_from(["channel", "region", "shop", "carrier", "warehouse", "day", "week", "weekday"]),
        max_size=3,
        unique=True,
    ),
    where=st.lists(st.sampled_from(["tmall", "jd", "nobody"]), max_size=2, unique=True),
    basis=st.sampled_from(["due", "order"]),
    compare=st.sampled_from(["none", "previous", "year"]),
    first=st.integers(0, 50),
)
def test_a_rollup_answers_as_the_fact_does(
    star: Session, info: Any, metrics: list[str], by: list[str], where: list[str], basis: Any, compare: Any, first: int
) -> None:
    start = date(2026, 1, 1) + timedelta(days=first)
    filters = (Filter("channel", tuple(where)),) if where else ()
    query = Query(tuple(metrics), tuple(by), filters, start, start + timedelta(days=9), basis=basis, compare=compare)
    rolled = run_query(star, info, query)
    assert rolled.rows == run_query(star, info, query, prefer="fact").rows
    assert all(table.startswith("rollup_") for table in rolled.routes.values())
