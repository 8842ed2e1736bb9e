"""Each reason for which a question goes to the fact, and the rollup chosen otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment_bi.metrics import route
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.resolve import get_metric, resolve
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.rollups import plan_rollups
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.engine import Session
from tests.metrics.star import fill_star, random_orders

CELLS = {rollup.name: 1000 + place for place, rollup in enumerate(plan_rollups())}


def routed(metric: str, cells: Any = CELLS, prefer: Any = "rollup", **fields: Any) -> route.Route:
    query = Query((metric,), **fields)
    return route.choose(resolve(get_metric(metric), query), query, cells, prefer)


def reason(metric: str, **fields: Any) -> str:
    chosen = routed(metric, **fields)
    assert chosen.rollup is None
    assert chosen.table.startswith("fct_")
    return chosen.reason


def test_asked() -> None:
    assert reason("otif", prefer="fact") == route.ASKED


def test_no_rollups() -> None:
    assert reason("otif", cells={}) == route.NO_ROLLUPS


@pytest.mark.parametrize("metric", ["cycle_time_p50", "stage_time_p90"])
def test_quantile(metric: str) -> None:
    assert reason(metric) == route.QUANTILE


def test_different_members() -> None:
    assert reason("count_frequency") == route.DISTINCT


def test_a_fact_of_few_rows() -> None:
    assert reason("stock_health") == route.SMALL


def test_a_newest_snapshot_is_each_warehouses_own() -> None:
    assert reason("stock_on_hand", by=("sku",)) == route.DIMENSIONS
    assert routed("stock_value_average", by=("sku",)).table == "rollup_stock_day_snapshot_sku"
    assert routed("stock_on_hand", by=("category",)).table == "rollup_stock_day_snapshot_all"


def test_hour_as_split_and_as_filter() -> None:
    assert reason("orders", by=("hour",)) == route.HOUR
    assert reason("orders", where=(Filter("hour", ("9",)),)) == route.HOUR


def test_a_filter_on_lines_of_orders_and_on_orders_of_lines() -> None:
    assert reason("otif", where=(Filter("sku", ("SKU-1",)),)) == route.OTHER_TABLE
    assert reason("line_fill_rate", where=(Filter("status", ("paid",)),)) == route.OTHER_TABLE


@pytest.mark.parametrize(
    "switch", [{"promise": "current"}, {"event": "scan"}, {"causes": "seller"}, {"level": "line", "promise": "current"}]
)
def test_a_definition_that_is_not_rolled_up(switch: dict[str, Any]) -> None:
    assert reason("otif", **switch) == route.VARIANT


def test_impossible_times_are_not_rolled_up() -> None:
    assert reason("cycle_time_mean", timestamps="all") == route.VARIANT


def test_dimensions_that_no_rollup_has() -> None:
    assert reason("otif", by=("delivery_state",)) == route.DIMENSIONS
    assert reason("line_fill_rate", by=("sku", "channel")) == route.DIMENSIONS


def test_every_reason_has_its_test() -> None:
    constants = {value for name, value in vars(route).items() if name.isupper() and isinstance(value, str)}
    assert constants == set(route.REASONS)


def test_the_smallest_rollup_that_fits_is_taken() -> None:
    names = [
        rollup.name for rollup in plan_rollups() if rollup.name.startswith("rollup_order_sign_due_original_channel")
    ]
    cells = CELLS | {name: 10 - place for place, name in enumerate(sorted(names))}
    assert routed("otif", cells, by=("channel", "month")).table == sorted(names)[-1]


def test_three_dimensions_take_the_cube() -> None:
    chosen = routed("otif", by=("channel", "region", "carrier"))
    assert chosen.table == "rollup_order_sign_due_original_all"


@pytest.mark.parametrize(
    ("metric", "split"),
    [
        ("backlog", "promise_bucket"),
        ("stage_time_mean", "stage"),
        ("otif_failures", "break_stage"),
        ("data_issues", "issue"),
    ],
)
def test_the_split_of_a_metric_is_rolled_up(metric: str, split: str) -> None:
    assert routed(metric, by=(split, "channel")).rollup is not None


def test_the_reason_reaches_the_result(star: Session, info: Any) -> None:
    result = run_query(star, info, Query(("otif", "cycle_time_p50", "backlog")))
    assert result.routes["otif"].startswith("rollup_order_sign_due_original_")
    assert result.routes["cycle_time_p50"] == f"fct_order ({route.QUANTILE})"
    assert "period does not apply" in result.routes["backlog"]


def rollups_in(session: Session) -> set[str]:
    rows = session.rows("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'rollup_%'")
    return {row[0] for row in rows}


def test_rollups_of_another_catalogue_are_not_used_and_unknown_ones_are_dropped(empty: Session, info: Any) -> None:
    fill_star(empty, random_orders(seed=1, count=20))
    without = f"fct_order ({route.NO_ROLLUPS})"
    assert run_query(empty, info, Query(("otif",))).routes["otif"] == without
    empty.execute("CREATE TABLE rollup_order_of_old AS SELECT 1 AS x")
    build_rollups(empty, least_rows=0)
    assert rollups_in(empty) == {rollup.name for rollup in plan_rollups()}
    assert run_query(empty, info, Query(("otif",))).routes["otif"] != without
    empty.execute("UPDATE build_info SET rollups = replace(rollups, 'signature\": \"', 'signature\": \"x')")
    assert run_query(empty, info, Query(("otif",))).routes["otif"] == without


def test_a_rollup_as_large_as_its_fact_is_not_built(empty: Session, info: Any) -> None:
    fill_star(empty, random_orders(seed=3, count=400))
    build_rollups(empty)
    kept = rollups_in(empty)
    rows = dict(empty.rows("SELECT 'fct_order', count(*) FROM fct_order"))["fct_order"]
    sizes = {
        name: empty.rows(f"SELECT count(*) FROM {name}")[0][0] for name in kept if name.startswith("rollup_order_sign")
    }
    assert "rollup_order_sign_due_original_all" not in kept
    assert all(size * 2 < rows for size in sizes.values())
    assert "rollup_order_now_channel_warehouse" in kept
    everything = Query(("otif",), by=("channel", "region", "shop", "carrier"))
    assert run_query(empty, info, everything).routes["otif"] == f"fct_order ({route.DIMENSIONS})"


def test_rollups_hold_no_floats(star: Session) -> None:
    floats = star.rows(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_name LIKE 'rollup_%' AND data_type IN ('FLOAT', 'DOUBLE')"
    )
    assert floats == []
