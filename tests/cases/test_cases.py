"""Queries on recorded orders beside independent SQL over the raw files, and the figures others published."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.cases.agreement import GRAINS, check_answers, check_rows_behind
from tests.metrics.conftest import Version
from tests.metrics.olist import fill_olist, folder

CASES = tomllib.loads((Path(__file__).parent / "olist.toml").read_text("utf-8"))["case"]
INFO = Version()

UNRECORDED = (
    "perfect_order_rate",
    "after_sales_rate",
    "return_rate",
    "refund_rate",
    "refund_before_shipping_rate",
    "misorder_rate",
    "time_to_reship",
    "pickup_in_time_rate",
    "pickup_in_time_rate_48h",
    "fake_shipment_rate",
    "backorder_rate",
    "oversell_rate",
    "automation_rate",
    "scan_check_rate",
    "carrier_on_time_rate",
    "transit_time",
    "transit_time_p90",
    "transit_time_mean",
    "stalled_parcel_rate",
    "lost_parcel_rate",
    "damaged_parcel_rate",
    "returned_parcel_rate",
    "claimed_parcel_rate",
    "first_response_time",
    "first_response_time_p90",
    "three_minute_response_rate",
    "resolution_time",
    "resolution_time_p90",
    "reopen_rate",
    "satisfaction_rate",
    "rating_response_rate",
    "complaint_rate",
    "repeated_complaint_share",
    "compensation_per_failed_order",
    "proactive_contact_rate",
    "call_back_rate",
    "call_back_satisfaction_rate",
)
"""Rates and times of which the marketplace recorded nothing: no cases, tickets, scans, stock or review modes."""
EMPTY = ("fct_ticket", "fct_after_sale", "fct_order_risk", "fct_penalty", "fct_penalty_risk")
RECORDED = [
    (name, level)
    for name, level in GRAINS
    if name not in UNRECORDED and METRICS[name].measures[level].fact.name not in EMPTY
]

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not folder().is_dir(), reason=f"no recorded orders in {folder()} (set FBI_REAL_DATA)"),
]


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    scratch = tmp_path_factory.mktemp("olist")
    session = DuckEngine().open_writer(scratch / "olist.duckdb", Limits(), scratch)
    fill_olist(session)
    build_rollups(session)
    yield session
    session.close()


def query_of(case: dict[str, Any]) -> Query:
    where = tuple(Filter(dimension, tuple(values)) for dimension, values in case.get("where", {}).items())
    switches = {name: case[name] for name in ("level", "timestamps", "basis") if name in case}
    period = {"start": case.get("from"), "end": case.get("to")}
    return Query(tuple(case["metrics"]), tuple(case.get("by", ())), where, **period, **switches)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(olist: Session, case: dict[str, Any]) -> None:
    query = query_of(case)
    columns = (*query.by, *case["columns"])
    records = run_query(olist, INFO, query).records()
    ours = {row[: len(query.by)]: row[len(query.by) :] for row in (tuple(r[c] for c in columns) for r in records)}
    theirs = {
        row[: len(query.by)]: tuple(float(cell) for cell in row[len(query.by) :]) for row in olist.rows(case["sql"])
    }
    assert ours.keys() == theirs.keys()
    for member, numbers in ours.items():
        assert numbers == pytest.approx(theirs[member], rel=1e-9), member
    if "published" in case:
        assert [[row[name] for name in columns] for row in records] == case["published"]


def test_published_rates(olist: Session) -> None:
    late = run_query(olist, INFO, query_of(CASES[0]))
    lines = run_query(olist, INFO, query_of(CASES[1]))
    review = run_query(olist, INFO, Query(("review_score",)))
    assert round(late.value("delivery_delay_rate") * 100, 3) == 6.861
    assert round(lines.value("ship_delay_rate") * 100, 2) == 9.65
    assert (round(review.value("review_score"), 4), review.value("review_score_d")) == (4.0909, 19_986)


def test_published_phases(olist: Session) -> None:
    """0.42 days to approve, 2.83 to hand over, 9.27 on the way: 12.52."""
    delivered = (Filter("delivery_state", ("delivered",)),)
    query = Query(("stage_time_mean",), by=("stage",), where=delivered, timestamps="all")
    phases = {row["stage"]: row for row in run_query(olist, INFO, query).records()}
    days = {stage: round(row["stage_time_mean"], 2) for stage, row in phases.items()}
    assert days == {"pay": 0.42, "ship": 2.83, "deliver": 9.27}
    assert phases["pay"]["stage_time_mean_n"] == 19_426


@pytest.mark.parametrize("name", UNRECORDED)
def test_what_was_never_recorded_is_undefined(olist: Session, name: str) -> None:
    for level in METRICS[name].measures:
        result = run_query(olist, INFO, Query((name,), level=level))
        assert result.rows == ((None, 0, 0),)
        assert run_query(olist, INFO, Query((name,), by=("channel",), level=level, basis="order")).rows == ()


@pytest.mark.parametrize(("name", "level"), RECORDED)
def test_every_metric_by_every_dimension(olist: Session, name: str, level: Any) -> None:
    check_answers(olist, name, level)


@pytest.mark.parametrize(("name", "level"), RECORDED)
def test_the_rows_behind_are_as_many_as_printed(olist: Session, name: str, level: Any) -> None:
    check_rows_behind(olist, name, level)


def count_rows(session: Session, table: str) -> int:
    return int(session.rows(f"SELECT count(*) FROM {table}")[0][0])


def test_rollups_answer_most_questions(olist: Session) -> None:
    usual = ("channel", "warehouse", "carrier", "day", "week", "month", "weekday")  # days x 27 regions: few rows each
    for name, metric in METRICS.items():
        measure = metric.measures[metric.level]
        if not measure.fact.of_order or measure.quantile or measure.basis.name == "now":
            continue
        if count_rows(olist, measure.fact.name) < count_rows(olist, "fct_order") / 2:  # failures, issues: too few
            continue
        for dimension in usual:
            route = run_query(olist, INFO, Query((name,), by=(dimension,))).routes[name]
            assert route.startswith("rollup_"), (name, dimension, route)


@pytest.mark.parametrize("level", ["order", "line", "unit", "value"])
def test_leaving_out_what_others_caused_takes_failures_only(olist: Session, level: Any) -> None:
    names = ("otif", "order_fill_rate", "delivery_delay_rate")
    query = Query(names, level=level, event="sign")
    everything = run_query(olist, INFO, query).records()[0]
    sellers = run_query(olist, INFO, query.but(causes="seller")).records()[0]
    for name in names[:2]:
        assert sellers[f"{name}_n"] == everything[f"{name}_n"]
        assert sellers[f"{name}_d"] <= everything[f"{name}_d"]
    kept, before = (found["delivery_delay_rate_d"] - found["delivery_delay_rate_n"] for found in (sellers, everything))
    assert kept == pytest.approx(before, rel=1e-12)
    assert sellers["delivery_delay_rate_n"] < everything["delivery_delay_rate_n"]
