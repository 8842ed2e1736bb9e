"""Cube = rollup = fact, for every metric, dimension and grain; and what cubes must leave to others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfillment_bi.metrics import cube_build, route
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.cube_answer import answer
from fulfillment_bi.metrics.cube_build import write_cubes
from fulfillment_bi.metrics.cube_file import Cubes, open_cubes, read_cubes
from fulfillment_bi.metrics.cubes import Plan, plan_cubes
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Filter, Query, Result
from fulfillment_bi.metrics.resolve import resolve
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.run import run_queries, run_query
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.metrics.conftest import Version
from tests.metrics.stock_world import fill_stock

DAYS = st.dates(date(2025, 12, 20), date(2026, 4, 10))


@dataclass(frozen=True)
class World:
    """A version with cubes."""

    session: Session
    info: Version
    cubes: Cubes

    def served(self, query: Query) -> Result | None:
        """The answer from cubes, compared with that of the fact; None where no cube has it."""
        found = answer(self.cubes, query)
        if found is None:
            return None
        ours = run_query(self.session, self.info, query)
        assert ours.routes == found.routes
        theirs = run_query(self.session, Version(), query, prefer="fact")
        assert ours.columns == theirs.columns
        assert len(ours.rows) == len(theirs.rows)
        for one, two in zip(ours.rows, theirs.rows, strict=True):
            assert [type(value) for value in one] == [type(value) for value in two]
            assert list(one) == [pytest.approx(x, rel=1e-12) if isinstance(x, float) else x for x in two]
        return ours


def some_plans() -> tuple[Plan, ...]:
    """Those by one column at most, those of histograms, and of the pairs every fifth and the ones asked for below."""
    asked = {"channel_id", "warehouse_id", "promise_bucket", "current_stage", "category_id", "region_id"}
    return tuple(
        plan
        for place, plan in enumerate(plan_cubes())
        if len(plan.columns) < 2 or plan.family.timed or set(plan.columns) <= asked or place % 5 == 0
    )


def world(session: Session, path: Path) -> World:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cube_build, "plan_cubes", some_plans)
        write_cubes(session, path, least_rows=0)
    cubes = open_cubes(path)
    assert cubes is not None
    return World(session, Version(cubes=path), cubes)


@pytest.fixture(scope="module")
def orders(star: Session, scratch: Path) -> World:
    return world(star, scratch / "orders.cubes")


@pytest.fixture(scope="module")
def stock(scratch: Path) -> Iterator[World]:
    session = DuckEngine().open_writer(Path(":memory:"), Limits(), scratch)
    fill_stock(session, seed=20260401)
    build_rollups(session, least_rows=0)
    yield world(session, scratch / "stock.cubes")
    session.close()


def splits(name: str, level: Any) -> list[str]:
    fact = METRICS[name].measures[level].fact.name
    timed = bool(METRICS[name].measures[level].basis.day)
    return [each for each, one in DIMENSIONS.items() if fact in one.facts and (timed or not one.is_calendar)]


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_by_every_dimension(orders: World, stock: World, name: str) -> None:
    metric = METRICS[name]
    for level, measure in metric.measures.items():
        place = orders if measure.fact.of_order else stock
        served = []
        for basis in ("due", "order"):
            query = Query((name,), level=level, basis=basis)  # type: ignore[arg-type]
            served += [place.served(query)]
            names = splits(name, level) if basis == "due" else ["channel"][: measure.fact.of_order]
            served += [place.served(query.but(by=(each,))) for each in names if each != "hour"]
        adds_up = measure.fact.cube and not any(part.distinct for part in resolve(metric, Query((name,))).parts)
        assert any(served) == bool(adds_up and not measure.quantile), name


def test_pairs_and_filters_and_comparisons(orders: World) -> None:
    period = {"start": date(2026, 1, 20), "end": date(2026, 2, 25)}
    asked = [
        Query(("otif", "orders", "unit_fill_rate"), by=("week", "channel"), **period),
        Query(("otif",), by=("channel", "day"), where=(Filter("warehouse", ("GZ-1", "no such")),), **period),
        Query(("otif", "delivery_delay_rate"), by=("region",), compare="previous", **period),
        Query(("value_fill_rate",), by=("day",), compare="previous", **period),
        Query(("orders",), by=("weekday",), where=(Filter("weekday", ("1", "07")),), **period),
        Query(("orders",), by=("month",), where=(Filter("country", ("中国",)),), compare="year", **period),
        Query(("orders", "cancellation_rate"), by=("day",), compare="calendar", **period),
        Query(("orders", "backlog"), compare="previous", **period),
        Query(("otif",), by=("channel",), order_by="-otif", limit=2, **period),
        Query(("cancellation_rate",), by=("cancelled_by",), order_by="cancellation_rate", **period),
        Query(("backlog",), by=("warehouse", "current_stage"), where=(Filter("promise_bucket", ("overdue",)),)),
        Query(("orders",), by=("day",), start=date(2030, 1, 1)),
        Query(("orders",), end=date(2000, 1, 1)),
    ]
    served = [orders.served(query) for query in asked]
    assert all(served)
    assert served[-1] is not None
    assert served[-1].rows == ((0, 0, 0),)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_question(orders: World, stock: World, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(METRICS)))
    metric = METRICS[name]
    place = orders if metric.measures[metric.level].fact.of_order else stock
    known = [each for each in splits(name, metric.level) if each != "hour"]
    by = data.draw(st.lists(st.sampled_from(known), unique=True, max_size=2)) if known else []
    members = [each for each in by if not DIMENSIONS[each].is_calendar]
    where = []
    for each in data.draw(st.lists(st.sampled_from(members), unique=True, max_size=1)) if members else []:
        shown = [row[0] for row in run_query(place.session, Version(), Query((name,), by=(each,))).rows]
        where += [Filter(each, tuple(data.draw(st.lists(st.sampled_from([*shown, "no such"]), unique=True))))]
    start = data.draw(DAYS)
    end = start + timedelta(days=data.draw(st.integers(0, 60)))
    compare = data.draw(st.sampled_from(["none", "previous", "year", "calendar"]))
    place.served(Query((name,), by=tuple(by), where=tuple(where), start=start, end=end, compare=compare))


def test_stock_over_time(stock: World) -> None:
    period = {"start": date(2026, 1, 10), "end": date(2026, 3, 3)}
    for name in ("stock_on_hand", "stock_value", "stock_turnover", "stock_value_average"):
        for by in ((), ("warehouse",), ("category",), ("week",), ("month", "warehouse"), ("weekday",)):
            for compare in ("none", "previous"):
                assert stock.served(Query((name,), by=by, compare=compare, **period)), (name, by)


def test_a_quantile_is_that_of_its_histogram(orders: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for by in ((), ("channel",), ("week",), ("region", "month")):
        for name in ("cycle_time_p50", "cycle_time_p90", "transit_time_p90"):
            query = Query((name,), by=by, compare="previous", start=date(2026, 1, 15), end=date(2026, 2, 20))
            assert answer(orders.cubes, query) is None
            with monkeypatch.context() as patch:
                patch.setattr(route, "EXACT_ROWS", 0)
                ours = run_query(orders.session, orders.info, query)
                theirs = run_query(orders.session, Version(), query)
                assert answer(orders.cubes, query.but(exact=True)) is None
            assert ours.routes[name].startswith("cube_")
            assert theirs.routes[name].startswith("rollup_")
            assert [row[: len(by)] for row in ours.rows] == [row[: len(by)] for row in theirs.rows]
            for one, two in zip(ours.rows, theirs.rows, strict=True):
                assert list(one[len(by) :]) == [
                    value if value is None else pytest.approx(value) for value in two[len(by) :]
                ]


@pytest.mark.parametrize(
    "query",
    [
        Query(("orders",), by=("hour",)),
        Query(("orders",), where=(Filter("hour", ("9",)),)),
        Query(("otif",), where=(Filter("sku", ("SKU-1",)),)),
        Query(("otif",), promise="current"),
        Query(("otif",), by=("channel", "region", "carrier")),
        Query(("otif",), basis="order", compare="cohort", start=date(2026, 2, 1)),
        Query(("count_frequency",)),
    ],
)
def test_what_no_cube_has_goes_to_the_database(orders: World, query: Query) -> None:
    assert answer(orders.cubes, query) is None
    asked = [query, Query(("orders",))]
    mixed = run_queries(orders.session, orders.info, asked)
    assert mixed[0].rows == run_query(orders.session, Version(), query).rows
    assert not any(text.startswith("cube_") for text in mixed[0].routes.values())
    assert mixed[1].routes == {"orders": "cube_order_created_total"}


def test_the_fact_is_asked_where_the_fact_is_wanted(orders: World) -> None:
    result = run_query(orders.session, orders.info, Query(("orders",)), prefer="fact")
    assert result.routes == {"orders": f"fct_order ({route.ASKED})"}


def test_names_are_told_apart() -> None:
    names = [plan.name for plan in plan_cubes()]
    assert len(names) == len(set(names))


def test_a_file_that_is_not_whole_is_no_cube_file(orders: World, tmp_path: Path) -> None:
    assert orders.info.cubes is not None
    whole = orders.info.cubes.read_bytes()
    for place, size in enumerate((0, 5, len(whole) // 2, len(whole) - 1)):
        path = tmp_path / f"{place}.cubes"
        path.write_bytes(whole[:size])
        assert read_cubes(path) is None
    assert read_cubes(tmp_path / "missing") is None
    assert open_cubes(None) is None


def test_small_facts_and_no_facts_have_none(star: Session, empty: Session, tmp_path: Path) -> None:
    write_cubes(star, tmp_path / "small")
    empty.execute("CREATE TABLE build_info AS SELECT CAST(NULL AS TIMESTAMP) AS as_of")
    write_cubes(empty, tmp_path / "empty", least_rows=0)
    assert not list(tmp_path.iterdir())
