"""Whom we depend on, and how well each supplier works with us.

The days and weights named here are those of `int_stock_threshold`.
"""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import NOW, SUPPLIER, SUPPLY
from fulfillment_bi.metrics.types import Measure, Metric, Part, Text, count, total

SUPPLY_DRILL = ("sku", "product_name", "category", "supplier", "supplier_count", "value", "value_largest")
SUPPLIER_DRILL = (
    "supplier",
    "line_count",
    "on_time_points",
    "fill_points",
    "response_points",
    "quality_points",
    "coordination_points",
)


def points(column: str) -> Measure:
    """The mean of the suppliers' points of one kind, weighted by their lines."""
    return Measure(
        SUPPLIER,
        NOW,
        numerator=Part(f"{column} * line_count", known=column),
        denominator=Part("line_count", known=column),
        drill=SUPPLIER_DRILL,
    )


METRICS = (
    Metric(
        "supplier_concentration",
        Text("供应商集中度", "Supplier concentration"),
        Text(
            "近一年每个商品最大供应商的采购占比，按采购金额加权。",
            "Share of each SKU bought from its largest supplier in the last year, weighted by the value bought.",
        ),
        {"value": Measure(SUPPLY, NOW, total("value_largest"), SUPPLY_DRILL, denominator=total("value"))},
        unit="rate",
        direction="down",
        minimum_sample=1,
        area="supply",
    ),
    Metric(
        "supplier_concentration_hhi",
        Text("供应商集中度 HHI", "Supplier concentration, HHI"),
        Text(
            "近一年每个商品各供应商占比的平方和，按采购金额加权；1 为单一来源。",
            "Sum of squared supplier shares of each SKU in the last year, weighted by value; 1 is a single source.",
        ),
        {"value": Measure(SUPPLY, NOW, total("value_squared"), SUPPLY_DRILL, denominator=total("value"))},
        unit="score",
        direction="down",
        minimum_sample=1,
        area="supply",
    ),
    Metric(
        "single_source_share",
        Text("单一来源占比", "Single-source share"),
        Text("近一年只有一家供应商的商品占比。", "SKUs bought from one supplier only in the last year / SKUs bought."),
        {"line": Measure(SUPPLY, NOW, count("is_single"), SUPPLY_DRILL, denominator=count())},
        unit="rate",
        direction="down",
        area="supply",
    ),
    Metric(
        "coordination_score",
        Text("供应商协同度", "Supplier coordination score"),
        Text(
            "近一年到期采购行的供应商 0 至 100 分，按行数加权：准时 40%，满足 30%，响应、质量各 15%；未知不计权。",
            "Points of 0 to 100 per supplier on lines due in the last year, weighted by lines: on time 40 %, filled "
            "30 %, response 15 %, quality 15 %; unknown parts carry no weight.",
        ),
        {"line": points("coordination_points")},
        unit="score",
        direction="up",
        target=85,
        warning=75,
        critical=65,
        area="supply",
    ),
    Metric(
        "coordination_on_time",
        Text("协同度：准时", "Coordination: on time"),
        Text("窗口内收到件数的百分比。", "Percentage of units received in the window."),
        {"line": points("on_time_points")},
        unit="score",
        direction="up",
        area="supply",
    ),
    Metric(
        "coordination_fill",
        Text("协同度：满足", "Coordination: filled"),
        Text("已收到件数的百分比。", "Percentage of units received."),
        {"line": points("fill_points")},
        unit="score",
        direction="up",
        area="supply",
    ),
    Metric(
        "coordination_response",
        Text("协同度：响应", "Coordination: response"),
        Text(
            "平均 24 小时内确认得满分，120 小时起为零。",
            "All points for confirming within 24 hours on average, none from 120 hours on.",
        ),
        {"line": points("response_points")},
        unit="score",
        direction="up",
        area="supply",
    ),
    Metric(
        "coordination_quality",
        Text("协同度：质量", "Coordination: quality"),
        Text("未拒收件数占收到件数的百分比。", "Percentage of units received that were not rejected."),
        {"line": points("quality_points")},
        unit="score",
        direction="up",
        area="supply",
    ),
)
