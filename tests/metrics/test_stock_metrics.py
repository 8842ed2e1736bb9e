"""Every metric of stock and purchasing by every dimension: rollup = fact = SQL written by hand; rows behind; laws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfillment_bi.errors import NotApplicableError
from fulfillment_bi.insight.why import explain
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.describe import describe_metric
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.rows import run_rows
from fulfillment_bi.metrics.run import run_queries, run_query
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.metrics.hand_stock import PLAIN, answer, hand, of_promise
from tests.metrics.stock_world import fill_stock

GRAINS = [
    (name, level)
    for name, metric in METRICS.items()
    for level, measure in metric.measures.items()
    if not measure.fact.of_order
]
PERIOD = {"start": date(2026, 2, 3), "end": date(2026, 3, 20)}
CONDITION = "{day} BETWEEN DATE '2026-02-03' AND DATE '2026-03-20'"


@contextmanager
def world(scratch: Path, seed: int, **size: int) -> Iterator[Session]:
    session = DuckEngine().open_writer(Path(":memory:"), Limits(), scratch)
    try:
        fill_stock(session, seed, **size)
        yield session
    finally:
        session.close()


@pytest.fixture(scope="module")
def stock(scratch: Path) -> Iterator[Session]:
    with world(scratch, seed=20260401) as session:
        build_rollups(session, least_rows=0)
        yield session


def assert_same(rows: tuple[tuple[Any, ...], ...], theirs: dict[Any, tuple[Any, ...]], by: int = 1) -> None:
    ours = {row[0] if by else "all": row[by : by + 3] for row in rows if by or row[1] or row[2]}
    assert ours.keys() == theirs.keys()
    for member, (value, n, d) in ours.items():
        expected = theirs[member]
        assert (n, d) == pytest.approx(expected[1:], rel=1e-12), member
        assert value == (None if expected[0] is None else pytest.approx(expected[0], rel=1e-9)), member


def test_the_hand_written_list_is_complete() -> None:
    assert set(GRAINS) == set(PLAIN) | set(of_promise("original"))


@pytest.mark.parametrize(("name", "level"), GRAINS)
def test_every_dimension(stock: Session, info: Any, name: str, level: Any) -> None:
    made = hand(name, level)
    fact = METRICS[name].measures[level].fact.name
    declared = {each for each, one in DIMENSIONS.items() if fact in one.facts and (made.day or not one.is_calendar)}
    assert set(made.dimensions()) == declared - ({"hour"} if fact != "fct_stock_count" else set())
    queries = [Query((name,), by=(dimension,), level=level) for dimension in made.dimensions()]
    rolled = run_queries(stock, info, queries)
    facts = run_queries(stock, info, queries, prefer="fact")
    for dimension, from_rollup, from_fact in zip(made.dimensions(), rolled, facts, strict=True):
        assert from_rollup.rows == from_fact.rows, dimension
        assert from_fact.rows, dimension
        assert_same(from_fact.rows, answer(stock, made, dimension))


@pytest.mark.parametrize(("name", "level"), [grain for grain in GRAINS if hand(*grain).day])
def test_a_period_and_a_filter(stock: Session, info: Any, name: str, level: Any) -> None:
    made = hand(name, level)
    condition = CONDITION.format(day=made.day)
    for dimension in ("", "month", "weekday", "warehouse"):
        query = Query((name,), by=(dimension,) if dimension else (), level=level, **PERIOD)  # type: ignore[arg-type]
        for prefer in ("rollup", "fact"):
            rows = run_query(stock, info, query, prefer=prefer).rows  # type: ignore[arg-type]
            assert_same(rows, answer(stock, made, dimension, condition), len(query.by))
    query = Query((name,), level=level, where=(Filter("category", ("shoes",)),), **PERIOD)  # type: ignore[arg-type]
    shoes = "category_id = (SELECT category_id FROM dim_category WHERE category = 'shoes')"
    assert_same(run_query(stock, info, query).rows, answer(stock, made, "", condition, shoes), 0)
    assert run_query(stock, info, query).rows == run_query(stock, info, query, prefer="fact").rows


@pytest.mark.parametrize("promise", ["original", "current"])
@pytest.mark.parametrize("name", ["supplier_on_time_rate", "supplier_delay_mean", "supplier_fill_rate"])
def test_both_promises(stock: Session, info: Any, name: str, promise: Any) -> None:
    for level in METRICS[name].measures:
        result = run_query(stock, info, Query((name,), level=level, promise=promise, by=("supplier",)))
        assert_same(result.rows, answer(stock, hand(name, level, promise), "supplier"))


@pytest.mark.parametrize(("name", "level"), GRAINS)
def test_the_rows_behind_are_what_was_printed(stock: Session, info: Any, name: str, level: Any) -> None:
    where = () if name.startswith("coordination") else (Filter("sku", ("S1", "S2", "S3", "S5")),)
    query = Query((name,), level=level, where=where, **(PERIOD if hand(name, level).day else {}))  # type: ignore[arg-type]
    printed = run_query(stock, info, query)
    for part, suffix in (("numerator", "_n"), ("denominator", "_d")):
        behind = run_rows(stock, info, query, name, part, limit=4)  # type: ignore[arg-type]
        number = printed.value(name + suffix)
        assert (behind.count if behind.total is None else behind.total) == pytest.approx(number, rel=1e-12)
        assert len(behind.rows) == min(4, behind.count)
    assert printed.value(f"{name}_d") > 0 or name == "negative_stock"


def test_a_search_in_the_rows(stock: Session, info: Any) -> None:
    query = Query(("supplier_on_time_rate",), level="line")
    for text, column in (("p1", "po_no"), ("s3", "sku")):
        found = run_rows(stock, info, query, query.metrics[0], "denominator", text=text).records()
        assert found
        assert all(text in f"{row['po_no']} {row['sku']}".lower() for row in found), column
    batches = run_rows(stock, info, Query(("inventory_age",)), "inventory_age", "denominator", text="b2")
    assert {row["batch"] for row in batches.records()} == {"b2"}


@pytest.mark.parametrize("compare", ["previous", "year"])
@pytest.mark.parametrize("name", ["stock_on_hand", "stock_value_average", "stock_turnover", "stockout_rate"])
def test_compared_with_the_period_before(stock: Session, info: Any, name: str, compare: Any) -> None:
    query = Query((name,), by=("warehouse",), start=date(2026, 3, 1), end=date(2026, 3, 20), compare=compare)
    found = {row["warehouse"]: row for row in run_query(stock, info, query).records()}
    days = 20 if compare == "previous" else 365
    shift = timedelta(days=days)
    earlier = query.but(start=query.start - shift, end=query.end - shift, compare="none")  # type: ignore[operator]
    before = {row["warehouse"]: row for row in run_query(stock, info, earlier).records()}
    assert found
    for member, row in found.items():
        assert (
            row[f"{name}_before"] == (before[member][name] if member in before else None) or not row[f"{name}_before"]
        )
        assert (row[f"{name}_before_n"] or 0) == (before[member][f"{name}_n"] if member in before else 0)


def test_compared_by_month_each_month_has_its_own_days(stock: Session, info: Any) -> None:
    query = Query(("stock_value", "stock_value_average"), by=("week",), start=date(2026, 2, 16), end=date(2026, 3, 1))
    compared = run_query(stock, info, query.but(compare="previous")).records()
    earlier = query.but(start=date(2026, 2, 2), end=date(2026, 2, 15))
    for now, then in zip(compared, run_query(stock, info, earlier).records(), strict=True):
        assert now["week"] - then["week"] == timedelta(days=14)
        assert [now[f"{name}_before"] for name in query.metrics] == [then[name] for name in query.metrics]


def test_compared_at_the_same_age_and_by_the_calendar(stock: Session, info: Any) -> None:
    purchases = Query(
        ("supplier_on_time_rate",), level="line", basis="order", start=date(2026, 3, 11), compare="cohort"
    )
    young = run_query(stock, info, purchases.but(end=date(2026, 4, 20))).records()[0]
    then = (
        "ordered_day BETWEEN DATE '2026-01-29' AND DATE '2026-03-10' AND due_original_day + 41 <= "
        "(SELECT CAST(as_of + INTERVAL 8 HOUR AS DATE) FROM build_info)"
    )
    by_hand = answer(stock, hand("supplier_on_time_rate", "line"), "", then)["all"]
    assert (young["supplier_on_time_rate_before_n"], young["supplier_on_time_rate_before_d"]) == by_hand[1:]
    for name in ("stock_value", "stock_turnover", "purchase_value"):
        query = Query((name,), start=date(2027, 1, 13), end=date(2027, 3, 30), compare="calendar")
        for prefer in ("rollup", "fact"):
            assert run_query(stock, info, query, prefer=prefer).value(f"{name}_before_n") > 0  # type: ignore[arg-type]


def test_refusals(stock: Session, info: Any) -> None:
    with pytest.raises(NotApplicableError, match="counted by the day and has no hour"):
        run_query(stock, info, Query(("stock_value",), by=("hour",)))
    with pytest.raises(NotApplicableError, match="is as of now and has no month"):
        run_query(stock, info, Query(("days_of_supply",), by=("month",)))
    with pytest.raises(NotApplicableError, match="cannot be split by 'channel'"):
        run_query(stock, info, Query(("stockout_rate",), by=("channel",)))
    with pytest.raises(NotApplicableError, match="cannot be filtered by 'channel'"):
        run_query(stock, info, Query(("stockout_rate",), where=(Filter("channel", ("shop",)),)))
    for name in ("stock_turnover", "purchase_lead_time_sd", "count_frequency"):
        with pytest.raises(NotApplicableError, match="does not add up over segments"):
            explain(lambda query: run_query(stock, info, query), Query((name,), **PERIOD), None)  # type: ignore[arg-type]


def test_formulas_say_how_time_is_added_up() -> None:
    formulas = {name: describe_metric(name)["formula"] for name, _ in GRAINS}
    assert formulas["stock_on_hand"] == "sum(on_hand), newest snapshot"
    assert formulas["stock_turnover"] == "sum(cost_of_goods) / sum(stock_value) per day with a snapshot"
    assert formulas["count_frequency"] == "count(all) / count(distinct place_key)"
    assert formulas["purchase_lead_time_sd"].startswith("standard deviation, from sum(lead_seconds * lead_seconds")


SNAPSHOTS = (
    "stockout_rate",
    "stock_on_hand",
    "stock_value",
    "stock_value_average",
    "below_safety_rate",
    "negative_stock",
)


FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(seed=st.integers(0, 10**6), first=st.integers(0, 20), length=st.integers(1, 15))
def test_laws_of_stock(scratch: Path, info: Any, seed: int, first: int, length: int) -> None:
    with world(scratch, seed, days=24, orders=25, purchases=0) as session:
        start = date(2026, 1, 1) + timedelta(days=first)
        query = Query(SNAPSHOTS, start=start, end=start + timedelta(days=length))
        whole = run_query(session, info, query).records()[0]
        for split in ("warehouse", "sku", "category", "brand"):
            parts = run_query(session, info, query.but(by=(split,))).records()
            for name in SNAPSHOTS:
                for column in (f"{name}_n", f"{name}_d"):
                    assert sum(part[column] for part in parts) == pytest.approx(whole[column])
            averages = [part["stock_value_average"] for part in parts]
            assert sum(average or 0 for average in averages) == pytest.approx(whole["stock_value_average"] or 0)
        for name in ("stockout_rate", "stockout_rate_sku_day", "stockout_rate_demand", "stockout_rate_units"):
            rate = run_query(session, info, query.but(metrics=(name,))).value(name)
            assert rate is None or 0 <= rate <= 1
        everything = run_query(session, info, Query(("stock_value", "lost_sales", "stockout_rate_demand"))).records()[0]
        items = session.rows("SELECT coalesce(sum(stock_value), 0) FROM fct_stock_item")[0][0]
        assert everything["stock_value"] == pytest.approx(float(items))
        assert everything["lost_sales"] == everything["stockout_rate_demand_n"]


@FEW
@given(seed=st.integers(0, 10**6))
def test_laws_of_supply(scratch: Path, info: Any, seed: int) -> None:
    with world(scratch, seed, days=12, orders=0, purchases=60) as session:
        names = ("supplier_on_time_rate", "supplier_fill_rate")
        for level in ("unit", "line"):
            found = run_query(session, info, Query(names, level=level)).records()[0]
            assert found["supplier_on_time_rate_d"] == found["supplier_fill_rate_d"]
            assert found["supplier_on_time_rate_n"] <= found["supplier_fill_rate_n"] <= found["supplier_fill_rate_d"]
        shares = run_query(session, info, Query(("supplier_concentration", "supplier_concentration_hhi"))).records()[0]
        largest, spread = shares["supplier_concentration"], shares["supplier_concentration_hhi"]
        if largest is not None:
            assert largest * largest - 1e-4 <= spread <= largest + 1e-4
        arrivals = run_query(session, info, Query(("supplier_fill_rate",), level="line", by=("arrival",))).records()
        assert {row["arrival"] for row in arrivals} <= {"early", "in_window", "late", "missing"}
        scores = session.rows("SELECT min(coordination_points), max(coordination_points) FROM fct_supplier")[0]
        assert all(score is None or 0 <= score <= 100 for score in scores)
