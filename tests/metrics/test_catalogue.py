"""The declarations themselves: complete, consistent, and only of names that exist."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.describe import describe_dimensions, describe_metric, describe_metrics, splits
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import get_metric, resolve
from fulfillment_bi.metrics.rollups import plan_rollups
from fulfillment_bi.warehouse.engine import Session

VALUE = re.compile(r"[a-z_{}()*+\- ]*")


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_complete(name: str) -> None:
    metric = METRICS[name]
    assert metric.name == name
    assert re.search(r"[一-鿿]", metric.label.zh + metric.definition.zh)
    assert metric.definition.en.endswith(".")
    assert metric.definition.zh.endswith("。")
    assert metric.minimum_sample > 0
    levels = [level for level in (metric.target, metric.warning, metric.critical) if level is not None]
    assert levels == sorted(levels, reverse=metric.direction == "up")
    for measure in metric.measures.values():
        for part in (measure.numerator, measure.denominator, measure.pending, measure.mean):
            assert part is None or VALUE.fullmatch(part.value)


def test_names_do_not_collide() -> None:
    assert set(METRICS).isdisjoint(DIMENSIONS)
    names = [rollup.name for rollup in plan_rollups()]
    assert len(names) == len(set(names))
    for rollup in plan_rollups():
        columns = [part.column for part in rollup.parts]
        assert len({*columns, *rollup.columns, "day"}) == len(columns) + len(rollup.columns) + 1


def test_hierarchies_name_dimensions_and_end() -> None:
    for dimension in DIMENSIONS.values():
        seen = {dimension.name}
        while dimension.parent:
            dimension = DIMENSIONS[dimension.parent]
            assert dimension.name not in seen
            seen.add(dimension.name)


@pytest.mark.parametrize("name", METRICS)
def test_every_column_of_a_drill_through_exists(star: Session, name: str) -> None:
    for level in METRICS[name].measures:
        resolved = resolve(get_metric(name), Query((name,), level=level))
        known = {row[0] for row in star.rows(f"DESCRIBE {resolved.fact.name}")} | set(DIMENSIONS) | {"product_name"}
        assert set(resolved.drill) <= known


def test_descriptions_are_plain_data() -> None:
    described = {entry["name"]: entry for entry in describe_metrics()}
    assert list(described) == list(METRICS)
    otif: dict[str, Any] = described["otif"]
    assert otif["formula"] == "count(due_sign_original and otif_sign_original) / count(due_sign_original)"
    assert otif["levels"] == ["order", "line", "unit", "value"]
    assert {"channel", "sku", "hour"} <= set(otif["dimensions"])
    assert "stage" not in otif["dimensions"]
    assert described["backlog"]["dimensions"].count("day") == 0
    assert described["cycle_time_p90"]["formula"].startswith("quantile 0.9 of cycle_seconds")


def test_a_formula_follows_the_definition_switch() -> None:
    seller = describe_metric("otif", Query(("otif",), level="value", event="scan", promise="current", causes="seller"))
    missed = "excused_scan_current * (qty_due - units_scan_current)"
    assert seller["denominator"] == f"sum((qty_due - {missed}) * unit_price where due_scan_current)"
    by_order = describe_metric("order_fill_rate", Query(("order_fill_rate",), event="scan", causes="seller"))
    assert by_order["denominator"] == (
        "count(fill_due_scan_original and (not excused_scan_original or filled_scan_original))"
    )


def test_dimensions_say_which_metrics_they_split() -> None:
    described = {entry["name"]: entry for entry in describe_dimensions()}
    assert described["stage"]["metrics"] == [
        "budget_overrun",
        "first_breaks",
        "stage_time",
        "stage_time_p90",
        "stage_time_mean",
    ]
    assert "orders" not in described["sku"]["metrics"]
    assert described["sku"]["parent"] == "category"
    by_line = splits(resolve(get_metric("otif"), Query(("otif",), level="line")))
    assert "sku" in by_line
    assert "status" not in by_line
